import numpy as np
import pytest
import torch

import carl_mm.functional as F
from carl_mm.functional.metrics.segmentation._phases import to_phases
from tests.functional.metrics.segmentation.cases import CASES, is_labelled

MEASURES = (
    F.mean_over_frames,
    F.mean_iou,
    F.edit_score,
    F.segmental_f1,
    F.match_phases,
    F.segmentation_scores,
)


def test_unlabelled_frames_are_so_in_both():
    true, found = to_phases([[0, -3, np.nan, 2]], [[1, 1, 1, np.nan]])
    assert true[0].tolist() == [0, -1, -1, 2] and true[0].dtype == np.int64
    assert found[0].tolist() == [1, -1, -1, -1] and found[0].dtype == np.int64


def test_tensors_lists_and_whole_floats_are_taken():
    true, found = to_phases([torch.tensor([0, 1])], [[1.0, 2.0]])
    assert true[0].tolist() == [0, 1] and found[0].tolist() == [1, 2]


def test_what_is_given_stays_as_it_is():
    predicted = np.array([1, 1])
    to_phases([[0, -1]], [predicted])
    assert predicted.tolist() == [1, 1]


def test_the_cases_hold_what_they_should():
    assert any(not is_labelled(true) for true, _ in CASES)
    assert any(any(len(v) == 1 for v in true) for true, _ in CASES)
    assert any(any(len(v) == 0 for v in true) for true, _ in CASES)
    flat = [({x for v in t for x in v}, {x for v in f for x in v}) for t, f in CASES]
    assert any(len(t) == 1 for t, _ in flat)
    assert any(len(f - {-1}) > len(t - {-1}) for t, f in flat)
    assert any(len(f - {-1}) < len(t - {-1}) for t, f in flat)


@pytest.mark.parametrize('measure', MEASURES, ids=lambda m: m.__name__)
@pytest.mark.parametrize(
    ('true', 'predicted', 'message'),
    [
        ([[0], [0, 1]], [[0], [0]], 'video 1: 2 true phases, but 1 predicted'),
        ([[0], [0, 1]], [[0]], 'true phases of 2 videos, but predicted ones of 1'),
        ([[0, 0.5]], [[0, 1]], 'true phases of video 0: .* got 0.5 at frame 1'),
        ([[0], [1]], [[0], [1.5]], 'predicted phases of video 1: .* got 1.5 at frame'),
        ([[[0]]], [[0]], r'true phases of video 0: must be \(T,\)'),
        ([[0]], [[np.inf]], 'got inf at frame 0'),
    ],
)
def test_bad_input_is_named(measure, true, predicted, message):
    with pytest.raises(ValueError, match=message):
        measure(true, predicted)
