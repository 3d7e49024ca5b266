import numpy as np
import pytest
import torch

from carl_mm.functional.label_runs import label_runs


def test_runs_by_hand():
    expected = [[0, 1, 2], [2, 2, -1], [3, 5, 2]]
    for labels in ([2, 2, -1, 2, 2, 2], torch.tensor([2, 2, -1, 2, 2, 2])):
        assert label_runs(labels).tolist() == expected
    above = np.array([5.0, 1, 2, 3, 3, 1, 2.5]) > 2
    runs = [row[:2] for row in label_runs(above).tolist() if row[2]]
    assert runs == [[0, 0], [3, 4], [6, 6]]


def test_no_label_has_no_run():
    assert label_runs([]).shape == (0, 3)
    assert label_runs([]).dtype == np.int64


@pytest.mark.parametrize('seed', range(20))
def test_runs_are_what_a_loop_finds(seed):
    rng = np.random.default_rng(seed)
    labels = rng.integers(-1, 2, rng.integers(1, 30)).tolist()
    expected = []
    for frame, label in enumerate(labels):
        if expected and expected[-1][2] == label:
            expected[-1][1] = frame
        else:
            expected.append([frame, frame, label])
    assert label_runs(labels).tolist() == expected
