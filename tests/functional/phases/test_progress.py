import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from carl_mm.functional import phase_boundaries, phase_progress


def progress_by_loops(labels, num_phases):
    """(c + (t - first) / (last - first + 1)) / C at each frame of a row."""
    progress = [math.nan] * len(labels)
    for t, phase in enumerate(labels):
        if phase < 0:
            continue
        first = last = t
        while first > 0 and labels[first - 1] == phase:
            first -= 1
        while last < len(labels) - 1 and labels[last + 1] == phase:
            last += 1
        progress[t] = (phase + (t - first) / (last - first + 1)) / num_phases
    return progress


def boundaries_by_loops(labels, num_phases):
    events = []
    for phase in range(num_phases):
        if phase not in labels:
            return None
        events.append(labels.index(phase))
    return events[1:]


label_lists = st.lists(st.integers(-1, 3), max_size=25)


@settings(deadline=None, max_examples=100)
@given(labels=label_lists)
def test_equal_the_loops(labels):
    values = np.array(labels, dtype=np.int64)
    progress = phase_progress(values, 4)
    assert progress.dtype == np.float64
    np.testing.assert_allclose(progress, progress_by_loops(labels, 4), atol=1e-12)
    known = progress[~np.isnan(progress)]
    assert ((known >= 0) & (known < 1)).all()
    events, expected = phase_boundaries(values, 4), boundaries_by_loops(labels, 4)
    if expected is None:
        assert events is None
    else:
        assert events.dtype == np.int64
        assert events.tolist() == expected


@settings(deadline=None, max_examples=50)
@given(lengths=st.lists(st.integers(1, 9), min_size=1, max_size=6))
def test_progress_of_phases_in_order_rises(lengths):
    labels = np.repeat(np.arange(len(lengths)), lengths)
    progress = phase_progress(labels, len(lengths))
    assert progress[0] == 0
    assert (np.diff(progress) > 0).all()
    events = phase_boundaries(labels, len(lengths))
    assert events.tolist() == np.cumsum(lengths)[:-1].tolist()
    expected = np.arange(1, len(lengths)) / len(lengths)
    np.testing.assert_allclose(progress[events], expected)


def test_by_hand():
    labels = np.array([-1, 0, 0, 0, 0, -1, 1, 1, 2])
    expected = [math.nan, 0, 1 / 12, 2 / 12, 3 / 12, math.nan, 4 / 12, 6 / 12, 8 / 12]
    np.testing.assert_allclose(phase_progress(labels, 3), expected)
    assert phase_boundaries(labels, 3).tolist() == [6, 8]


def test_a_phase_in_two_runs():
    labels = np.array([0, 0, 1, 0, 0, 0, 0])
    expected = [0, 0.25, 0.5, 0, 0.125, 0.25, 0.375]
    np.testing.assert_allclose(phase_progress(labels, 2), expected)
    assert phase_boundaries(labels, 2).tolist() == [2]
    parted = np.array([0, 0, -1, 0, 0])
    expected = [0, 0.25, math.nan, 0, 0.25]
    np.testing.assert_allclose(phase_progress(parted, 2), expected)


def test_absent_phase():
    assert phase_boundaries(np.array([0, 0, 2, 2]), 3) is None
    assert phase_boundaries(np.array([1, 2]), 3) is None
    assert phase_boundaries(np.array([0, 1]), 3) is None
    # Progress still counts all phases.
    np.testing.assert_allclose(phase_progress(np.array([2, 2]), 3), [4 / 6, 5 / 6])


def test_one_frame_one_phase_and_nothing():
    assert phase_progress(np.array([1]), 2).tolist() == [0.5]
    assert phase_boundaries(np.array([1]), 2) is None
    assert phase_boundaries(np.array([0, 0]), 1).tolist() == []
    assert phase_progress(np.array([], dtype=int), 2).shape == (0,)
    assert phase_boundaries(np.array([], dtype=int), 2) is None
    assert np.isnan(phase_progress(np.array([-1, -1]), 2)).all()
    assert phase_boundaries(np.array([-1, -1]), 2) is None


@pytest.mark.parametrize('convert', [list, torch.tensor, np.float32])
def test_labels_of_any_type(convert):
    labels = [0, 0, 1, -1, 2, 2]
    expected = progress_by_loops(labels, 3)
    np.testing.assert_allclose(phase_progress(convert(labels), 3), expected)
    assert phase_boundaries(convert(labels), 3).tolist() == [2, 4]


def test_nan_and_negative_labels_are_unlabelled():
    labels = np.array([0, math.nan, 1, -5, 1])
    expected = [0, math.nan, 0.5, math.nan, 0.5]
    np.testing.assert_allclose(phase_progress(labels, 2), expected)
    assert phase_boundaries(labels, 2).tolist() == [2]


@pytest.mark.parametrize('function', [phase_progress, phase_boundaries])
@pytest.mark.parametrize(
    ('labels', 'num_phases', 'value'),
    [
        ([0, 1, 7], 3, '7'),
        ([0, 0.5], 3, '0.5'),
        ([[0, 1]], 3, r'\(1, 2\)'),
        ([0, 0], 0, '0'),
    ],
)
def test_bad_labels(function, labels, num_phases, value):
    with pytest.raises(ValueError, match=value):
        function(np.array(labels), num_phases)
