"""Which videos of a folder are shown."""

import shutil

import pytest

from carl_mm.app.project.scan import scan
from carl_mm.datasets.video_io.find_videos import IMAGES_BESIDE


def test_scan(video_folder, tmp_path):
    root, inside, outside = scan(video_folder)
    assert root == video_folder.resolve()
    assert sorted(inside) == ['a.mp4', 'b.mp4', 'c.mp4', 'sub/d.mp4']
    assert outside == {'link.mp4': 'is a link that leads out of the folder'}
    with pytest.raises(FileNotFoundError, match='contains no video'):
        scan(tmp_path)
    with pytest.raises(FileNotFoundError, match='no such folder'):
        scan(tmp_path / 'none')
    link = tmp_path / 'linked'
    link.symlink_to(video_folder)
    assert scan(link)[0] == root
    shutil.copy(video_folder / 'a.mp4', tmp_path / 'A.MP4')
    assert list(scan(tmp_path)[1]) == ['A.MP4']


def touch(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()


def test_links_and_images_are_taken_by_the_rule_of_all_tools(tmp_path):
    videos, far = tmp_path / 'videos', tmp_path / 'far'
    touch(videos, 'a.mp4', 'sub/b.mp4', 'frames/1.jpg')
    touch(far, 'c.mp4')
    (videos / 'sub' / 'loop').symlink_to(videos, target_is_directory=True)
    (videos / 'far').symlink_to(far, target_is_directory=True)
    _, inside, left_out = scan(videos)
    assert list(inside) == ['a.mp4', 'sub/b.mp4']
    assert left_out == {
        'far/c.mp4': 'is a link that leads out of the folder',
        'frames': IMAGES_BESIDE,
    }


def test_folders_of_images(tmp_path):
    touch(tmp_path, 'clips/a/1.jpg', 'clips/b/c/1.png')
    assert list(scan(tmp_path / 'clips')[1]) == ['a', 'b/c']
    with pytest.raises(FileNotFoundError, match='one video, a folder of images'):
        scan(tmp_path / 'clips' / 'a')
    touch(tmp_path, 'secret/2.jpg')
    (tmp_path / 'clips' / 'a' / '2.jpg').symlink_to(tmp_path / 'secret' / '2.jpg')
    _, inside, left_out = scan(tmp_path / 'clips')
    assert (list(inside), list(left_out)) == (['b/c'], ['a'])
