"""Which true phase each discovered phase stands for."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment

from carl_mm.functional._inputs import Ints
from carl_mm.functional.metrics.segmentation._phases import to_phases


def match_phases(
    true: Sequence[Any], predicted: Sequence[Any], per_video: bool = False
) -> list[dict[int, int]]:
    """Match discovered phases, one to one, so that the most frames agree (Hungarian).

    There may be more discovered phases than true ones, or fewer: some stay unmatched
    then. So do phases that no frame shares with what is left for them.

    Args:
        true: Phases of each video, whole numbers ``(T_i,)``, negative where unlabelled:
            such frames do not count.
        predicted: Discovered numbers of each video, whole numbers ``(T_i,)``, negative
            where there is none.
        per_video: Match anew in each video, as for methods whose numbers mean something
            else in each; the figures are then higher for any method.

    Returns:
        For each video a dict that maps discovered numbers to true phases, the same for
        all videos if not ``per_video``.

    Raises:
        ValueError: Labels are not whole, or numbers of videos or frames differ.

    Examples:
        >>> match_phases([[0, 0, 1], [0, 1, 1]], [[7, 7, 5], [7, 5, 3]])
        [{5: 1, 7: 0}, {5: 1, 7: 0}]
    """
    truths, found = to_phases(true, predicted)
    if per_video:
        return [_match(t, p) for t, p in zip(truths, found, strict=True)]
    if not truths:
        return []
    together = _match(np.concatenate(truths), np.concatenate(found))
    return [dict(together) for _ in truths]


def renamed_phases(predicted: Ints, match: Mapping[int, int], first_free: int) -> Ints:
    """Give discovered phases their matches' numbers, and unmatched ones free numbers.

    Args:
        predicted: ``(T,)``, -1 where there is none, which stays.
        match: Maps discovered numbers to true phases.
        first_free: Number from which on no phase is true.
    """
    numbers, place = np.unique(predicted, return_inverse=True)
    names = [
        -1 if number < 0 else match.get(int(number), first_free + index)
        for index, number in enumerate(numbers)
    ]
    return np.array(names, dtype=np.int64)[place.reshape(-1)]


def _match(truth: Ints, phases: Ints) -> dict[int, int]:
    """Match the phases of one long video."""
    known = (truth >= 0) & (phases >= 0)
    names, row = np.unique(phases[known], return_inverse=True)
    true_names, column = np.unique(truth[known], return_inverse=True)
    agreeing = np.zeros((len(names), len(true_names)), dtype=np.int64)
    np.add.at(agreeing, (row, column), 1)
    rows, columns = linear_sum_assignment(agreeing, maximize=True)
    return {
        int(names[i]): int(true_names[j])
        for i, j in zip(rows, columns, strict=True)
        if agreeing[i, j]  # else any other would do as well
    }
