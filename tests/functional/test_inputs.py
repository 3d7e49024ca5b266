import numpy as np
import pytest
import torch

from carl_mm.functional._inputs import (
    check_stride,
    to_embeddings,
    to_floats,
    to_labelled,
    to_labels,
)


@pytest.mark.parametrize(
    'values', [[1, 2], np.array([1, 2], np.uint8), torch.tensor([1.0, 2.0]).bfloat16()]
)
def test_whatever_comes_becomes_float64(values):
    found = to_floats(values)
    assert found.dtype == np.float64
    assert found.tolist() == [1, 2]


def test_a_tensor_that_needs_gradients_serves():
    assert to_floats(torch.ones(2, requires_grad=True)).tolist() == [1, 1]


def test_embeddings_have_one_width():
    with pytest.raises(ValueError, match='train video 1: embeddings must be'):
        to_embeddings([np.ones((2, 3)), np.ones((2, 4))], 'train ')
    with pytest.raises(ValueError, match='video 0: .* got'):
        to_embeddings([np.ones(3)])
    assert to_embeddings([]) == []


def test_bad_frames_are_counted():
    bad = np.ones((4, 2))
    bad[1, 0], bad[3] = np.nan, np.inf
    with pytest.raises(ValueError, match='video 0: embeddings of 2 of 4 frames'):
        to_embeddings([bad])


def test_nan_and_negative_labels_are_unlabelled():
    assert to_labels([0, -7, float('nan'), 2], 'labels').tolist() == [0, -1, -1, 2]


@pytest.mark.parametrize(
    ('labels', 'num_phases', 'message'),
    [
        ([1, 0.5], None, 'must be whole numbers, got 0.5 at frame 1'),
        ([0, 3], 3, 'whole numbers below 3, got 3 at frame 1'),
        ([[0]], None, r'must be \(T,\)'),
        ([0], 0, 'num_phases must be >= 1'),
        ([float('inf')], None, 'must be whole numbers, got inf at frame 0'),
    ],
)
def test_bad_labels_are_named(labels, num_phases, message):
    with pytest.raises(ValueError, match=message):
        to_labels(labels, 'labels', num_phases)


def test_lengths_must_agree():
    with pytest.raises(ValueError, match='embeddings of 1 videos, but labels of 2'):
        to_labelled([np.ones((2, 2))], [[0, 1], [0]])
    with pytest.raises(ValueError, match='test video 0: 2 frames .* 1 of labels'):
        to_labelled([np.ones((2, 2))], [[0]], 'test ')


def test_a_stride_is_at_least_1():
    check_stride(1)
    with pytest.raises(ValueError, match='got 0'):
        check_stride(0)
