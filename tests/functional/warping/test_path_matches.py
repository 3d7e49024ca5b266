import numpy as np
import pytest
import torch

from carl_mm.functional import dtw
from carl_mm.functional.warping.path_matches import (
    mean_of_matches,
    middle_matches,
    nearest_frames,
)

PATH = np.array([[0, 0], [0, 1], [0, 2], [1, 2], [2, 3], [2, 4], [3, 4]])


def test_by_hand():
    assert middle_matches(PATH, 4).tolist() == [1, 2, 4, 4]
    assert middle_matches(PATH[:, ::-1], 5).tolist() == [0, 0, 1, 2, 3]
    values = np.array([0.0, 10, 20, 30, 40])
    assert mean_of_matches(PATH, values, 4).tolist() == [10, 20, 35, 40]
    turned = mean_of_matches(PATH[:, ::-1], np.array([1.0, 2, 3, 4]), 5)
    assert turned.tolist() == [1, 1, 1.5, 3, 3.5]


def test_means_are_taken_channel_by_channel():
    rng = np.random.default_rng(0)
    path, frames = dtw(rng.random((14, 20))), rng.normal(size=(20, 3))
    expected = [
        np.mean([frames[m] for n, m in path if n == frame], axis=0)
        for frame in range(14)
    ]
    np.testing.assert_allclose(mean_of_matches(path, frames, 14), expected)


def test_nearest_frames_equal_a_loop():
    rng = np.random.default_rng(0)
    queries, frames = rng.normal(size=(9, 5)), rng.normal(size=(13, 5))
    expected = []
    for query in queries:
        cosines = [
            query @ f / np.linalg.norm(query) / np.linalg.norm(f) for f in frames
        ]
        expected.append(int(np.argmax(cosines)))
    assert nearest_frames(torch.tensor(queries), frames).tolist() == expected


def test_of_equally_near_frames_the_first_is_taken():
    frames = np.array([[0.0, 1], [2, 0], [5, 0]])
    assert nearest_frames([[1.0, 0]], frames).tolist() == [1]


def test_without_a_frame():
    with pytest.raises(ValueError, match='no frame'):
        nearest_frames(np.ones((2, 3)), np.ones((0, 3)))
