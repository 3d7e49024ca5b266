"""Frames found by their times."""

import pytest

from carl_mm.datasets.video_io.indexing.decoding import MissingFrameError
from carl_mm.datasets.video_io.indexing.packet_times import PacketTimes
from carl_mm.datasets.video_io.indexing.packets import Packets
from carl_mm.datasets.video_io.pyav_video import PyAVVideo
from tests.datasets.video_io.odd_files import number, write


def test_times_and_those_of_key_frames_ascend():
    packets = Packets(times=[0, 40, 20, 60], keys=[True, False, False, True])
    assert PacketTimes.of(packets) == PacketTimes([0, 20, 40, 60], [0, 60])


def test_a_frame_that_is_not_at_its_time_is_missing(tmp_path):
    video = PyAVVideo(write(tmp_path / 'a.mp4', options={'g': '10', 'bf': '0'}))
    times = PacketTimes.of(video._packets)
    shown = [
        number(frame.to_ndarray(format='rgb24'))
        for frame in times.frames(video._open, [3, 25, 39])
    ]
    assert shown == [3, 25, 39]
    stamps = list(times.stamps)
    stamps[25] += 1
    for wrong in (PacketTimes(stamps, times.key_stamps), PacketTimes([9**9], [9**9])):
        with pytest.raises(MissingFrameError):
            list(wrong.frames(video._open, [len(wrong.stamps) * 25 // 40]))
