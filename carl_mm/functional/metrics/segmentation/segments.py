"""How well segments, runs of frames of one phase, are found."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from carl_mm.functional._inputs import Floats, Ints
from carl_mm.functional.label_runs import label_runs
from carl_mm.functional.metrics.segmentation._phases import to_phases

F1_THRESHOLDS = (0.1, 0.25, 0.5)


def edit_score(true: Sequence[Any], predicted: Sequence[Any]) -> float:
    """Mean likeness of the order of segments in each video (Lea et al. 2016).

    It is 1 - d / max(number of true segments, number of predicted ones), where d is
    the Levenshtein distance between the segments' phases in the order of time.

    Args:
        true: Phases of each video, whole numbers ``(T_i,)``, negative where unlabelled:
            such frames do not count, and end a segment, also a predicted one.
        predicted: Phases of each video, whole numbers ``(T_i,)``, negative where
            nothing is predicted, so where there is no segment.

    Returns:
        The mean over the videos with a labelled frame, in [0, 1]; NaN without one.

    Raises:
        ValueError: Labels are not whole, or numbers of videos or frames differ.

    Examples:
        >>> edit_score([[0, 0, 1, 2]], [[0, 1, 1, 1]])
        0.6666666666666667
    """
    scores = []
    for truth, phases in zip(*to_phases(true, predicted), strict=True):
        right, ours = _segments(truth)[:, 2], _segments(phases)[:, 2]
        if len(right):
            scores.append(1 - _levenshtein(right, ours) / max(len(right), len(ours)))
    return float(np.mean(scores)) if scores else float('nan')


def segmental_f1(
    true: Sequence[Any],
    predicted: Sequence[Any],
    thresholds: Sequence[float] = F1_THRESHOLDS,
) -> dict[float, float]:
    """F1 score of segments that overlap enough with a true one: F1@10, 25, 50.

    A predicted segment is held against the true segment of its phase and video with the
    highest intersection over union (IoU), the first of equals. If the IoU reaches the
    threshold, it is a hit, but each true segment is hit once at most: further ones are
    false. Hits, false and missed segments are added up over all videos (Lea et al.
    2017, counted as by MS-TCN's code).

    Args:
        true: Phases of each video, whole numbers ``(T_i,)``, negative where unlabelled:
            such frames do not count, and end a segment, also a predicted one.
        predicted: Phases of each video, whole numbers ``(T_i,)``, negative where
            nothing is predicted, so where there is no segment.
        thresholds: Least IoUs of a hit, in (0, 1].

    Returns:
        Maps each threshold to an F1 score in [0, 1]; NaN without a labelled frame.

    Raises:
        ValueError: Labels are not whole, numbers of videos or frames differ, or a
            threshold is outside (0, 1].

    Examples:
        >>> segmental_f1([[0, 0, 0, 1]], [[0, 1, 1, 1]], thresholds=(0.25, 0.5))
        {0.25: 1.0, 0.5: 0.0}
    """
    if not len(thresholds) or not all(0 < value <= 1 for value in thresholds):
        raise ValueError(f'thresholds must be in (0, 1], got {tuple(thresholds)}')
    hits, num_segments = dict.fromkeys(map(float, thresholds), 0), 0
    for truth, phases in zip(*to_phases(true, predicted), strict=True):
        right, ours = _segments(truth), _segments(phases)
        num_segments += len(right) + len(ours)
        if not len(right):
            continue
        overlaps = np.array([_iou(segment, right) for segment in ours])
        overlaps = overlaps.reshape(len(ours), len(right))
        best, iou = overlaps.argmax(axis=1), overlaps.max(axis=1)
        for threshold in hits:
            hits[threshold] += len(np.unique(best[iou >= threshold]))
    # 2 hits / (2 hits + false + missed), where all segments are hits, false or missed.
    return {
        threshold: 2 * count / num_segments if num_segments else float('nan')
        for threshold, count in hits.items()
    }


def _segments(phases: Ints) -> Ints:
    """Return rows (first frame, last frame, phase) of the labelled segments."""
    runs = label_runs(phases)
    return runs[runs[:, 2] >= 0]


def _iou(segment: Ints, others: Ints) -> Floats:
    """IoU of a segment with each of N others, ``(N,)``, 0 where phases differ."""
    overlap = np.minimum(segment[1], others[:, 1]) + 1
    overlap = (overlap - np.maximum(segment[0], others[:, 0])).clip(min=0)
    lengths = others[:, 1] - others[:, 0] + segment[1] - segment[0] + 2
    same = segment[2] == others[:, 2]
    return np.asarray(np.where(same, overlap / (lengths - overlap), 0.0))


def _levenshtein(a: Ints, b: Ints) -> int:
    """Least number of insertions, deletions and changes that make one the other."""
    places = np.arange(len(b) + 1)
    costs = places
    for count, item in enumerate(a, start=1):
        changed = np.minimum(costs[:-1] + (b != item), costs[1:] + 1)
        costs = np.append(count, changed)
        # Insertions: the least cost of any earlier place, and a step for each since.
        costs = np.minimum.accumulate(costs - places) + places
    return int(costs[-1])
