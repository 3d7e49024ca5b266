"""Temporal localization: features of fixed length, and the detection mAP."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from carl_mm.functional._inputs import ArrayOrTensor, Floats, to_embeddings

Bools: TypeAlias = npt.NDArray[np.bool_]
_Row: TypeAlias = tuple[str, list[float]]
Segments: TypeAlias = Mapping[str, Sequence[Mapping[str, Any]]]

IOU_THRESHOLDS = tuple(round(0.5 + 0.05 * step, 2) for step in range(10))


def resample_features(embeddings: ArrayOrTensor, num_snippets: int = 100) -> Floats:
    """Interpolate a video's embeddings linearly at the centres of S equal snippets.

    Frame ``t`` covers ``[t, t + 1)`` and stands at ``t + 0.5``; snippet ``k`` covers
    ``[k T / S, (k + 1) T / S)`` and is read at its centre ``(k + 0.5) T / S``. Before
    the first and after the last frame's centre their values hold. This is
    `torch.nn.functional.interpolate` with ``align_corners=False``.

    Args:
        embeddings: ``(T, D)``, finite, T >= 1.
        num_snippets: Number of snippets S, >= 1.

    Returns:
        ``(S, D)`` float64.

    Raises:
        ValueError: The embeddings are not a finite (T, D) with a frame, or
            ``num_snippets`` is below 1.

    Examples:
        >>> resample_features([[0.0], [1.0], [2.0], [3.0]], 2).tolist()
        [[0.5], [2.5]]
    """
    if num_snippets < 1:
        raise ValueError(f'num_snippets must be at least 1, got {num_snippets}')
    frames = to_embeddings([embeddings])[0]
    last = len(frames) - 1
    if last < 0:
        raise ValueError(f'embeddings must have at least one frame, got {frames.shape}')
    centres = (np.arange(num_snippets) + 0.5) * len(frames) / num_snippets
    places = (centres - 0.5).clip(0, last)
    before = places.astype(np.int64)
    after = np.minimum(before + 1, last)
    share = (places - before)[:, None]
    resampled: Floats = (1 - share) * frames[before] + share * frames[after]
    return resampled


def detection_map(
    proposals: Segments,
    truth: Segments,
    iou_thresholds: Sequence[float] = IOU_THRESHOLDS,
) -> tuple[dict[float, float], float]:
    """Compute ActivityNet's mean average precision of detected segments.

    For each class and threshold the proposals, best score first, each take the
    unmatched true segment of that class and video with the highest IoU, if it reaches
    the threshold; other proposals are false. The average precision is the area under
    ``max_{r' >= r} precision(r')``, and the mAP its mean over the classes in ``truth``:
    a class without proposals counts 0, and proposals of other classes do not count.
    Equal scores keep their order; of equal IoUs the first segment is taken.

    Args:
        proposals: Maps each video to a list of ``{'segment': [start, end], 'label':
            ..., 'score': ...}``, in any one unit of time, as in ActivityNet's result
            files.
        truth: Maps each video to a list of ``{'segment': [start, end], 'label': ...}``.
        iou_thresholds: Least overlaps of a match, in (0, 1].

    Returns:
        A dict of threshold to mAP in [0, 1], and their mean; NaN if ``truth`` is empty.

    Raises:
        ValueError: A segment ends before it starts, a number is not finite, or a
            threshold is outside (0, 1].

    Examples:
        >>> truth = {'a.mp4': [{'segment': [0, 10], 'label': 'jump'}]}
        >>> found = [{'segment': [0, 8], 'label': 'jump', 'score': 0.9}]
        >>> detection_map({'a.mp4': found}, truth, iou_thresholds=(0.5, 0.9))
        ({0.5: 1.0, 0.9: 0.0}, 0.5)
    """
    if not len(iou_thresholds) or not all(0 < value <= 1 for value in iou_thresholds):
        raise ValueError(f'iou_thresholds must be in (0, 1], got {iou_thresholds}')
    thresholds = np.asarray(iou_thresholds, dtype=np.float64)
    found = _by_label(proposals, 'proposals', 'score')
    true = _by_label(truth, 'truth')
    precisions = [
        _average_precision(found.get(label, []), segments, thresholds)
        for label, segments in true.items()
    ]
    undefined = np.full(len(thresholds), np.nan)
    values = np.mean(precisions, axis=0) if precisions else undefined
    per_threshold = dict(zip(map(float, thresholds), map(float, values), strict=True))
    return per_threshold, float(np.mean(values))


def _by_label(videos: Segments, name: str, *keys: str) -> dict[Any, list[_Row]]:
    """Map each label to rows of the video, and start, end and values of ``keys``."""
    rows: dict[Any, list[_Row]] = {}
    for video, segments in videos.items():
        for index, item in enumerate(segments):
            missing = {'segment', 'label', *keys} - item.keys()
            if missing:
                raise ValueError(f'{name}[{video!r}][{index}] lacks {sorted(missing)}')
            numbers = [float(x) for x in (*item['segment'], *(item[k] for k in keys))]
            whole = len(item['segment']) == 2 and np.isfinite(numbers).all()
            if not whole or numbers[1] < numbers[0]:
                raise ValueError(
                    f'{name}[{video!r}][{index}]: segment must be [start, end] with '
                    f'start <= end, and all numbers finite, got {dict(item)}'
                )
            rows.setdefault(item['label'], []).append((video, numbers))
    return rows


def _average_precision(
    proposals: Sequence[_Row], truth: Sequence[_Row], thresholds: Floats
) -> Floats:
    """Average precision of one class at each of K thresholds, ``(K,)``."""
    ranked = sorted(proposals, key=lambda row: -row[1][2])  # stable
    correct = _matches(ranked, truth, thresholds)
    precision = correct.cumsum(1) / np.arange(1, len(ranked) + 1)
    # The envelope: the best precision at this recall or a higher one.
    envelope = np.maximum.accumulate(precision[:, ::-1], axis=1)[:, ::-1]
    area: Floats = (envelope * correct).sum(axis=1) / len(truth)
    return area


def _matches(
    ranked: Sequence[_Row], truth: Iterable[_Row], thresholds: Floats
) -> Bools:
    """Whether each of N proposals takes a true segment, ``(K, N)``."""
    rows: dict[str, list[list[float]]] = {}
    for video, segment in truth:
        rows.setdefault(video, []).append(segment)
    segments = {video: np.asarray(items) for video, items in rows.items()}
    taken = {
        video: np.zeros((len(thresholds), len(items)), dtype=bool)
        for video, items in segments.items()
    }
    correct = np.zeros((len(thresholds), len(ranked)), dtype=bool)
    for place, (video, (start, end, _)) in enumerate(ranked):
        if video not in segments:
            continue
        free = np.where(taken[video], -1.0, _iou(start, end, segments[video]))
        best = free.argmax(axis=1)
        hits = np.flatnonzero(free.max(axis=1) >= thresholds)
        taken[video][hits, best[hits]] = True
        correct[hits, place] = True
    return correct


def _iou(start: float, end: float, segments: Floats) -> Floats:
    """IoU of one segment with ``(N, 2)`` others; 0 with an empty one."""
    overlap = np.minimum(end, segments[:, 1]) - np.maximum(start, segments[:, 0])
    overlap = overlap.clip(min=0)
    union = (end - start) + (segments[:, 1] - segments[:, 0]) - overlap
    shares: Floats = np.divide(
        overlap, union, out=np.zeros_like(overlap), where=union > 0
    )
    return shares
