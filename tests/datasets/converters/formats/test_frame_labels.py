import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carl_mm.datasets.annotations import frame_labels
from carl_mm.datasets.converters.formats.frame_labels import (
    label_rows,
    stretch_labels,
    to_frame_labels,
)


@given(st.lists(st.integers(-1, 3), max_size=30))
def test_rows_are_the_runs(labels):
    labels = np.array(labels, np.int64)
    rows = label_rows(labels)
    np.testing.assert_array_equal(frame_labels(rows, len(labels)), labels)
    for (_, last, label), (first, _, following) in zip(rows, rows[1:], strict=False):
        assert first > last + 1 or label != following


def test_rows_by_hand():
    labels = np.array([-1, 0, 0, 2, 2, 2, -1, 2, 1])
    assert label_rows(labels) == [[1, 2, 0], [3, 5, 2], [7, 7, 2], [8, 8, 1]]


@given(st.lists(st.integers(-1, 3), min_size=1, max_size=20), st.integers(1, 40))
def test_stretching_is_by_proportion(labels, num_frames):
    stretched = stretch_labels(np.array(labels), num_frames)
    expected = [
        labels[int(np.floor(frame * len(labels) / num_frames + 1e-9))]
        for frame in range(num_frames)
    ]
    assert stretched.tolist() == expected


def test_stretching_by_hand():
    assert stretch_labels(np.array([0, 1]), 5).tolist() == [0, 0, 0, 1, 1]
    assert stretch_labels(np.array([0, 0, 1, 1, 2]), 2).tolist() == [0, 1]


@pytest.mark.parametrize('dtype', ['i1', 'u1', '>i4', 'i8', 'f2', 'f4', 'f8'])
def test_any_type_of_whole_numbers(dtype):
    labels = to_frame_labels(np.array([2, 0, 1], dtype), 3)
    assert labels.dtype == np.int64
    assert labels.tolist() == [2, 0, 1]


def test_negative_labels_mean_unlabelled():
    assert to_frame_labels([-1.0, 0.0, -7.0], 3).tolist() == [-1, 0, -1]


@pytest.mark.parametrize(
    ('values', 'reason'),
    [
        ([0, 3, 3], r'frame 1: label 3 is outside 0 to 2 \(2 such'),
        ([0, 0.5], 'frame 1: label 0.5 is outside'),
        ([np.nan], 'frame 0: label nan is outside'),
        ([0, -np.inf], 'frame 1: label -inf is outside'),
        ([[0], [1]], r'int64 of shape \(2, 1\)'),
        (['0'], 'must be numbers'),
        ([None], 'must be numbers'),
        (2, r'of shape \(\)'),
    ],
)
def test_other_values_are_named(values, reason):
    with pytest.raises(ValueError, match=reason):
        to_frame_labels(values, 3)
