"""What is on its way out: it still works, warns, and says what to use instead."""

import warnings
from collections.abc import Iterable
from typing import TYPE_CHECKING

import torch
from torch import Generator, Tensor

if TYPE_CHECKING:
    from carl_mm.apis.alignment.align import EmbeddingLike
    from carl_mm.apis.alignment.alignment import Alignment


def warn_deprecated(
    old: str,
    instead: str,
    category: type[Warning] = DeprecationWarning,
    stacklevel: int = 3,
) -> None:
    """Warn that something is deprecated.

    Args:
        old: What is deprecated.
        instead: What to do instead, an imperative clause.
        category: Kind of warning; Python shows a FutureWarning to everyone and a
            DeprecationWarning to developers.
        stacklevel: Number of calls up to the line to blame; 3 is the line that called
            whoever calls this.
    """
    warnings.warn(
        f'{old} is deprecated and will be removed: {instead}',
        category,
        stacklevel=stacklevel,
    )


def draw_spans(count: int, jitter: float, generator: Generator | None = None) -> Tensor:
    """Draw sub-ranges of [0, 1] whose lengths are uniform from 1 - ``jitter`` to 1.

    Args:
        count: Number of ranges, B.
        jitter: Largest share of the range that is left out, in [0, 1).
        generator: Source of the draws; by default torch's own.

    Returns:
        Start and end of each range, ``(B, 2)`` float64.
    """
    draws = torch.rand(2, count, dtype=torch.float64, generator=generator)
    length = 1 - jitter * draws[0]
    start = (1 - length) * draws[1]
    return torch.stack((start, start + length), dim=1)


def align_many(
    reference: 'EmbeddingLike', others: 'Iterable[EmbeddingLike]', method: str = 'dtw'
) -> 'list[Alignment]':
    """Align a reference, as video a, with each of several videos; see `align`."""
    from carl_mm.apis.alignment.align import align

    return [align(reference, other, method) for other in others]
