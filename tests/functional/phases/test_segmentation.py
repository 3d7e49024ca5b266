import itertools

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from carl_mm.functional import most_likely_segments, phase_starts
from carl_mm.functional.label_runs import label_runs
from carl_mm.functional.phases.segmentation import segment_labels


def score(log_probs, labels, switch_cost):
    total = 0.0
    for frame, label in enumerate(labels):
        total += float(log_probs[frame, label])
        if frame and label != labels[frame - 1]:
            total -= switch_cost
    return total


def best_score(log_probs, switch_cost, ordered):
    length, num_classes = log_probs.shape
    every = itertools.product(range(num_classes), repeat=length)
    if ordered:
        every = (z for z in every if list(z) == sorted(z))
    return max(score(log_probs, labels, switch_cost) for labels in every)


@settings(deadline=None, max_examples=80)
@given(
    length=st.integers(1, 6),
    num_classes=st.integers(1, 4),
    cost=st.sampled_from([0.0, 0.3, 1.0, 5.0]),
    ordered=st.booleans(),
    ties=st.booleans(),
    seed=st.integers(0, 10**6),
)
def test_no_labelling_is_likelier(length, num_classes, cost, ordered, ties, seed):
    rng = np.random.default_rng(seed)
    log_probs = rng.normal(size=(length, num_classes))
    if ties:
        log_probs = rng.integers(-2, 1, (length, num_classes)).astype(float)
    segments = most_likely_segments(log_probs, cost, ordered)
    labels = segment_labels(segments)
    assert len(labels) == length
    assert not ordered or (np.diff(labels) >= 0).all()
    found = score(log_probs, labels.tolist(), cost)
    assert found == pytest.approx(best_score(log_probs, cost, ordered), abs=1e-9)


def test_by_hand():
    # Frame 2 prefers label 1 by 1 nat: two switches are not worth it above 0.5 each.
    log_probs = np.array([[0, -1], [0, -1], [-1, 0], [0, -1]])
    assert most_likely_segments(log_probs, 0.6).tolist() == [[0, 3, 0]]
    rows = [[0, 1, 0], [2, 2, 1], [3, 3, 0]]
    assert most_likely_segments(log_probs, 0.4).tolist() == rows
    # In order, the last frame cannot go back: staying at 1 costs what was won.
    assert most_likely_segments(log_probs, 0.4, ordered=True).tolist() == [[0, 3, 0]]


def test_a_phase_may_be_skipped():
    log_probs = np.log([[0.8, 0.1, 0.1]] * 3 + [[0.1, 0.1, 0.8]] * 2)
    rows = most_likely_segments(log_probs, 1.0, ordered=True)
    assert rows.tolist() == [[0, 2, 0], [3, 4, 2]]


def test_ties_stay_and_take_the_lowest_label():
    assert most_likely_segments(np.zeros((4, 3)), 0.0).tolist() == [[0, 3, 0]]
    assert most_likely_segments(np.zeros((4, 3)), 0.0, True).tolist() == [[0, 3, 0]]


def test_a_constant_a_frame_changes_nothing():
    rng = np.random.default_rng(0)
    log_probs = rng.normal(size=(30, 4))
    shifted = log_probs + rng.normal(size=(30, 1))
    rows = most_likely_segments(log_probs, 0.5)
    assert np.array_equal(rows, most_likely_segments(torch.tensor(shifted), 0.5))


def test_no_frame_and_one_frame():
    assert most_likely_segments(np.zeros((0, 3)), 1.0).shape == (0, 3)
    assert most_likely_segments([[0.0, 2.0]], 1.0).tolist() == [[0, 0, 1]]


@pytest.mark.parametrize(
    ('log_probs', 'cost', 'message'),
    [
        ([[0.0, np.nan]], 1.0, 'frame 0 are not finite'),
        ([[0.0, 0.0], [-np.inf, 0.0]], 1.0, 'frame 1 are not finite'),
        ([0.0, 1.0], 1.0, r'must be \(T, C\)'),
        (np.zeros((3, 0)), 1.0, r'C >= 1'),
        ([[0.0]], -1.0, 'switch_cost'),
        ([[0.0]], np.nan, 'switch_cost'),
    ],
)
def test_bad_input(log_probs, cost, message):
    with pytest.raises(ValueError, match=message):
        most_likely_segments(log_probs, cost)


def test_segments_and_labels_are_inverse():
    labels = np.array([2, 2, 0, 1, 1, 2])
    rows = [[0, 1, 2], [2, 2, 0], [3, 4, 1], [5, 5, 2]]
    assert label_runs(labels).tolist() == rows
    assert segment_labels(rows).tolist() == labels.tolist()
    assert segment_labels(np.empty((0, 3))).tolist() == []


def test_starts_by_hand():
    assert phase_starts([0, 0, 1, 1, 2], 3).tolist() == [2, 4]
    # A phase that is passed over begins with the next; one not reached, at the end.
    assert phase_starts([0, 0, 2], 4).tolist() == [2, 2, 3]
    assert phase_starts([-1, -1, 1], 2).tolist() == [2]
    assert phase_starts([], 3).tolist() == [0, 0]
    assert phase_starts([0, 0], 1).tolist() == []
