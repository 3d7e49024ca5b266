"""Phases of one video without labels: frames that are alike and near in time."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from carl_mm.functional._inputs import Floats, Ints, to_embeddings
from carl_mm.functional._threads import few_threads
from carl_mm.functional.phases.clustering import check_num_phases

MAX_ROWS = 1024  # of the matrix of all distances that are held at once
LEAST_GAP = 1e-9  # of equal frames, so that the nearer one in time is their neighbour


def neighbour_phases(embeddings: Sequence[Any], num_phases: int) -> list[Ints]:
    """Cluster each video's frames by first neighbours, after TW-FINCH (Sarfraz 2021).

    Frames, later clusters, are at the distance::

        (1 - cosine(mean embeddings)) * |difference of mean times|

    Each is joined with its nearest one, and so on with the clusters that arise, as long
    as K or more remain. Of these the two nearest are joined, one pair at a time, until
    K remain.

    Args:
        embeddings: Embeddings of each video, ``(T_i, D)``, finite.
        num_phases: Number of clusters K, >= 1; at most T_i in a video.

    Returns:
        Clusters of each video, ``(T_i,)`` int64, 0 to K - 1 in the order of their mean
        times. A number says nothing of what it stands for in other videos.

    Raises:
        ValueError: Embeddings are not finite or ``num_phases`` is below 1.

    Examples:
        >>> video = [[1.0, 0.0], [1.0, 0.1], [1.0, 0.0], [0.0, 1.0], [0.1, 1.0]]
        >>> neighbour_phases([video], num_phases=2)[0].tolist()
        [0, 0, 0, 1, 1]
    """
    check_num_phases(num_phases)
    found = []
    for frames in to_embeddings(embeddings):
        with few_threads(frames):
            found.append(_in_order_of_time(_clusters(frames, num_phases)))
    return found


def _clusters(frames: Floats, num_phases: int) -> Ints:
    """Return the cluster of each frame, by any numbers."""
    labels: Ints = np.arange(len(frames))
    while True:
        means, sizes = _means(frames, labels)
        if len(means) <= num_phases:
            return labels
        nearest, _ = _nearest(_with_unit_length(means))
        links = np.ones(len(means)), (np.arange(len(means)), nearest)
        graph = csr_matrix(links, shape=(len(means), len(means)))
        count, joined = connected_components(graph, directed=False)
        if count < num_phases:
            joined = _join_pairs(means, sizes, num_phases)
            return np.asarray(joined[labels])
        labels = joined[labels]


def _means(frames: Floats, labels: Ints) -> tuple[Floats, Floats]:
    """Return each cluster's mean embedding with its mean time last, and its size."""
    timed = np.column_stack([frames, np.arange(len(frames))])
    sizes = np.bincount(labels).astype(np.float64)
    places = labels, np.arange(len(labels))
    members = csr_matrix((np.ones(len(labels)), places), (len(sizes), len(labels)))
    means: Floats = members @ timed / sizes[:, None]
    return means, sizes


def _with_unit_length(means: Floats) -> Floats:
    """Scale mean embeddings to length 1, but leave the times in the last column."""
    lengths = np.linalg.norm(means[:, :-1], axis=1, keepdims=True)
    scaled = means[:, :-1] / np.where(lengths > 0, lengths, 1)
    return np.column_stack([scaled, means[:, -1]])


def _distances(rows: Floats, places: Floats) -> Floats:
    """Distances of N clusters from M, ``(N, M)``; see `_with_unit_length`."""
    apart = np.maximum(1 - rows[:, :-1] @ places[:, :-1].T, LEAST_GAP)
    return np.asarray(apart * np.abs(rows[:, -1:] - places[:, -1]))


def _nearest(places: Floats) -> tuple[Ints, Floats]:
    """Return each cluster's nearest other one, and how far it is."""
    nearest, gaps = [], []
    for start in range(0, len(places), MAX_ROWS):
        rows = places[start : start + MAX_ROWS]
        distances = _distances(rows, places)
        distances[np.arange(len(rows)), start + np.arange(len(rows))] = np.inf
        nearest.append(distances.argmin(axis=1))
        gaps.append(distances.min(axis=1))
    return np.concatenate(nearest), np.concatenate(gaps)


def _join_pairs(means: Floats, sizes: Floats, num_left: int) -> Ints:
    """Join the two nearest clusters until ``num_left`` remain; return new numbers.

    Nearest ones are kept, and sought again where they changed: time grows with the
    square of the number. What another row moved nearer to is in the other's row.
    """
    labels = np.arange(len(means))
    places = _with_unit_length(means)
    nearest, gaps = _nearest(places)
    for _ in range(len(means) - num_left):
        kept = int(gaps.argmin())
        gone = int(nearest[kept])
        labels[labels == gone] = kept
        weights = sizes[[kept, gone]]
        means[kept] = np.average(means[[kept, gone]], axis=0, weights=weights)
        sizes[kept] = weights.sum()
        places[kept] = _with_unit_length(means[[kept]])[0]
        places[gone, -1] = gaps[gone] = np.inf  # so it is near to none
        stale = (nearest == kept) | (nearest == gone)  # kept among them
        for row in np.flatnonzero(stale & np.isfinite(gaps)):
            distances = _distances(places[[row]], places)[0]
            distances[row] = np.inf
            nearest[row], gaps[row] = distances.argmin(), distances.min()
    return labels


def _in_order_of_time(labels: Ints) -> Ints:
    """Number clusters from 0 by the mean times of their frames."""
    _, numbers = np.unique(labels, return_inverse=True)
    sums = np.bincount(numbers, weights=np.arange(len(numbers)))
    ranks = (sums / np.bincount(numbers)).argsort(kind='stable').argsort()
    return np.asarray(ranks[numbers], dtype=np.int64)
