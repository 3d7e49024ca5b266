import math

import pytest

from carl_mm.functional import mean_iou, mean_over_frames
from tests.functional.metrics.segmentation.cases import CASES, is_labelled


def frames(true, found):
    for truth, phases in zip(true, found, strict=True):
        for a, b in zip(truth, phases, strict=True):
            if a >= 0:
                yield a, b


def mof_by_loops(true, found):
    right = wrong = 0
    for a, b in frames(true, found):
        if a == b:
            right += 1
        else:
            wrong += 1
    return right / (right + wrong)


def iou_by_sets(true, found):
    pairs = list(enumerate(frames(true, found)))
    shares = []
    for phase in sorted({a for _, (a, _) in pairs}):
        is_true = {i for i, (a, _) in pairs if a == phase}
        is_found = {i for i, (_, b) in pairs if b == phase}
        shares.append(len(is_true & is_found) / len(is_true | is_found))
    return sum(shares) / len(shares)


@pytest.mark.parametrize(
    ('measure', 'oracle'), [(mean_over_frames, mof_by_loops), (mean_iou, iou_by_sets)]
)
def test_it_equals_the_loops(measure, oracle):
    for true, found in CASES:
        value = measure(true, found)
        if is_labelled(true):
            assert value == pytest.approx(oracle(true, found), abs=1e-12)
        else:
            assert math.isnan(value)


def test_values_by_hand():
    true, found = [[0, 0, 1, -1], [1]], [[0, 2, 1, 0], [1]]
    assert mean_over_frames(true, found) == 3 / 4
    assert mean_iou(true, found) == (1 / 2 + 2 / 2) / 2  # 2 is in no video


@pytest.mark.parametrize('measure', [mean_over_frames, mean_iou])
def test_degenerate_videos(measure):
    assert math.isnan(measure([], [])) and math.isnan(measure([[]], [[]]))
    assert math.isnan(measure([[-1, -1]], [[0, 1]]))
    assert measure([[3]], [[3]]) == 1 and measure([[3]], [[-1]]) == 0
    assert measure([[0, 0], []], [[0, 0], []]) == 1
