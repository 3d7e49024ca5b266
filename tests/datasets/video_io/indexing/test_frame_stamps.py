"""Times and rates worked out by hand."""

from fractions import Fraction

import numpy as np
import pytest

from carl_mm.datasets.video_io.indexing.frame_stamps import frame_seconds, measured_fps

MS = Fraction(1, 1000)


def test_times_are_counted_from_the_first_frame():
    times, made_up = frame_seconds([500, 540, 600], MS, 25.0)
    np.testing.assert_allclose(times, [0, 0.04, 0.1])
    assert made_up == ''


def test_times_that_go_back_follow_after_the_usual_time():
    times, made_up = frame_seconds([500, 540, 580, 100, 140], MS, 25.0)
    np.testing.assert_allclose(times, [0, 0.04, 0.08, 0.12, 0.16])
    assert '1 steps' in made_up


def test_equal_times_and_no_times_are_counted():
    times, _ = frame_seconds([7, 7, 7], MS, 10.0)
    np.testing.assert_allclose(times, [0, 0.1, 0.2])
    for stamps in ([None, None, None], [1, None, 3]):
        times, made_up = frame_seconds(stamps, MS, 10.0)
        np.testing.assert_allclose(times, [0, 0.1, 0.2])
        assert made_up
    np.testing.assert_allclose(frame_seconds([None, None], None, None)[0], [0, 0.04])


def test_reordered_stamps_are_sorted_or_counted():
    times, made_up = frame_seconds([1, 3, 2, 5, 4], Fraction(1, 25), 25.0, True)
    np.testing.assert_allclose(times, [0, 0.04, 0.08, 0.12, 0.16])
    assert made_up == ''
    times, _ = frame_seconds([1, 2, 2], Fraction(1, 25), 25.0, True)
    np.testing.assert_allclose(times, [0, 0.04, 0.08])


def test_the_rate_is_that_of_the_times():
    assert measured_fps(np.array([0, 0.04, 0.08]), 1000.0) == 25
    assert measured_fps(np.array([0, 10.0]), 30.0) == 0.1
    assert measured_fps(np.array([0.0]), 30.0) == 30
    assert measured_fps(np.array([0.0]), None) == pytest.approx(25)
