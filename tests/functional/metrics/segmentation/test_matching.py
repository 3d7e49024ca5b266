from itertools import permutations

import numpy as np
import pytest

from carl_mm.functional import match_phases
from carl_mm.functional.metrics.segmentation.matching import renamed_phases
from tests.functional.metrics.segmentation.cases import CASES


def agreeing(true, found, match):
    return sum(
        a >= 0 and b >= 0 and match.get(b) == a
        for truth, phases in zip(true, found, strict=True)
        for a, b in zip(truth, phases, strict=True)
    )


def most_by_brute_force(true, found):
    """Try every one-to-one matching, of the larger side to the smaller."""
    numbers = sorted({b for phases in found for b in phases if b >= 0})
    names = sorted({a for truth in true for a in truth if a >= 0})
    names += [None] * max(0, len(numbers) - len(names))
    return max(
        agreeing(true, found, dict(zip(numbers, chosen, strict=True)))
        for chosen in permutations(names, len(numbers))
    )


def check(true, found, match):
    assert len(set(match.values())) == len(match)  # one to one
    assert agreeing(true, found, match) == most_by_brute_force(true, found)
    for number, phase in match.items():
        assert agreeing(true, found, {number: phase})


def test_over_the_set_as_many_frames_agree_as_can():
    for true, found in CASES:
        matches = match_phases(true, found)
        assert len(matches) == len(true) and all(m == matches[0] for m in matches)
        check(true, found, matches[0])


def test_in_each_video_as_many_frames_agree_as_can():
    for true, found in CASES:
        matches = match_phases(true, found, per_video=True)
        for truth, phases, match in zip(true, found, matches, strict=True):
            check([truth], [phases], match)


def test_by_hand():
    # Greedily, 7 would stand for 0: 3 frames. For 1, it leaves 0 to 5: 4 frames.
    true, found = [[0] * 5 + [1] * 2], [[7] * 3 + [5] * 2 + [7] * 2]
    assert match_phases(true, found) == [{5: 0, 7: 1}]
    true, found = [[0, 1], [0, 1]], [[3, 4], [4, 3]]
    assert match_phases(true, found, per_video=True) == [{3: 0, 4: 1}, {3: 1, 4: 0}]


def test_unlabelled_frames_and_phases_without_a_share_do_not_match():
    assert match_phases([[-1, -1, 0]], [[5, 5, 3]]) == [{3: 0}]
    assert match_phases([[0, 0, 1]], [[5, 3, 5]]) == [{3: 0, 5: 1}]
    assert match_phases([[0, 1]], [[5, 5]])[0] in ({5: 0}, {5: 1})
    assert match_phases([[-1]], [[5]]) == [{}] and match_phases([], []) == []
    assert match_phases([[], [2]], [[], [-1]], per_video=True) == [{}, {}]


def test_matches_of_videos_are_not_one_object():
    first, second = match_phases([[0], [0]], [[1], [1]])
    first[1] = 9
    assert second == {1: 0}


@pytest.mark.parametrize('shape', [(0,), (5,)])
def test_unmatched_phases_get_free_numbers(shape):
    predicted = np.resize([4, -1, 9, 7, 7], shape)
    renamed = renamed_phases(predicted, {9: 0}, first_free=3).tolist()
    if renamed:
        a, b, c, d, e = renamed
        assert (b, c) == (-1, 0) and d == e != a and min(a, d) >= 3
    assert len(renamed) == shape[0]
