"""Retrieval of frames of the same phase from other videos."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from carl_mm.functional._inputs import check_stride, squared_distances, to_labelled


def precision_at_k(
    embeddings: Sequence[Any],
    labels: Sequence[Any],
    topk: Sequence[int] = (5, 10, 15),
    stride: int = 1,
) -> dict[int, float]:
    """Share of the K nearest frames of all other videos that have the query's label.

    The field's AP@K. Mean over a video's frames, then over videos. With fewer than K
    candidates all are used, and divided by their number.

    Args:
        embeddings: Of each video ``(T_i, D)``, finite.
        labels: Of each video ``(T_i,)`` integers; negative frames are left out.
        topk: Values of K, >= 1.
        stride: Every ``stride``-th of the labelled frames is taken.

    Returns:
        K to a value in [0, 1]; NaN with fewer than two labelled videos.

    Raises:
        ValueError: NaN embeddings, lengths that differ, K or stride below 1.
    """
    check_stride(stride)
    if not topk or min(topk) < 1:
        raise ValueError(f'topk must be numbers >= 1, got {tuple(topk)}')
    videos = []
    for video, label in zip(*to_labelled(embeddings, labels), strict=True):
        known = label >= 0
        if known.any():
            videos.append((video[known][::stride], label[known][::stride]))
    precisions: dict[int, list[float]] = {int(k): [] for k in topk}
    for index, (query, label) in enumerate(videos if len(videos) > 1 else []):
        others = videos[:index] + videos[index + 1 :]
        candidates = np.concatenate([video for video, _ in others])
        truth = np.concatenate([value for _, value in others])
        order = squared_distances(query, candidates).argsort(axis=1, kind='stable')
        for k, values in precisions.items():
            values.append(float((truth[order[:, :k]] == label[:, None]).mean()))
    return {
        k: float(np.mean(values)) if values else float('nan')
        for k, values in precisions.items()
    }
