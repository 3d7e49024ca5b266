import numpy as np
import pytest

from carl_mm.datasets.video_io.frame_reader import FrameReader
from carl_mm.visualization.parts.frame_source import (
    check_frames,
    frames_in_order,
    watched,
)


class Counted(FrameReader):
    """Frames that hold their numbers; tells what was decoded, as a decoder does it."""

    def __init__(self, num_frames):
        self.filename = 'counted'
        self.num_frames = num_frames
        self.fps = 10.0
        self.timestamps = np.arange(num_frames) / 10
        self.calls = []
        self.buffer = np.zeros((4, 6, 3), np.uint8)  # used again for every frame

    def stream(self, frame_inds):
        inds = list(frame_inds)
        assert (np.diff(inds) > 0).all()
        self.calls.append(inds)
        for index in inds:
            self.buffer[:] = index
            yield self.buffer


@pytest.mark.parametrize(
    'inds',
    [[0, 1, 2, 3], [2, 2, 2, 5, 5, 9], [7, 1, 1, 9, 0, 3], [9, 8, 7], [4], []],
)
@pytest.mark.parametrize('max_held_bytes', [1, 150, 10_000])
def test_the_frames_that_were_asked_for_in_that_order(inds, max_held_bytes):
    array = np.broadcast_to(np.arange(10)[:, None, None, None], (10, 4, 6, 3)).astype(
        np.uint8
    )
    for source in (array, Counted(10)):
        found = [int(f[0, 0, 0]) for f in frames_in_order(source, inds, max_held_bytes)]
        assert found == inds


def test_ascending_frames_are_decoded_once_and_others_a_few_at_a_time():
    video = Counted(10)
    list(frames_in_order(video, [1, 1, 4, 8]))
    assert video.calls == [[1, 4, 8]]
    video = Counted(10)
    frame_size = 4 * 6 * 3
    list(frames_in_order(video, [8, 1, 4, 3, 4], 2 * frame_size))
    assert video.calls == [[0], [1, 8], [3, 4], [4]]


def test_size_of_both_kinds():
    assert check_frames(Counted(7), 'a') == (7, 4, 6)
    assert check_frames(np.zeros((7, 4, 6, 3), np.uint8), 'a') == (7, 4, 6)
    with pytest.raises(ValueError, match=r'a must be \(T, H, W, 3\) uint8'):
        check_frames(np.zeros((7, 4, 6), np.uint8), 'a')


def test_progress_is_told_when_a_picture_has_been_taken():
    shares, pictures = [], list(np.zeros((4, 2, 2, 3), np.uint8))
    for number, picture in enumerate(watched(pictures, 4, shares.append)):
        assert picture is pictures[number]
        assert shares == [0.25] * number
    assert shares == [0.25] * 4
    assert len(list(watched(pictures, 4, None))) == 4
