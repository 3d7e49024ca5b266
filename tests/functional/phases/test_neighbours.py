import math

import numpy as np
import pytest

from carl_mm.functional import neighbour_phases, relative_time_embedding
from carl_mm.functional.phases import neighbours


def distance(video, a, b):
    """Between two lists of frames."""
    x, y = ([sum(c) / len(f) for c in zip(*video[f], strict=True)] for f in (a, b))
    dot = sum(p * q for p, q in zip(x, y, strict=True))
    cosine = dot / math.hypot(*x) / math.hypot(*y)
    return (1 - cosine) * abs(sum(a) / len(a) - sum(b) / len(b))


def join(groups, pairs):
    """Join lists of frames along pairs of their numbers."""
    name = list(range(len(groups)))
    for a, b in pairs:
        old, new = name[b], name[a]
        name = [new if n == old else n for n in name]
    return [
        [f for i, group in enumerate(groups) if name[i] == n for f in group]
        for n in dict.fromkeys(name)
    ]


def phases_by_loops(video, num_phases):
    groups = [[frame] for frame in range(len(video))]
    while len(groups) > num_phases:
        n = range(len(groups))
        far = [[distance(video, groups[i], groups[j]) for j in n] for i in n]
        nearest = [(i, min((far[i][j], j) for j in n if j != i)[1]) for i in n]
        joined = join(groups, nearest)
        if len(joined) < num_phases:
            break
        groups = joined
    while len(groups) > num_phases:
        n = range(len(groups))
        pairs = [(i, j) for i in n for j in n if i < j]
        closest = min(pairs, key=lambda p: distance(video, groups[p[0]], groups[p[1]]))
        groups = join(groups, [closest])
    groups.sort(key=lambda group: sum(group) / len(group))
    return [next(k for k, g in enumerate(groups) if f in g) for f in range(len(video))]


def walk(seed, length, dim=5):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(length, dim)).cumsum(axis=0) + rng.normal(size=dim)


@pytest.mark.parametrize('num_phases', [1, 2, 3, 5, 8])
def test_it_equals_the_loops(num_phases):
    videos = [walk(seed, length) for seed, length in enumerate((1, 2, 6, 13, 30, 41))]
    found = neighbour_phases(videos, num_phases)
    for video, phases in zip(videos, found, strict=True):
        assert phases.dtype == np.int64
        assert phases.tolist() == phases_by_loops(video, num_phases)


def test_many_rows_at_once_are_as_few(monkeypatch):
    video = walk(3, 50)
    whole = neighbour_phases([video], 4)[0]
    monkeypatch.setattr(neighbours, 'MAX_ROWS', 7)
    assert neighbour_phases([video], 4)[0].tolist() == whole.tolist()


def test_clear_phases_are_found_and_numbered_in_the_order_of_time():
    rng = np.random.default_rng(0)
    truth = np.repeat([0, 1, 2, 3], (20, 31, 12, 25))
    centres = np.eye(4)[[2, 0, 3, 1]]
    video = centres[truth] + 0.1 * rng.normal(size=(len(truth), 4))
    assert neighbour_phases([video], 4)[0].tolist() == truth.tolist()


def test_numbers_are_those_of_the_mean_times():
    labels = np.array([5, 9, 2, 2, 5, 9, 9, 2, 2])
    assert neighbours._in_order_of_time(labels).tolist() == [0, 1, 2, 2, 0, 1, 1, 2, 2]


def test_of_the_time_alone_it_makes_phases_of_like_lengths():
    phases = neighbour_phases([relative_time_embedding(400)], 4)[0]
    assert (np.diff(phases) >= 0).all()
    assert np.bincount(phases).min() >= 400 / 4 / 3


@pytest.mark.parametrize('value', [0.0, 1.0])
def test_a_video_that_stands_still(value):
    """All are first neighbours of one another: pairs are joined from the start."""
    phases = neighbour_phases([np.full((300, 3), value)], 3)[0]
    assert np.unique(phases).tolist() == [0, 1, 2]
    assert (np.diff(phases) >= 0).all()


def test_few_frames():
    assert neighbour_phases([np.eye(3)], 5)[0].tolist() == [0, 1, 2]
    assert neighbour_phases([np.ones((1, 2)), np.ones((0, 2))], 2)[1].shape == (0,)
    assert neighbour_phases([], 2) == []
