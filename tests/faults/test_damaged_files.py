"""Files with damaged bytes are refused, or what they tell is as it was written."""

import numpy as np
import pytest
import torch

from carl_mm import compat
from carl_mm.apis import FrameIndex, PhaseLabeler, VideoEmbedding
from carl_mm.files import check_archive
from tests.faults.damage import blanked, damaged


def make_video(form='any'):
    rng = np.random.default_rng(0)
    frames = rng.normal(size=(6, 4)).astype(np.float32)
    frames /= np.linalg.norm(frames, axis=1, keepdims=True)
    features = rng.normal(size=(6, 3)).astype(np.float32)
    return VideoEmbedding(
        'a.mp4', frames, np.arange(6) / 25, 25.0, {'checkpoint': 'x'}, features
    )


def video_content(video):
    arrays = video.embeddings, video.timestamps, video.frame_features
    shown = [None if array is None else array.tolist() for array in arrays]
    return video.filename, video.fps, video.provenance, *shown


def save_checkpoint(path):
    state = {'w': torch.arange(5.0), 'v': torch.ones(3)}
    torch.save({'state_dict': state, 'meta': {'epoch': 3}}, path)


def read_checkpoint(path):
    loaded = compat.load_local_checkpoint(str(path))
    state = {name: value.tolist() for name, value in loaded['state_dict'].items()}
    return state, loaded['meta']


def save_labeler(path):
    frames = np.eye(2)[np.repeat([0, 1], [8, 12])]
    labels = [np.repeat([0, 1], [8, 12])] * 3
    PhaseLabeler(1.0, 1.0).fit([frames] * 3, labels, ['reach', 'pour']).save(path)


def read_labeler(path):
    model = PhaseLabeler.load(path).model
    probe = {name: value.tolist() for name, value in vars(model.probe).items()}
    return {**vars(model), 'probe': probe}


def read_index(path):
    index = FrameIndex.load(path)
    return [video_content(index.frames.video(name)) for name in index.filenames]


def read_video(path):
    return video_content(VideoEmbedding.load(path))


KINDS = {
    'checkpoint.pth': (save_checkpoint, read_checkpoint),
    'video.npz': (lambda path: make_video().save(path), read_video),
    'video.parquet': (lambda path: make_video().save(path), read_video),
    'index.npz': (lambda path: FrameIndex([make_video()]).save(path), read_index),
    'labeler.npz': (save_labeler, read_labeler),
}


@pytest.mark.parametrize('step', [23, pytest.param(1, marks=pytest.mark.slow)])
@pytest.mark.parametrize('name', KINDS)
def test_a_damaged_byte_changes_nothing_in_silence(tmp_path, name, step):
    save, read = KINDS[name]
    path = tmp_path / name
    save(path)
    content, truth = path.read_bytes(), read(path)
    refused = 0
    for changed in damaged(content, step):
        path.write_bytes(changed)
        try:
            assert read(path) == truth
        except ValueError as error:
            refused += 1
            assert str(error).startswith(f'{path}: ')
            assert '\n' not in str(error)
    assert refused > len(content) / step


@pytest.mark.parametrize('size', [4096, 64])
def test_a_block_of_zeros_in_a_checkpoint_is_found(tmp_path, size):
    """As a disk leaves it: 5 of 6 places used to be read, 3 with other weights."""
    state = {f'{i}': torch.randn(5000) for i in range(8)}
    torch.save({'state_dict': state}, tmp_path / 'a.pth')
    content = (tmp_path / 'a.pth').read_bytes()
    for changed in blanked(content, 40, size):
        (tmp_path / 'a.pth').write_bytes(changed)
        try:
            loaded = compat.load_local_checkpoint(str(tmp_path / 'a.pth'))
        except ValueError as error:
            assert 'a.pth: ' in str(error)
            assert 'trust' not in str(error)
            continue
        assert size == 64, 'a block of zeros is wider than the gaps between tensors'
        assert all(torch.equal(loaded['state_dict'][k], state[k]) for k in state)


def test_a_cut_off_file_is_found(tmp_path):
    save_checkpoint(tmp_path / 'a.pth')
    content = (tmp_path / 'a.pth').read_bytes()
    for length in range(0, len(content), 97):
        (tmp_path / 'a.pth').write_bytes(content[:length])
        with pytest.raises(ValueError, match=r'a\.pth'):
            read_checkpoint(tmp_path / 'a.pth')
        with pytest.raises(ValueError, match=r'a\.pth: damaged or cut off'):
            check_archive(tmp_path / 'a.pth')


def test_a_damaged_checkpoint_is_left_aside_when_a_run_resumes(tmp_path):
    for epoch in (1, 2):
        save_checkpoint(tmp_path / f'epoch_{epoch}.pth')
    (tmp_path / 'last_checkpoint').write_text('epoch_2.pth')
    content = (tmp_path / 'epoch_2.pth').read_bytes()
    place = content.index(torch.arange(5.0).numpy().tobytes()) + 7
    changed = content[:place] + b'\x01' + content[place + 1 :]
    (tmp_path / 'epoch_2.pth').write_bytes(changed)
    assert compat.newest_checkpoint(str(tmp_path)).endswith('epoch_1.pth')
