"""Few labels: the same share of every class."""

from collections.abc import Sequence

import numpy as np


def stratified_share(labels: Sequence[int], share: float, seed: int = 0) -> list[int]:
    """Draw the same share of every class, at least one item of each.

    Args:
        labels: Label of each of N items.
        share: Share in (0, 1]; of a class of n items max(1, round(share x n)) are
            drawn.
        seed: Seed of the draw; a larger share contains the smaller of the same seed.

    Returns:
        Positions of the drawn items, ascending; all for a share of 1.

    Raises:
        ValueError: The share is out of its range.

    Examples:
        >>> len(stratified_share([0] * 10 + [1] * 20, share=0.1))
        3
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
