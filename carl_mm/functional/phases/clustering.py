"""Phases without labels, in the simplest ways: what others are compared with."""

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from carl_mm.functional._inputs import Ints, to_embeddings
from carl_mm.functional._threads import few_threads


def equal_phases(embeddings: Sequence[Any], num_phases: int) -> list[Ints]:
    """Cut each video into phases of equal lengths, whatever it shows.

    Args:
        embeddings: Embeddings of each video, ``(T_i, D)``, of which only the numbers of
            frames count.
        num_phases: Number of phases K, >= 1.

    Returns:
        Phases of each video, ``(T_i,)`` int64, 0 to K - 1 in the order of time.

    Raises:
        ValueError: ``num_phases`` is below 1.

    Examples:
        >>> equal_phases([[[0.0]] * 5], num_phases=2)[0].tolist()
        [0, 0, 0, 1, 1]
    """
    check_num_phases(num_phases)
    lengths = [len(video) for video in embeddings]
    return [np.arange(n, dtype=np.int64) * num_phases // max(n, 1) for n in lengths]


def kmeans_phases(embeddings: Sequence[Any], num_phases: int) -> list[Ints]:
    """Cluster the frames of all videos by k-means, without regard to their order.

    Args:
        embeddings: Embeddings of each video, ``(T_i, D)``, finite.
        num_phases: Number of clusters K, >= 1; there are fewer if fewer frames differ.

    Returns:
        Clusters of each video, ``(T_i,)`` int64 in [0, K), the same numbers in all
        videos. The best of ten starts from a fixed seed.

    Raises:
        ValueError: Embeddings are not finite or ``num_phases`` is below 1.

    Examples:
        >>> a, b = kmeans_phases([[[0.0], [9.0]], [[8.0], [1.0], [2.0]]], num_phases=2)
        >>> bool(a[0] == b[1] == b[2] != a[1] == b[0])
        True
    """
    from sklearn import cluster, exceptions  # slow to import

    check_num_phases(num_phases)
    videos = to_embeddings(embeddings)
    lengths = [len(video) for video in videos]
    if not sum(lengths):
        return [np.empty(0, dtype=np.int64) for _ in videos]
    model = cluster.KMeans(min(num_phases, sum(lengths)), n_init=10, random_state=0)
    frames = np.concatenate(videos)
    with few_threads(frames), warnings.catch_warnings():
        # Of frames that are equal.
        warnings.simplefilter('ignore', exceptions.ConvergenceWarning)
        numbers = model.fit_predict(frames).astype(np.int64)
    return list(np.split(numbers, np.cumsum(lengths)[:-1]))


def check_num_phases(num_phases: int) -> None:
    """Refuse less than one phase.

    Raises:
        ValueError: The number is below 1.
    """
    if num_phases < 1:
        raise ValueError(f'num_phases must be >= 1, got {num_phases}')
