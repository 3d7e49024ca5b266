"""Ways to find phases without labels, by name."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np

from carl_mm.functional import equal_phases, kmeans_phases, neighbour_phases

# From the embeddings (T_i, D) of an action's videos and the number of phases K to the
# phases (T_i,) of each, whole numbers.
Segmenter: TypeAlias = Callable[[Sequence[np.ndarray], int], Sequence[np.ndarray]]

# Put your own in, in a file that the config imports.
SEGMENTERS: dict[str, Segmenter] = {
    'kmeans': kmeans_phases,
    'neighbours': neighbour_phases,
    'equal': equal_phases,
}
# Those that look at no embedding, so are the same under each.
BLIND = {'equal'}


def check_segmenters(names: Sequence[str]) -> None:
    """Refuse names that are not in `SEGMENTERS`, and an empty list.

    Raises:
        ValueError: Names what is unknown and what is known.
    """
    if isinstance(names, str) or not names or set(names) - set(SEGMENTERS):
        raise ValueError(
            f'segmenters must be a list of some of {tuple(SEGMENTERS)}, got {names!r}'
        )
