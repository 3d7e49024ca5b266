"""What all opened videos share."""

import numpy as np

from carl_mm.datasets.video_io.frame_reader import FrameReader


class Counted(FrameReader):
    """Frames that show their index, and a log of those decoded."""

    num_frames = 10

    def __init__(self):
        self.decoded = []

    def stream(self, frame_inds):
        for index in frame_inds:
            self.decoded.append(index)
            yield np.full((2, 2, 3), index, np.uint8)


def test_frames_are_read_in_any_order_and_decoded_once_in_order():
    video = Counted()
    frames = video.read([7, 3, 3, 9, 0])
    assert frames[:, 0, 0, 0].tolist() == [7, 3, 3, 9, 0]
    assert video.decoded == [0, 3, 7, 9]


def test_frames_in_order_are_not_copied_again():
    frames = Counted().read(np.array([2, 5]))
    assert frames.base is None and frames.shape == (2, 2, 2, 3)
