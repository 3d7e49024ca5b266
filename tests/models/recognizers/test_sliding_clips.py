import numpy as np
import pytest
import torch

from carl_mm.models.recognizers.sliding_clips import between_clips, sliding_clips


def numbered(total, chunk):
    """Frames of one pixel that hold their number."""
    frames = torch.arange(total).view(total, 1, 1, 1).expand(-1, 3, 1, 1)
    return iter(frames.split(chunk))


def clips_by_loops(total, num_frames, interval, stride):
    rows = []
    for centre in range(0, total, stride):
        first = centre - (num_frames - 1) * interval // 2
        inds = [first + i * interval for i in range(num_frames)]
        rows.append([min(max(index, 0), total - 1) for index in inds])
    return rows


@pytest.mark.parametrize('chunk', [1, 3, 100])
@pytest.mark.parametrize('batch_size', [1, 4, 100])
@pytest.mark.parametrize(
    ('total', 'num_frames', 'interval', 'stride'),
    [(25, 4, 2, 1), (25, 16, 2, 3), (7, 16, 2, 1), (1, 4, 2, 1), (20, 1, 1, 7)],
)
def test_equals_the_loops(total, num_frames, interval, stride, chunk, batch_size):
    clips = list(
        sliding_clips(
            numbered(total, chunk), total, num_frames, interval, stride, batch_size
        )
    )
    assert all(len(part) == batch_size for part in clips[:-1])
    found = torch.cat(clips)
    assert found.shape[2:] == (3, 1, 1)
    expected = clips_by_loops(total, num_frames, interval, stride)
    assert found[:, :, 0, 0, 0].tolist() == expected


def test_few_frames_are_held():
    """Chunks are asked for when they are needed, not before."""
    asked = []

    def chunks():
        for part in numbered(1000, 10):
            asked.append(int(part[-1, 0, 0, 0]))
            yield part

    for place, clips in enumerate(sliding_clips(chunks(), 1000, 4, 2, 1, 20)):
        needed = min((place + 1) * 20 - 1 + 3, 999)
        assert asked[-1] < needed + 10
        assert clips.untyped_storage().nbytes() <= 20 * 4 * 3 * 8


@pytest.mark.parametrize(('total', 'stride'), [(11, 4), (9, 4), (3, 1), (2, 5), (1, 1)])
def test_between_clips_is_linear(total, stride):
    centres = np.arange(0, total, stride)
    features = torch.randn(len(centres), 3, dtype=torch.float64)
    found = between_clips(features, total, stride)
    expected = [np.interp(np.arange(total), centres, f) for f in features.T.numpy()]
    np.testing.assert_allclose(found.numpy(), np.stack(expected, axis=1))
