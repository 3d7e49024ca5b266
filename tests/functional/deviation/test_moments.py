import numpy as np

from carl_mm.functional.deviation.moments import means_of_moments, moment_width


def test_means_by_hand():
    series = np.array([[1.0, 0], [3, 0], [5, 6], [7, 8], [9, 1]])
    means, counts = means_of_moments(series, 2)
    np.testing.assert_array_equal(means, [[2, 0], [6, 7], [9, 1]])
    assert counts.tolist() == [2, 2, 1]
    means, counts = means_of_moments(series, 1)
    np.testing.assert_array_equal(means, series)
    assert counts.tolist() == [1] * 5
    means, counts = means_of_moments(series[:1], 3)
    np.testing.assert_array_equal(means, series[:1])
    assert counts.tolist() == [1]


def test_no_video_has_more_than_2000_moments():
    assert moment_width([1]) == moment_width([2000, 3]) == 1
    assert moment_width([2001]) == 2
    assert moment_width([5, 20_000]) == 10
