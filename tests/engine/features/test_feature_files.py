import os
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from carl_mm.datasets.video_io.video_writer import write_mp4
from carl_mm.engine.features import feature_files
from carl_mm.engine.features.feature_files import (
    check_disk_space,
    check_width,
    is_whole,
    read_copy,
    video_key,
    write_features,
)
from tests.conftest import moving_square
from tests.faults.damage import damaged


def test_a_changed_or_moved_video_has_another_key(tmp_path, monkeypatch):
    path = tmp_path / 'a.mp4'
    path.write_bytes(b'abc')
    os.utime(path, (5, 5))
    key = video_key(str(path))
    assert key.endswith('.npy') and len(key) == 28
    monkeypatch.chdir(tmp_path)
    assert video_key('a.mp4') == key
    os.utime(path, (6, 6))
    later = video_key(str(path))
    path.write_bytes(b'abcd')
    os.utime(path, (6, 6))
    assert len({key, later, video_key(str(path))}) == 3
    assert video_key(str(tmp_path / 'none.mp4')) == 'missing.npy'


def write(path, copies):
    with path.open('wb') as stream:
        write_features(stream, copies)
    return path


def test_a_file_is_whole_if_it_has_all_copies_and_every_byte(tmp_path):
    copies = np.arange(30.0).reshape(2, 5, 3)
    file = write(tmp_path / 'a.npy', copies)
    np.testing.assert_array_equal(np.load(file, mmap_mode='r'), copies)
    assert is_whole(file, 2)
    assert not is_whole(file, 3)
    assert not is_whole(tmp_path / 'none.npy', 2)
    content = file.read_bytes()
    for changed in (*damaged(content, 5), content[:-1], content[:70], b'', content * 2):
        file.write_bytes(changed)
        assert not is_whole(file, 2)
    np.save(file, copies)  # as before there was a checksum
    assert not is_whole(file, 2)


def test_features_wider_than_the_neck_are_named(tmp_path):
    file = write(tmp_path / 'a.npy', np.zeros((2, 5, 3)))

    def model(width, stages=None):
        neck = SimpleNamespace(in_channels=width)
        return SimpleNamespace(neck=neck, learnt_stages=stages)

    check_width(file, model(3))
    check_width(file, model(None))
    check_width(file, model(4, stages='some'))
    with pytest.raises(ValueError, match=r'a\.npy: cached features of 3 .* is 4.*del'):
        check_width(file, model(4))


def test_the_room_that_is_needed(tmp_path, monkeypatch):
    """Two videos of 30 frames and one that is damaged: 60 of 24 bytes, 2 copies."""
    for name in 'ab':
        write_mp4(tmp_path / f'{name}.mp4', moving_square(30, 32), 25)
    (tmp_path / 'c.mp4').write_text('no video')
    entries = [{'filename': str(tmp_path / f'{name}.mp4')} for name in 'abc']
    copies = np.zeros((2, 7, 3), np.float32)
    said = []
    runner = SimpleNamespace(logger=SimpleNamespace(info=said.append), world_size=1)

    def check(free, world_size=1):
        usage = SimpleNamespace(free=free)
        monkeypatch.setattr(feature_files.shutil, 'disk_usage', lambda _: usage)
        runner.world_size = world_size
        check_disk_space(tmp_path, copies, entries, runner)

    check(60 * 24)
    assert said == ['features of 60 frames will take 0.00 GB; 0.00 GB are free']
    with pytest.raises(OSError, match='set cache_dir, or num_copies lower'):
        check(60 * 24 - 1)
    with pytest.raises(OSError):
        check(60 * 24, world_size=2)


def save_copies(path, num_frames):
    """Two copies; each frame holds its number, negative in the second copy."""
    numbers = np.arange(num_frames, dtype=np.float32)[:, None]
    np.save(path, np.stack([numbers, -numbers - 1]))
    return path


def test_the_first_copy_is_read_and_a_long_video_thinned_evenly(tmp_path):
    file = save_copies(tmp_path / 'a.npy', 11)
    assert read_copy(file, 100)[:, 0].tolist() == list(range(11))
    assert read_copy(str(file), 11)[:, 0].tolist() == list(range(11))
    thin = read_copy(file, 6)
    assert thin.dtype == torch.float32
    assert thin[:, 0].tolist() == [0, 2, 4, 6, 8, 10]
    assert read_copy(file, 2)[:, 0].tolist() == [0, 10]
    assert read_copy(file, 1)[:, 0].tolist() == [0]
    thin[:] = 7  # a copy of the file
    assert read_copy(file, 2)[:, 0].tolist() == [0, 10]


def test_a_copy_of_one_frame(tmp_path):
    file = save_copies(tmp_path / 'a.npy', 1)
    assert read_copy(file, 5).tolist() == [[0]]
