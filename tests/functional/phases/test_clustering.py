import warnings

import numpy as np
import pytest
from sklearn.cluster import KMeans

from carl_mm.functional import equal_phases, kmeans_phases, neighbour_phases


def equal_by_loops(length, num_phases):
    """Frame t of T is in phase k of K if k / K <= t / T < (k + 1) / K."""
    return [
        next(k for k in range(num_phases) if t * num_phases < (k + 1) * length)
        for t in range(length)
    ]


@pytest.mark.parametrize('num_phases', [1, 2, 3, 7])
def test_equal_phases_are_the_loops(num_phases):
    lengths = (0, 1, 2, 7, 20)
    found = equal_phases([np.ones((n, 2)) for n in lengths], num_phases)
    for length, phases in zip(lengths, found, strict=True):
        assert phases.tolist() == equal_by_loops(length, num_phases)
        assert phases.dtype == np.int64
        if length >= num_phases:
            sizes = np.bincount(phases, minlength=num_phases)
            assert np.ptp(sizes) <= 1


def within(videos, phases):
    """Sum of squared distances from the clusters' means."""
    frames, numbers = np.concatenate(videos), np.concatenate(phases)
    groups = [frames[numbers == k] for k in np.unique(numbers)]
    return sum(float(((g - g.mean(axis=0)) ** 2).sum()) for g in groups)


def test_kmeans_clusters_the_frames_of_all_videos_together():
    rng = np.random.default_rng(0)
    centres = 9 * np.eye(3)
    truth = [rng.integers(0, 3, n) for n in (12, 1, 7)]
    videos = [centres[t] + rng.normal(size=(len(t), 3)) for t in truth]
    found = kmeans_phases(videos, 3)
    pairs = set(zip(np.concatenate(truth), np.concatenate(found), strict=True))
    assert len(pairs) == 3  # one number for each cluster
    assert [len(phases) for phases in found] == [12, 1, 7]
    inertia = KMeans(3, n_init=10, random_state=3).fit(np.concatenate(videos)).inertia_
    assert within(videos, found) == pytest.approx(inertia)
    again = kmeans_phases(videos, 3)
    assert all((a == b).all() for a, b in zip(found, again, strict=True))


def test_kmeans_of_few_or_equal_frames_does_not_warn():
    with warnings.catch_warnings():
        warnings.simplefilter('error')
        assert kmeans_phases([np.ones((5, 2))], 3)[0].tolist() == [0] * 5
        few = kmeans_phases([[[0.0]], [[5.0]]], 4)
        assert few[0] != few[1]
        assert [len(x) for x in kmeans_phases([np.ones((0, 2))] * 2, 3)] == [0, 0]
        assert kmeans_phases([], 3) == []


@pytest.mark.parametrize('find', [equal_phases, kmeans_phases, neighbour_phases])
def test_bad_numbers_of_phases(find):
    with pytest.raises(ValueError, match='num_phases must be >= 1, got 0'):
        find([[[1.0]]], 0)


@pytest.mark.parametrize('find', [kmeans_phases, neighbour_phases])
def test_embeddings_must_be_finite(find):
    with pytest.raises(ValueError, match='video 1: embeddings of 1 of 2 frames'):
        find([[[1.0]], [[1.0], [np.nan]]], 2)
