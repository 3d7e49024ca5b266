"""Which videos of a batch are of one process."""

from collections.abc import Sequence

import torch
from torch import Tensor


def action_groups(
    actions: Sequence[str | None], views: int, device: torch.device
) -> Tensor:
    """Return a number for each view's action, ``(B V,)`` int64.

    Args:
        actions: Names of the B videos; those without one are alike.
        views: V, of each video.
        device: Of the result.
    """
    names = list(dict.fromkeys(actions))
    groups = torch.tensor([names.index(name) for name in actions], device=device)
    return groups.repeat_interleave(views)
