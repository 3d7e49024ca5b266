"""Events on the clock of a timeline."""

import numpy as np
import pytest

from carl_mm.apis.alignment.timeline_events import TimelineEvent, phase_events
from tests.apis.alignment.test_timeline_tables import TIMELINE


def test_events_are_the_first_starts_in_the_order_of_the_clock():
    """By hand: frames of the first video stand at 0, 0.5, 1, 1.5 and 2 s."""
    first = np.array([0, 0, 2, 1, 2])  # phase 2 comes twice, 0 begins with the video
    second = np.array([-1, 2])
    lift, put = phase_events(TIMELINE, [first, second], ['reach', 'put', 'lift'])
    assert (lift.name, put.name) == ('lift', 'put')
    assert lift.clock_times.tolist() == [1.0, 1.0]
    np.testing.assert_array_equal(put.clock_times, [1.5, np.nan])
    assert (put.clock_s, put.spread_s, put.marked_in) == (1.5, 0.0, 1)
    assert lift.marked_in == 2


def test_the_spread_is_the_mean_distance_from_the_median():
    event = TimelineEvent('x', np.array([1.0, np.nan, 2.0, 6.0]))
    assert event.clock_s == 2.0
    assert event.spread_s == pytest.approx((1 + 0 + 4) / 3)


def test_without_labels_there_is_no_event():
    assert phase_events(TIMELINE, [None, np.full(2, -1)], []) == []
