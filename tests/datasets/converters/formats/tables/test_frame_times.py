"""Times that mean the frames for which they were written."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carl_mm.datasets.converters.formats.tables.frame_times import (
    frames_between,
    span_between,
)


def test_the_span_of_a_frame_ends_when_the_next_one_begins():
    stamps = np.array([7.0, 7.1, 7.5, 7.6])
    assert span_between(0, 1, stamps, 5.0) == (0.0, 0.5)
    assert span_between(2, 3, stamps, 5.0) == (0.5, 0.8)
    assert span_between(0, 0, np.array([3.0]), 25.0) == (0.0, 0.04)


@settings(max_examples=200, deadline=None)
@given(
    gaps=st.lists(st.integers(1, 90_000), min_size=0, max_size=30),
    unit=st.sampled_from([1 / 90_000, 1001 / 30_000 / 100, 1e-3]),
    cuts=st.sets(st.integers(1, 30), max_size=5),
    decimals=st.sampled_from([3, 6]),
    start=st.sampled_from([0.0, 12.345]),
)
def test_frames_come_back_whatever_the_rate(gaps, unit, cuts, decimals, start):
    """Or it is said that they cannot: frames that the decimals do not tell apart."""
    stamps = start + np.cumsum([0, *gaps]) * unit
    length = len(stamps)
    fps = (length - 1) / (stamps[-1] - stamps[0]) if length > 1 else 25.0
    bounds = sorted({0, length, *(cut for cut in cuts if cut < length)})
    before = 0.0
    for first, after in zip(bounds, bounds[1:], strict=False):
        try:
            times = span_between(first, after - 1, stamps, fps, decimals)
        except ValueError as error:
            assert 'do not tell them apart' in str(error)
            assert min(gaps) * unit < 2 * 10**-decimals
            return
        assert times[0] == before  # successive spans meet
        assert all(round(time, decimals) == time for time in times)
        assert frames_between(*times, stamps) == (first, after - 1)
        before = times[1]


@pytest.mark.parametrize('fps', [30000 / 1001, 24000 / 1001, 60.0, 240.0, 12.5])
def test_milliseconds_do_for_every_frame_of_cameras(fps):
    stamps = np.arange(3000) / fps
    for first in range(0, 2990, 7):
        times = span_between(first, first + 3, stamps, fps)
        assert frames_between(*times, stamps) == (first, first + 3)


def test_frames_that_milliseconds_do_not_tell_apart():
    stamps = np.arange(10) / 5000
    with pytest.raises(ValueError, match=r'frame [123] begins less than 0.001 s from'):
        span_between(1, 2, stamps, 5000.0)
    assert span_between(1, 2, stamps, 5000.0, 6) == (0.0002, 0.0006)
