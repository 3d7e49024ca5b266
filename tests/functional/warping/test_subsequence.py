"""Subsequences, against all paths."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carl_mm.functional.warping.subsequence import best_subsequences


def all_paths(similarities, low, high):
    count, length = similarities.shape
    best = np.full(length, -np.inf)
    for first in range(length):
        for steps in product(range(low, high + 1), repeat=count - 1):
            places = first + np.cumsum([0, *steps])
            if places[-1] < length:
                score = similarities[np.arange(count), places].mean()
                best[places[-1]] = max(best[places[-1]], score)
    return best


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 4), st.integers(1, 8), st.data())
def test_against_all_paths(seed, count, length, data):
    low = data.draw(st.integers(0, 2))
    high = data.draw(st.integers(low, 3))
    similarities = np.random.default_rng(seed).normal(size=(count, length))
    scores, firsts = best_subsequences(similarities, low, high)
    np.testing.assert_allclose(scores, all_paths(similarities, low, high))
    assert ((firsts < 0) == np.isinf(scores)).all()
    reach = (np.arange(length) - firsts)[firsts >= 0]
    assert ((reach >= low * (count - 1)) & (reach <= high * (count - 1))).all()


def test_the_first_frame_is_that_of_the_best_path():
    similarities = np.zeros((3, 9))
    similarities[[0, 1, 2], [2, 3, 6]] = 1
    scores, firsts = best_subsequences(similarities, 1, 3)
    assert (scores.argmax(), scores.max(), firsts[6]) == (6, 1, 2)


def test_a_video_that_is_too_short_has_none():
    scores, firsts = best_subsequences(np.ones((3, 2)), 1, 2)
    assert scores.tolist() == [-np.inf] * 2
    assert firsts.tolist() == [-1, -1]
    assert best_subsequences(np.ones((2, 0)), 1, 2)[0].shape == (0,)


@pytest.mark.parametrize(
    ('shape', 'low', 'high'),
    [((0, 3), 1, 1), ((3,), 1, 1), ((2, 3), -1, 1), ((2, 3), 2, 1)],
)
def test_bad_arguments(shape, low, high):
    with pytest.raises(ValueError, match='needs'):
        best_subsequences(np.zeros(shape), low, high)
