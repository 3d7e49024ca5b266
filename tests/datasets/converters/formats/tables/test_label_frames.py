"""Rows of labels on the frames of their videos."""

import dataclasses
import statistics

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carl_mm.apis.embedding.video_embedding import VideoEmbedding
from carl_mm.datasets.converters.formats.tables.frame_count import (
    AS_THE_FORM_SAYS,
    FrameCount,
)
from carl_mm.datasets.converters.formats.tables.label_frames import (
    fit_labels,
    frames_between,
)
from carl_mm.datasets.converters.formats.tables.label_rows import (
    LabelTable,
    ListedLabel,
    VideoClaim,
)


def frames_by_loop(start_s, end_s, stamps):
    """The frames whose middle lies in the span, one by one."""
    stamps = [stamp - stamps[0] for stamp in stamps]
    gaps = [b - a for a, b in zip(stamps, stamps[1:], strict=False)] or [0.0]
    last = min(statistics.mean(gaps), statistics.median(gaps))
    ends = [*stamps[1:], stamps[-1] + last]
    middles = [(a + b) / 2 for a, b in zip(stamps, ends, strict=True)]
    found = [i for i, middle in enumerate(middles) if start_s <= middle < end_s]
    return found[0], found[-1]


# Of a camera whose rate varies, and whose clock does not start at 0.
VARIED = np.cumsum([7.0, 0.1, 0.1, 0.4, 0.1, 0.3, 0.1])


@pytest.mark.parametrize(
    ('start_s', 'end_s', 'frames'),
    [(0, 1.3, (0, 6)), (0, 0.2, (0, 1)), (0.2, 0.6, (2, 2)), (0.5, 0.9, (3, 4))],
)
def test_a_time_means_the_frame_that_is_shown(start_s, end_s, frames):
    assert frames_between(start_s, end_s, VARIED) == frames
    assert frames_by_loop(start_s, end_s, VARIED) == frames


def test_a_single_frame():
    assert frames_between(0, 0.1, np.array([3.0])) == (0, 0)


@pytest.mark.parametrize(
    ('start_s', 'end_s', 'message'),
    [
        (0, 2.5, r'end_s 2.5 is past the end: the video lasts 1.28 s'),
        (0.31, 0.35, 'there is no frame from 0.31 to 0.35 s'),
        (1.9, 2.1, 'there is no frame from 1.9 to 2.1 s'),
    ],
)
def test_times_without_a_frame(start_s, end_s, message):
    with pytest.raises(ValueError, match=message):
        frames_between(start_s, end_s, VARIED)


def test_a_second_past_the_end_is_the_end():
    assert frames_between(0.9, 2.28, VARIED) == (5, 6)


@settings(max_examples=60, deadline=None)
@given(
    gaps=st.lists(st.integers(2, 400), min_size=1, max_size=30),
    unit=st.sampled_from([1e-3, 1 / 900, 1 / 600, 1 / 25]),
    cuts=st.sets(st.integers(1, 29), max_size=5),
    data=st.data(),
)
def test_times_that_the_tools_write_mean_the_frames_they_were_written_for(
    gaps, unit, cuts, data
):
    stamps = np.cumsum([0, *gaps]) * unit
    length = len(stamps)
    fps = (length - 1) / stamps[-1]
    video = VideoEmbedding('a', np.ones((length, 1), np.float32), stamps, fps)
    bounds = sorted({0, length, *(cut for cut in cuts if cut < length)})
    for first, after in zip(bounds, bounds[1:], strict=False):
        times = [float(f'{time:.3f}') for time in video.span_s(first, after - 1)]
        assert frames_between(*times, stamps) == (first, after - 1)
        assert frames_by_loop(*times, stamps) == (first, after - 1)


STAMPS = np.arange(40) / 30


def table(*rows, count=FrameCount()):  # noqa: B008
    """Rows of frames (integers), times (floats), or both, of a.mp4."""
    listed = []
    for line, values in enumerate(rows, start=2):
        frames = tuple(v for v in values if isinstance(v, int)) or None
        times = tuple(v for v in values if isinstance(v, float)) or None
        listed.append(ListedLabel(line, 'a.mp4', 'x', '', frames, times))
    return LabelTable('l.csv', listed, 'x', count, ['l.csv: said before'])


def fit(*rows, **options):
    found = fit_labels(table(*rows, **options), {'a.mp4': 40}, lambda name: STAMPS)
    return [(row.first, row.last) for row in found[0]], found[1][1:]


def test_by_number_by_time_and_by_both():
    said = 'the times of 1 rows (line 4) are those of other frames; first_frame and'
    spans, (remark,) = fit((0, 9), (0.333, 0.5), (15, 20, 0.6, 0.7))
    assert spans == [(0, 9), (10, 14), (15, 20)]
    assert remark.startswith(f'l.csv: {said}')
    assert fit((15, 20, 0.5, 0.7)) == ([(15, 20)], [])


def test_times_of_last_frames_are_recognised():
    spans, (remark,) = fit((0.0, 0.63), (0.67, 1.3))
    assert spans == [(0, 19), (20, 39)]
    assert 'time of the last frame, which is counted in' in remark
    assert fit((0.0, 0.667), (0.667, 1.333)) == ([(0, 19), (20, 39)], [])
    assert fit((0.0, 0.63), (0.8, 1.3))[0] == [(0, 18), (24, 38)]


def test_problems_of_all_kinds_at_once():
    with pytest.raises(ValueError, match='3 problems') as error:
        fit((0.0, 9.0), (0, 40), (5, 8), (7, 9))
    for text in (
        'line 2: a.mp4: end_s 9 is past the end: the video lasts 1.33 s',
        'line 3: a.mp4: last frame 40 is past',
        'line 5 (7 to 9) overlaps line 4',
    ):
        assert text in str(error.value)
    # Where the frames are told, times that mean none are a remark.
    spans, (remark,) = fit((0, 3, 0.0, 9.0))
    assert spans == [(0, 3)] and 'those of other frames' in remark


def test_rows_of_other_videos_are_left_out_and_their_files_closed():
    opened = []
    listed = table((0, 9), (0.0, 1.0))
    assert fit_labels(listed, {'b.mp4': 9}, opened.append)[0] == []
    fit_labels(table((0, 9)), {'a.mp4': 40}, opened.append)
    assert opened == []


def test_a_count_that_fits_by_luck():
    assert '--first-frame 1' in fit((1, 20), (21, 30))[1][0]
    assert fit((1, 20), (21, 30), count=FrameCount(1))[1] == []
    assert fit((0.04, 0.5))[1] == []


def test_forms_that_say_how_they_count_are_believed():
    """As ends of tables these would be counted in, and one frame too long."""
    told = table((0.0, 0.5), (0.5 + 1 / 30, 1.0), count=AS_THE_FORM_SAYS)
    rows, remarks = fit_labels(told, {'a.mp4': 40}, lambda name: STAMPS)
    assert [(row.first, row.last) for row in rows] == [(0, 14), (16, 29)]
    assert remarks == ['l.csv: said before']
    told = table((1, 4), (5, 9), count=AS_THE_FORM_SAYS)
    assert fit_labels(told, {'a.mp4': 40}, lambda name: STAMPS)[1] == [
        'l.csv: said before'
    ]
    told = table((1, 4), (4, 9), count=AS_THE_FORM_SAYS)
    with pytest.raises(ValueError, match='overlaps') as info:
        fit_labels(told, {'a.mp4': 40}, lambda name: STAMPS)
    assert '--exclusive-end' not in str(info.value)
    told = table((1, 4), (5, 9), count=FrameCount(exclusive_end=True))
    _, (_, remark) = fit_labels(told, {'a.mp4': 40}, lambda name: STAMPS)
    assert '--first-frame 1' in remark


@pytest.mark.parametrize(
    ('claim', 'said'),
    [
        (VideoClaim(fps=30), ''),
        (VideoClaim(fps=30000 / 1001), ''),
        (VideoClaim(fps=25), 'of 25 frames a second, but it has 30.00: its labels may'),
        (VideoClaim(num_frames=40), ''),
        (VideoClaim(num_frames=50), 'of 50 frames, but it has 40: its labels may'),
        (VideoClaim(fps=25, num_frames=40), 'of 25 frames a second'),
    ],
)
def test_a_file_that_takes_a_video_for_another_says_so(claim, said):
    told = dataclasses.replace(table((0, 4)), claims={'a.mp4': claim, 'z.mp4': claim})
    _, (_, *remarks) = fit_labels(told, {'a.mp4': 40}, lambda name: STAMPS)
    assert len(remarks) == bool(said)
    assert not said or f'l.csv: takes a.mp4 for a video {said}' in remarks[0]
