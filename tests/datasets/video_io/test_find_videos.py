import pytest

from carl_mm.datasets.video_io.find_videos import find_videos, list_files


def touch(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()


def test_folders_give_their_videos_in_order(tmp_path):
    touch(tmp_path, 'b.mp4', 'a.MOV', 'sub/c.mkv', 'notes.txt', '.hidden.mp4', 'b.npz')
    (tmp_path / 'folder.mp4').mkdir()
    expected = [tmp_path / name for name in ('a.MOV', 'b.mp4', 'sub/c.mkv')]
    assert find_videos([tmp_path]) == expected
    assert find_videos([str(tmp_path / 'b.mp4'), tmp_path / 'sub']) == expected[1:]
    assert list_files(tmp_path, ('.npz',)) == [tmp_path / 'b.npz']


def test_a_named_file_is_taken_whatever_its_name(tmp_path):
    touch(tmp_path, 'clip')
    assert find_videos([tmp_path / 'clip']) == [tmp_path / 'clip']


def test_images_are_a_video_where_no_video_lies(tmp_path):
    touch(tmp_path, 'images/001.jpg', 'both/001.jpg', 'both/a.mp4')
    assert find_videos([tmp_path / 'images']) == [tmp_path / 'images']
    assert find_videos([tmp_path / 'both']) == [tmp_path / 'both' / 'a.mp4']


@pytest.mark.parametrize(
    ('name', 'message'),
    [
        ('none', 'none: no such file or folder'),
        ('empty', r'empty: contains no video \(\.mp4, .*it is empty'),
        ('texts', r'texts: contains no video \(\.mp4, .*only 2 other files'),
    ],
)
def test_nothing_to_find(tmp_path, name, message):
    (tmp_path / 'empty').mkdir()
    touch(tmp_path, 'texts/a.txt', 'texts/sub/b.csv')
    with pytest.raises(FileNotFoundError, match=message):
        find_videos([tmp_path / name])
