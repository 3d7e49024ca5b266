import numpy as np
import pytest

from carl_mm.functional.timeline.mean_pace import (
    mean_pace_clock,
    middle_and_deviation,
    pace_spread,
)

NAN = np.nan


def test_each_step_is_the_mean_of_those_that_are_known():
    times = np.array([[0.0, 1, 2, 6], [NAN, 5, 8, 8], [1, 2, NAN, NAN]])
    # Steps: (1 + 1) / 2, (1 + 3) / 2, (4 + 0) / 2.
    assert mean_pace_clock(times).tolist() == [0, 1, 3, 5]


def test_the_videos_run_at_pace_1_on_average():
    rng = np.random.default_rng(0)
    times = np.cumsum(rng.uniform(0.1, 2, size=(7, 30)), axis=1)
    clock = mean_pace_clock(times)
    paces = np.diff(times, axis=1) / np.diff(clock)
    np.testing.assert_allclose(paces.mean(axis=0), 1)
    assert clock[-1] == pytest.approx((times[:, -1] - times[:, 0]).mean())


def test_a_clock_never_stands_still():
    standing = np.array([[0.0, 1, 1, 2], [0, 2, 2, 4]])
    clock = mean_pace_clock(standing)
    assert (np.diff(clock) > 0).all()
    np.testing.assert_allclose(clock, [0, 1.5, 1.5, 3], atol=0.01)
    unknown = mean_pace_clock(np.array([[0.0, 2, NAN, NAN]]))
    assert unknown.tolist() == [0, 2, 4, 6]
    assert mean_pace_clock(np.full((2, 3), NAN)).tolist() == [0, 1, 2]
    assert mean_pace_clock(np.array([[3.0]])).tolist() == [0]


def test_one_video_of_double_and_one_of_half_the_pace():
    clock = np.arange(5.0)
    times = np.stack([clock * 2, clock, clock / 2])
    np.testing.assert_allclose(pace_spread(times, clock), 2 / 3)
    times[1:, :2] = NAN  # a pace takes both neighbours
    spread = pace_spread(times, clock)
    assert np.isnan(spread[:3]).all()
    np.testing.assert_allclose(spread[3:], 2 / 3)


def test_a_video_that_stands_still_counts_as_very_slow():
    clock = np.arange(4.0)
    times = np.stack([clock, clock, clock * 0])
    np.testing.assert_allclose(pace_spread(times, clock), 4 / 3)


def test_deviation_from_the_median_by_column():
    values = np.array([[1.0, NAN, NAN], [2, 5, NAN], [9, NAN, NAN]])
    middle, deviation = middle_and_deviation(values)
    np.testing.assert_array_equal(middle, [2, 5, NAN])
    np.testing.assert_array_equal(deviation, [8 / 3, NAN, NAN])
