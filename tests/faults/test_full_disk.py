"""A full disk is told in one line; the old file stays, and no part of the new one."""

import os

import numpy as np
import pytest

from carl_mm.apis import FrameIndex, PhaseLabeler, VideoEmbedding
from carl_mm.datasets.converters.conversion import write_annotations, write_left_out
from carl_mm.datasets.video_io.video_writer import write_mp4
from carl_mm.files import atomic_write_csv, atomic_write_text
from tests.conftest import moving_square
from tests.faults.damage import full_disk


def embedding(num_frames):
    frames = np.random.default_rng(0).normal(size=(num_frames, 16)).astype(np.float32)
    frames /= np.linalg.norm(frames, axis=1, keepdims=True)
    times = np.arange(num_frames) / 25
    return VideoEmbedding('a.mp4', frames, times, 25.0, {}, frames)


def labeler(size):
    frames = np.eye(size)[np.repeat([0, 1], [8, 12])]
    labels = [np.repeat([0, 1], [8, 12])] * 3
    return PhaseLabeler(1.0, 1.0).fit([frames] * 3, labels)


def annotations(size):
    names = [f'{place:04}.mp4' for place in range(size)]
    entries = [{'filename': name, 'split': 'train', 'action': 'a'} for name in names]
    return {'metainfo': {}, 'data_list': entries}


WRITERS = {
    'a.npz': lambda path, size: embedding(size).save(path),
    'a.parquet': lambda path, size: embedding(size).save(path),
    'index': lambda path, size: FrameIndex([embedding(size)]).save(path),
    'labeler': lambda path, size: labeler(size).save(path),
    'a.csv': lambda path, size: atomic_write_csv(path, 'ab', [('x', 'y')] * size),
    'a.txt': lambda path, size: atomic_write_text(path, 'text' * size),
    'left_out.csv': lambda path, size: write_left_out(
        path, {f'{place}': 'why' for place in range(size)}
    ),
    'annotations.json': lambda path, size: write_annotations(path, annotations(size)),
    'a.mp4': lambda path, size: write_mp4(path, moving_square(size, 64), 25, crf=0),
}


@pytest.mark.parametrize('limit', [0, 1000, 4096])
@pytest.mark.parametrize('name', WRITERS)
def test_the_old_file_stays(tmp_path, name, limit):
    path = tmp_path / name
    WRITERS[name](path, 5)
    before = path.read_bytes()
    with full_disk(limit), pytest.raises(OSError) as info:
        WRITERS[name](path, 2000 if name != 'a.mp4' else 60)
    assert str(info.value).endswith(f'{path} cannot be written: File too large')
    assert '\n' not in str(info.value)
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == [name]


def test_a_disk_that_is_full_only_when_synced_counts(tmp_path, monkeypatch):
    """As of network file systems, which tell so late."""
    path = tmp_path / 'a.txt'
    atomic_write_text(path, 'old')

    def full(number):
        raise OSError(28, 'No space left on device')

    monkeypatch.setattr(os, 'fsync', full)
    with pytest.raises(OSError, match=r'a\.txt cannot be written: No space left'):
        atomic_write_text(path, 'new')
    assert path.read_text() == 'old'
    assert os.listdir(tmp_path) == ['a.txt']


def test_a_file_is_on_the_disk_before_it_has_its_name(tmp_path, monkeypatch):
    seen, sync = [], os.fsync

    def spy(number):
        seen.append(os.path.basename(os.readlink(f'/proc/self/fd/{number}')))
        seen.append((tmp_path / 'a.txt').exists())
        sync(number)

    monkeypatch.setattr(os, 'fsync', spy)
    atomic_write_text(tmp_path / 'a.txt', 'new')
    part = f'.a.txt.{os.getpid()}.part'
    assert seen == [part, False, tmp_path.name, True]
