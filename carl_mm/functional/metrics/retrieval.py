"""Retrieval of frames of the same phase from other videos."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from carl_mm.functional._inputs import Floats, check_stride, to_labelled
from carl_mm.functional.metrics._nearest_frames import Candidates, nearest_candidates


def precision_at_k(
    embeddings: Sequence[Any],
    labels: Sequence[Any],
    topk: Sequence[int] = (5, 10, 15),
    stride: int = 1,
    *,
    answers: Any = None,
    query_answers: bool = False,
    rank_weighted: bool = False,
    average: str = 'video',
) -> dict[int, float]:
    """Share of the K nearest frames of all other videos that have the query's label.

    This is what the field calls AP@K. With fewer than K candidates all of them are
    used, and the hits divided by their number. With ``rank_weighted`` it is the average
    precision of AE2's mAP@K: the mean, over the ranks k <= K that hold the query's
    label, of the precision at k; 0 if there is none.

    Args:
        embeddings: Embeddings of each video, ``(T_i, D)``, finite.
        labels: Integer labels of each video, ``(T_i,)``; frames with a negative label
            are left out.
        topk: Numbers of nearest frames K, >= 1.
        stride: Take every ``stride``-th labelled frame.
        answers: ``(N, N)`` bool, True at (i, j) where the frames of video j are
            candidates for the queries of video i; by default those of all other
            videos. A video without candidates has no queries.
        query_answers: Whether a query is a candidate for itself where its video is one,
            and so a certain hit (LAV).
        rank_weighted: Compute the average precision instead of the precision.
        average: 'video' takes the mean over the frames of a video, then over videos
            (CARL), 'frame' that over all frames (AE2).

    Returns:
        Maps K to a value in [0, 1]; NaN if no frame has a candidate.

    Raises:
        ValueError: Embeddings are not finite, lengths differ, K or the stride is below
            1, ``answers`` has a wrong shape, or ``average`` is unknown.

    Examples:
        >>> videos, labels = [[[0.0], [1.0]], [[0.1], [0.2]]], [[0, 1], [0, 1]]
        >>> precision_at_k(videos, labels, topk=(1, 2))
        {1: 0.75, 2: 0.5}
    """
    check_stride(stride)
    if not topk or min(topk) < 1:
        raise ValueError(f'topk must be numbers >= 1, got {tuple(topk)}')
    if average not in ('video', 'frame'):
        raise ValueError(f"average must be 'video' or 'frame', got {average!r}")
    videos, values = to_labelled(embeddings, labels)
    known = [label >= 0 for label in values]
    videos = [v[mask][::stride] for v, mask in zip(videos, known, strict=True)]
    values = [v[mask][::stride] for v, mask in zip(values, known, strict=True)]
    may_answer = _check_answers(answers, len(videos))
    scores: dict[int, list[Floats]] = {int(k): [] for k in topk}
    if not any(map(len, videos)):
        return dict.fromkeys(scores, float('nan'))
    candidates = Candidates(videos)
    truth = np.concatenate(values)
    for index, (queries, label) in enumerate(zip(videos, values, strict=True)):
        allowed = may_answer[index, candidates.video_of][None]
        own = slice(candidates.starts[index], candidates.ends[index])
        leaves_out_query = may_answer[index, index] and not query_answers
        count = int(allowed.sum()) - int(leaves_out_query)
        if not len(queries) or count < 1:
            continue
        if leaves_out_query:
            allowed = allowed.repeat(len(queries), axis=0)
            np.fill_diagonal(allowed[:, own], val=False)
        deepest = min(max(topk), count)
        nearest = nearest_candidates(queries, candidates, allowed, deepest)
        hits = truth[nearest] == label[:, None]
        for k, found in scores.items():
            found.append(_precision(hits[:, :k], rank_weighted))
    return {k: _mean(found, average) for k, found in scores.items()}


def _check_answers(answers: Any, num_videos: int) -> npt.NDArray[np.bool_]:
    if answers is None:
        return ~np.eye(num_videos, dtype=bool)
    matrix = np.asarray(answers, dtype=bool)
    if matrix.shape != (num_videos, num_videos):
        raise ValueError(
            f'answers must be ({num_videos}, {num_videos}), got {matrix.shape}'
        )
    return matrix


def _precision(hits: npt.NDArray[np.bool_], rank_weighted: bool) -> Floats:
    """Score of each query, ``(N,)``, from its ranked hits ``(N, K)``."""
    if not rank_weighted:
        return np.asarray(hits.mean(axis=1), dtype=np.float64)
    at_rank = hits.cumsum(axis=1) / np.arange(1, hits.shape[1] + 1)
    return np.asarray((at_rank * hits).sum(axis=1) / hits.sum(axis=1).clip(min=1))


def _mean(scores: list[Floats], average: str) -> float:
    if not scores:
        return float('nan')
    if average == 'frame':
        return float(np.concatenate(scores).mean())
    return float(np.mean([score.mean() for score in scores]))
