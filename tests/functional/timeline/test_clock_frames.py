import numpy as np

from carl_mm.functional.timeline.clock_frames import (
    climbing,
    frames_on_clock,
    frames_shown,
    inverse,
)

NAN = np.nan


def test_places_between_get_values_between():
    ascending, values = np.array([1.0, 2.0, 4.0]), np.array([10.0, 20.0, 30.0])
    at = np.array([0.4, 1.5, 3.0, 4.6])
    found = inverse(ascending, values, at)
    np.testing.assert_allclose(found, [10, 15, 25, 30], rtol=1e-6)


def test_equal_places_are_parted_in_order():
    parted = climbing(np.array([0.0, 5.0, 5.0, 5.0, 6.0]))
    assert (np.diff(parted) > 0).all()
    np.testing.assert_allclose(parted, [0, 5, 5, 5, 6], atol=1e-7)


def test_frames_without_a_counterpart_are_found_for_no_moment():
    times, matched = np.arange(5.0), np.array([0.1, 0.9, 1.0, 0.9, 0.2])
    at = np.array([0.0, 0.8, 2.4, 3.2, 4.0])
    assert frames_on_clock(times, matched, at).tolist() == [1, 1, 2, 3, 3]
    assert frames_on_clock(times, matched * 0, at).tolist() == [-1] * 5


def test_the_frame_nearest_in_time_is_shown():
    stamps = np.array([0.0, 0.1, 0.5])
    times = np.array([NAN, 0.0, 0.04, 0.26, 0.4, 0.5])
    assert frames_shown(times, stamps).tolist() == [-1, 0, 0, 1, 2, 2]
    assert frames_shown(np.array([0.0, NAN]), np.zeros(1)).tolist() == [0, -1]
