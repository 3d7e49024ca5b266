"""How many frames are given their true phase."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from carl_mm.functional.metrics.segmentation._phases import to_phases


def mean_over_frames(true: Sequence[Any], predicted: Sequence[Any]) -> float:
    """Share of the labelled frames of all videos whose phase is predicted: MoF.

    Args:
        true: Phases of each video, whole numbers ``(T_i,)``, negative where unlabelled:
            such frames do not count.
        predicted: Phases of each video, whole numbers ``(T_i,)``, negative where
            nothing is predicted, which is wrong.

    Returns:
        The share, in [0, 1]; NaN without a labelled frame.

    Raises:
        ValueError: Labels are not whole, or numbers of videos or frames differ.

    Examples:
        >>> mean_over_frames([[0, 0, 1, -1]], [[0, 1, 1, 1]])
        0.6666666666666666
    """
    truths, found = to_phases(true, predicted)
    total = sum(int((truth >= 0).sum()) for truth in truths)
    pairs = zip(truths, found, strict=True)
    hits = sum(int(((truth >= 0) & (truth == p)).sum()) for truth, p in pairs)
    return hits / total if total else float('nan')


def mean_iou(true: Sequence[Any], predicted: Sequence[Any]) -> float:
    """Mean over the true phases of the frames' intersection over their union: mIoU.

    The frames of a phase are counted in all videos together. A phase that is in no
    video counts only through the frames that it takes from others.

    Args:
        true: Phases of each video, whole numbers ``(T_i,)``, negative where unlabelled:
            such frames do not count.
        predicted: Phases of each video, whole numbers ``(T_i,)``, negative where
            nothing is predicted.

    Returns:
        The mean, in [0, 1]; NaN without a labelled frame.

    Raises:
        ValueError: Labels are not whole, or numbers of videos or frames differ.

    Examples:
        >>> mean_iou([[0, 0, 1, 1]], [[0, 1, 1, 1]])  # 1/2 and 2/3
        0.5833333333333333
    """
    truths, found = to_phases(true, predicted)
    if not any((truth >= 0).any() for truth in truths):
        return float('nan')
    truth, phases = np.concatenate(truths), np.concatenate(found)
    shares = []
    for phase in np.unique(truth[truth >= 0]):
        is_true, is_found = truth == phase, phases == phase
        shares.append((is_true & is_found).sum() / (is_true | is_found).sum())
    return float(np.mean(shares))
