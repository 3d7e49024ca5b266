"""The phases that are compared, and what unlabelled frames do to them."""

from collections.abc import Sequence
from typing import Any

from carl_mm.functional._inputs import Ints, to_labels


def to_phases(
    true: Sequence[Any], predicted: Sequence[Any]
) -> tuple[list[Ints], list[Ints]]:
    """Convert and check the phases of each video.

    Args:
        true: Whole numbers of each video, ``(T_i,)``, NaN or negative where unlabelled.
        predicted: Whole numbers of each video, ``(T_i,)``, NaN or negative where
            nothing is predicted.

    Returns:
        Both as int64, and -1 in both where the truth is unlabelled: such frames do not
        count, and end a segment.

    Raises:
        ValueError: Labels are not whole, or numbers of videos or frames differ.
    """
    if len(true) != len(predicted):
        raise ValueError(
            f'true phases of {len(true)} videos, but predicted ones of '
            f'{len(predicted)}: give both for each video'
        )
    truths, found = [], []
    pairs = zip(true, predicted, strict=True)
    for index, (labels, prediction) in enumerate(pairs):
        truth = to_labels(labels, f'true phases of video {index}')
        phases = to_labels(prediction, f'predicted phases of video {index}')
        if len(truth) != len(phases):
            raise ValueError(
                f'video {index}: {len(truth)} true phases, but {len(phases)} predicted '
                'ones: give one of each for every frame'
            )
        phases[truth < 0] = -1
        truths.append(truth)
        found.append(phases)
    return truths, found
