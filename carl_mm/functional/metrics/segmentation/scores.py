"""All measures of a segmentation into phases at once."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from carl_mm.functional.metrics.segmentation._phases import to_phases
from carl_mm.functional.metrics.segmentation.frames import mean_iou, mean_over_frames
from carl_mm.functional.metrics.segmentation.matching import (
    match_phases,
    renamed_phases,
)
from carl_mm.functional.metrics.segmentation.segments import (
    F1_THRESHOLDS,
    edit_score,
    segmental_f1,
)

MATCHINGS = (None, 'set', 'video')
F1_NAMES = {threshold: f'f1@{threshold * 100:g}' for threshold in F1_THRESHOLDS}
SCORES = ('mof', *F1_NAMES.values(), 'edit', 'miou')


def segmentation_scores(
    true: Sequence[Any], predicted: Sequence[Any], matching: str | None = None
) -> dict[str, float]:
    """Score predicted, transferred or discovered phases by the field's measures.

    Args:
        true: Phases of each video, whole numbers ``(T_i,)``, negative where unlabelled:
            such frames do not count, and end a segment.
        predicted: Phases of each video, whole numbers ``(T_i,)``, negative where there
            is none.
        matching: None where the numbers are those of the true phases. Numbers of
            discovered phases are matched by `match_phases`, over all videos ('set') or
            in each ('video'); the latter scores each video by itself and takes the mean
            over those with a labelled frame, as published for it. Unmatched phases are
            segments that are wrong.

    Returns:
        Values in [0, 1] by name: 'mof' (`mean_over_frames`), 'f1@10', 'f1@25', 'f1@50'
        (`segmental_f1`), 'edit' (`edit_score`), 'miou' (`mean_iou`); all NaN without a
        labelled frame.

    Raises:
        ValueError: Labels are not whole, numbers of videos or frames differ, or the
            matching is unknown.

    Examples:
        >>> segmentation_scores([[0, 0, 1, 1]], [[5, 5, 5, 3]], matching='set')['mof']
        0.75
    """
    if matching not in MATCHINGS:
        raise ValueError(f'matching must be one of {MATCHINGS}, got {matching!r}')
    truths, found = to_phases(true, predicted)
    if matching == 'video':
        pairs = [(t, p) for t, p in zip(truths, found, strict=True) if (t >= 0).any()]
        rows = [segmentation_scores([t], [p], 'set') for t, p in pairs]
        nothing = [float('nan')]
        return {
            name: float(np.mean([row[name] for row in rows] or nothing))
            for name in SCORES
        }
    if matching == 'set':
        first_free = 1 + max((int(t.max(initial=-1)) for t in truths), default=-1)
        matched = zip(found, match_phases(truths, found), strict=True)
        found = [renamed_phases(p, match, first_free) for p, match in matched]
    f1 = segmental_f1(truths, found)
    return {
        'mof': mean_over_frames(truths, found),
        **{name: f1[threshold] for threshold, name in F1_NAMES.items()},
        'edit': edit_score(truths, found),
        'miou': mean_iou(truths, found),
    }
