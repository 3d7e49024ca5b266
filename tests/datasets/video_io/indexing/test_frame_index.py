"""Files decoded once, and read from where decoding can start."""

import pytest

from carl_mm.datasets.video_io.indexing.decoding import MissingFrameError
from carl_mm.datasets.video_io.indexing.frame_index import FrameIndex, index_frames
from carl_mm.datasets.video_io.pyav_video import PyAVVideo
from tests.datasets.video_io.odd_files import number, write

OPTIONS = {'g': '10', 'bf': '2', 'sc_threshold': '0'}


@pytest.fixture
def video(tmp_path):
    path = write(tmp_path / 'a.mkv', count=120, options=OPTIONS)
    return PyAVVideo(path)


def read(index, video, inds):
    return [
        number(frame.to_ndarray(format='rgb24'))
        for frame in index.frames(video._open, inds)
    ]


def test_jumps_are_tried_and_lead_to_their_frames(video):
    index = index_frames(video._open, 'why', starts_anywhere=False, is_cut=False)
    assert (len(index.stamps), index.damaged_at, index.num_lost) == (120, None, 0)
    assert [jump[2] for jump in index.jumps] == [50, 100]
    assert read(index, video, [0, 49, 50, 51, 119]) == [0, 49, 50, 51, 119]
    assert read(index, video, [101]) == [101]
    for _, skipped, place in index.jumps:
        assert skipped <= place


def test_frames_from_damage_on_are_missing(video):
    index = FrameIndex([None] * 120, damaged_at=7)
    assert read(index, video, [6]) == [6]
    with pytest.raises(MissingFrameError) as caught:
        read(index, video, [6, 7])
    assert caught.value.index == 7


def test_a_frame_past_the_end_is_missing(video):
    with pytest.raises(MissingFrameError):
        read(FrameIndex([None] * 130), video, [125])
