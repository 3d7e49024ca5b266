"""Few labels: the same share of every class."""

from collections.abc import Sequence

import numpy as np


def stratified_share(labels: Sequence[int], share: float, seed: int = 0) -> list[int]:
    """Draw the same share of every class, at least one of each.

    Args:
        labels: Of N items.
        share: In (0, 1]; max(1, share x n) rounded of a class of n are drawn.
        seed: Of the draw; a larger share with the same seed holds the smaller.

    Returns:
        Positions of the drawn items, ascending; all with share 1.

    Raises:
        ValueError: A share out of its range.
    """
    if not 0 < share <= 1:
        raise ValueError(f'the share of labels must be in (0, 1], got {share}')
    found: list[int] = []
    array = np.asarray(labels, dtype=np.int64)
    for label in np.unique(array):
        places = np.flatnonzero(array == label)
        order = np.random.default_rng([seed, int(label)]).permutation(len(places))
        count = max(1, round(share * len(places)))
        found += places[order[:count]].tolist()
    return sorted(found)
