"""Which videos of a folder are shown."""

import shutil

import pytest

from carl_mm.app.folder import default_embeddings_dir, scan


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


def test_embeddings_of_other_folders_and_models_are_kept_apart(tmp_path):
    one = {'checkpoint_sha256': 'a', 'settings_sha256': 'b'}
    two = {'checkpoint_sha256': 'c', 'settings_sha256': 'b'}
    folders = [tmp_path / 'x' / 'v', tmp_path / 'y' / 'v']
    found = {default_embeddings_dir(f, p) for f in folders for p in (one, two)}
    assert len(found) == 4
    assert all(folder.name.startswith('v-') for folder in found)
