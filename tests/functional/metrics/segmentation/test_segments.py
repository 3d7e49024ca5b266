import math
from fractions import Fraction
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carl_mm.functional import edit_score, segmental_f1
from tests.functional.metrics.segmentation.cases import CASES, is_labelled

THRESHOLDS = (0.1, 0.25, 0.5)


def segments_by_loops(phases, truth):
    """(phase, set of frames) of each run of labelled frames."""
    segments = []
    before = -1
    for frame, (phase, true) in enumerate(zip(phases, truth, strict=True)):
        phase = -1 if true < 0 else phase
        if phase >= 0 and phase == before:
            segments[-1][1].add(frame)
        elif phase >= 0:
            segments.append((phase, {frame}))
        before = phase
    return segments


def f1_by_loops(true, found, threshold):
    """The counts of MS-TCN, in the order of time, with exact shares."""
    hits = false = missed = 0
    for truth, phases in zip(true, found, strict=True):
        right = segments_by_loops(truth, truth)
        is_hit = [False] * len(right)
        for phase, inside in segments_by_loops(phases, truth):
            best, place = Fraction(-1), None
            for index, (true_phase, frames) in enumerate(right):
                if true_phase == phase:
                    share = Fraction(len(inside & frames), len(inside | frames))
                    if share > best:
                        best, place = share, index
            if best >= Fraction(str(threshold)) and not is_hit[place]:
                is_hit[place] = True
                hits += 1
            else:
                false += 1
        missed += is_hit.count(False)
    if not hits:
        return 0.0
    precision, recall = Fraction(hits, hits + false), Fraction(hits, hits + missed)
    return float(2 * precision * recall / (precision + recall))


def distance_by_recursion(a, b):
    @cache
    def distance(i, j):
        if not i or not j:
            return i + j
        return min(
            distance(i - 1, j) + 1,
            distance(i, j - 1) + 1,
            distance(i - 1, j - 1) + (a[i - 1] != b[j - 1]),
        )

    return distance(len(a), len(b))


def edit_by_loops(true, found):
    scores = []
    for truth, phases in zip(true, found, strict=True):
        a = [phase for phase, _ in segments_by_loops(truth, truth)]
        b = [phase for phase, _ in segments_by_loops(phases, truth)]
        if a:
            scores.append(1 - distance_by_recursion(a, b) / max(len(a), len(b)))
    return sum(scores) / len(scores)


def test_f1_equals_the_loops():
    for true, found in CASES:
        for threshold, value in segmental_f1(true, found).items():
            if is_labelled(true):
                expected = f1_by_loops(true, found, threshold)
                assert value == pytest.approx(expected, abs=1e-12)
            else:
                assert math.isnan(value)


def test_edit_equals_the_recursion():
    for true, found in CASES:
        value = edit_score(true, found)
        if is_labelled(true):
            assert value == pytest.approx(edit_by_loops(true, found), abs=1e-12)
        else:
            assert math.isnan(value)


phases = st.lists(st.integers(-1, 3), max_size=20)


@given(st.lists(st.tuples(phases, phases), min_size=1, max_size=3))
def test_any_videos_equal_the_loops(videos):
    lengths = [min(map(len, pair)) for pair in videos]
    true = [pair[0][:n] for pair, n in zip(videos, lengths, strict=True)]
    found = [pair[1][:n] for pair, n in zip(videos, lengths, strict=True)]
    if is_labelled(true):
        assert edit_score(true, found) == pytest.approx(edit_by_loops(true, found))
        for threshold, value in segmental_f1(true, found).items():
            assert value == pytest.approx(f1_by_loops(true, found, threshold))


def test_f1_by_hand():
    true = [[0] * 10 + [1] * 10]
    halves = [[0] * 4 + [2] * 2 + [0] * 4 + [1] * 10]  # of two hits one counts
    assert segmental_f1(true, halves)[0.25] == pytest.approx(2 * 2 / (2 + 4))
    late = [[0] * 15 + [1] * 5]  # IoUs of 10 / 15 and 5 / 10
    assert segmental_f1(true, late, (0.5, 0.6)) == {0.5: 1.0, 0.6: 0.5}
    assert segmental_f1(true, [[2] * 20]) == dict.fromkeys(THRESHOLDS, 0.0)
    # Added up over videos, not averaged: 2 hits of 3 true and 2 predicted ones.
    both = segmental_f1([*true, [3] * 9], [[0] * 20, [3] * 9], (0.5,))
    assert both[0.5] == pytest.approx(2 * 2 / (3 + 2))


def test_a_segment_whose_best_match_is_taken_is_false():
    """As MS-TCN counts, though another true segment would be free."""
    true = [[0] * 20 + [1] + [0] * 6]
    found = [[0] * 8 + [1] + [0] * 18]  # IoUs with the long one: 8 / 20 and 11 / 27
    assert segmental_f1(true, found, (0.1,))[0.1] == pytest.approx(2 * 1 / 6)


def test_edit_by_hand():
    assert edit_score([[0, 1, 2]], [[0, 0, 2]]) == pytest.approx(2 / 3)
    assert edit_score([[0, 1]], [[1, 0]]) == 0
    assert edit_score([[0, 0, 1, 1], [0]], [[0, 1, 0, 1], [1]]) == pytest.approx(1 / 4)
    assert edit_score([[0, 1]], [[-1, -1]]) == 0


def test_an_unlabelled_frame_ends_a_segment_in_both():
    assert edit_score([[0, -1, 0, 1]], [[0, 0, 0, 1]]) == 1
    assert segmental_f1([[0, -1, 0, 1]], [[0, 2, 0, 1]])[0.5] == 1


def test_degenerate_videos():
    for true, found in ([], []), ([[]], [[]]), ([[-1]], [[0]]):
        assert math.isnan(edit_score(true, found))
        assert all(math.isnan(x) for x in segmental_f1(true, found).values())
    assert edit_score([[2]], [[2]]) == 1 and segmental_f1([[2]], [[2]])[0.5] == 1
    assert edit_score([[2], [-1]], [[2], [0]]) == 1  # a video without truth


def test_flicker_of_a_long_video_takes_no_time():
    flicker = np.arange(4000) % 2
    assert edit_score([np.arange(4000) // 40], [flicker]) == pytest.approx(1 / 2000)
    assert segmental_f1([[0] * 4000], [flicker])[0.1] == 0


@pytest.mark.parametrize('thresholds', [(), (0,), (0.5, 1.1), (float('nan'),)])
def test_bad_thresholds(thresholds):
    with pytest.raises(ValueError, match='thresholds must be in'):
        segmental_f1([[0]], [[0]], thresholds)
