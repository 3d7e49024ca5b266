import math

import numpy as np
import pytest

import carl_mm.functional as F
from tests.functional.metrics.segmentation.cases import CASES, is_labelled

NAMES = ['mof', 'f1@10', 'f1@25', 'f1@50', 'edit', 'miou']


def scores_one_by_one(true, found):
    f1 = F.segmental_f1(true, found, (0.1, 0.25, 0.5))
    return [
        F.mean_over_frames(true, found),
        *f1.values(),
        F.edit_score(true, found),
        F.mean_iou(true, found),
    ]


def renamed_by_loops(found, matches):
    """Unmatched numbers are true nowhere: they stay apart, far up."""
    return [
        [b if b < 0 else match.get(b, 1000 + b) for b in phases]
        for phases, match in zip(found, matches, strict=True)
    ]


def test_without_matching_they_are_the_measures():
    for true, found in CASES:
        scores = F.segmentation_scores(true, found)
        assert list(scores) == NAMES
        assert list(scores.values()) == pytest.approx(
            scores_one_by_one(true, found), nan_ok=True
        )


def test_matched_over_the_set():
    for true, found in CASES:
        renamed = renamed_by_loops(found, F.match_phases(true, found))
        scores = F.segmentation_scores(true, found, matching='set')
        assert list(scores.values()) == pytest.approx(
            scores_one_by_one(true, renamed), nan_ok=True
        )


def test_matched_in_each_video_they_are_means_over_videos():
    for true, found in CASES:
        scores = F.segmentation_scores(true, found, matching='video')
        assert list(scores) == NAMES
        renamed = renamed_by_loops(found, F.match_phases(true, found, per_video=True))
        rows = [
            scores_one_by_one([a], [b])
            for a, b in zip(true, renamed, strict=True)
            if is_labelled([a])
        ]
        if rows:
            assert list(scores.values()) == pytest.approx(np.mean(rows, axis=0))
        else:
            assert all(map(math.isnan, scores.values()))


@pytest.mark.parametrize('matching', ['set', 'video'])
def test_names_of_discovered_phases_do_not_matter(matching):
    for true, found in CASES[:40]:
        names = np.random.default_rng(1).permutation(50)
        other = [[b if b < 0 else int(names[b]) for b in phases] for phases in found]
        value = F.segmentation_scores(true, found, matching)['mof']
        again = F.segmentation_scores(true, other, matching)['mof']
        assert again == pytest.approx(value, nan_ok=True)


def test_the_right_phases_by_other_names_are_perfect():
    true, found = [[0, 0, 1, 2, -1], [2, 0, 1]], [[9, 9, 4, 6, 6], [6, 9, 4]]
    assert set(F.segmentation_scores(true, found, 'set').values()) == {1.0}
    assert F.segmentation_scores(true, found)['mof'] == 0


def test_an_unmatched_phase_is_a_wrong_segment():
    """Numbers of true phases are no match by themselves: 1 is the second phase."""
    scores = F.segmentation_scores([[0, 0, 0, 1, 1]], [[1, 1, 2, 0, 0]], 'set')
    assert scores['mof'] == 4 / 5
    assert scores['edit'] == pytest.approx(2 / 3)
    assert scores['f1@50'] == pytest.approx(2 * 2 / (2 + 3))
    assert scores['miou'] == pytest.approx((2 / 3 + 1) / 2)


@pytest.mark.parametrize('matching', [None, 'set', 'video'])
def test_without_a_labelled_frame_nothing_is_defined(matching):
    for true, found in ([], []), ([[]], [[]]), ([[-1, -1]], [[0, 1]]):
        scores = F.segmentation_scores(true, found, matching)
        assert list(scores) == NAMES and all(map(math.isnan, scores.values()))


def test_a_matching_that_is_unknown():
    with pytest.raises(ValueError, match="matching must be one of .* got 'name'"):
        F.segmentation_scores([[0]], [[0]], 'name')
