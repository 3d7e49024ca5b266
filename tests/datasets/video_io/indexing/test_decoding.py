"""Decoding that goes on behind what fails."""

import av

from carl_mm.datasets.video_io.indexing.decoding import decode_packets, whole_frames
from tests.datasets.video_io.odd_files import KEPT_APART, KINDS, number, write


def test_what_can_be_decoded_is_told_from_what_cannot(tmp_path):
    path = KINDS['cut.avi'][0](tmp_path / 'cut.avi')
    with av.open(str(path)) as container:
        found = list(decode_packets(container, container.streams.video[0]))
    assert sum(has_failed for _, has_failed, _ in found) == 1
    assert sum(len(frames) for frames, _, _ in found) == 38
    assert [is_packet for *_, is_packet in found] == [True] * (len(found) - 1) + [False]


def test_whole_frames_are_all_frames_of_a_whole_file(tmp_path):
    path = write(tmp_path / 'a.mp4', options=KEPT_APART)
    with av.open(str(path)) as container:
        frames = whole_frames(container, container.streams.video[0])
        shown = [number(frame.to_ndarray(format='rgb24')) for frame in frames]
    assert shown == list(range(40))
