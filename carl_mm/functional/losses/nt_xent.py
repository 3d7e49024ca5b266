"""NT-Xent, the contrastive loss of clips (SimCLR, CVRL)."""

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy


def nt_xent_loss(
    view_a: Tensor,
    view_b: Tensor,
    all_a: Tensor | None = None,
    all_b: Tensor | None = None,
    *,
    first: int = 0,
    temperature: float = 0.1,
) -> Tensor:
    """Compute the normalised temperature-scaled cross-entropy, in both directions.

    With a_i and b_i the two clips of video i, t the temperature and N videos::

        L_a = mean_i -log exp(a_i . b_i / t)
              / (sum_k exp(a_i . b_k / t) + sum_{k != i} exp(a_i . a_k / t))

    L_b is the same with a and b exchanged, and the loss is L_a + L_b (CVRL, as
    released).

    Where each process holds some of the videos, its own clips are compared with those
    of all processes: the mean of the processes' losses is the loss of the whole batch.
    Embeddings are used as they are: L2-normalise them for the paper's cosine
    similarity. Arithmetic is at least float32, also under autocast.

    Args:
        view_a: Embeddings of a clip of each video, ``(B, D)``, of any float dtype.
        view_b: Embeddings of the videos' other clips, ``(B, D)``, of the same dtype.
        all_a: First clips of all processes in the order of their ranks, ``(N, D)``; by
            default ``view_a``.
        all_b: Other clips of all processes, ``(N, D)``; by default ``view_b``.
        first: Row of ``all_a`` at which ``view_a`` starts.
        temperature: Number that divides the similarities; > 0.

    Returns:
        Scalar, in nats, of the embeddings' dtype.

    Raises:
        ValueError: A shape, a dtype or an option is wrong, or there are fewer than two
            videos.

    Example:
        >>> import torch
        >>> from carl_mm.functional import nt_xent_loss
        >>> clips = torch.eye(3)
        >>> round(nt_xent_loss(clips, clips, temperature=0.5).item(), 3)
        0.865
    """
    if (all_a is None) != (all_b is None):
        raise ValueError('all_a and all_b are given together, or neither')
    candidates_a = view_a if all_a is None else all_a
    candidates_b = view_b if all_b is None else all_b
    _check(view_a, view_b, candidates_a, candidates_b, first, temperature)
    dtype = torch.promote_types(view_a.dtype, torch.float32)
    with torch.autocast(view_a.device.type, enabled=False):
        a, b = view_a.to(dtype), view_b.to(dtype)
        keys_a, keys_b = candidates_a.to(dtype), candidates_b.to(dtype)
        target = torch.arange(first, first + len(a), device=a.device)
        loss_a = _one_direction(a, keys_b, keys_a, target, temperature)
        loss_b = _one_direction(b, keys_a, keys_b, target, temperature)
        return (loss_a + loss_b).to(view_a.dtype)


def _one_direction(
    query: Tensor, other: Tensor, same: Tensor, target: Tensor, temperature: float
) -> Tensor:
    """Return the mean over queries ``(B, D)``, rows ``target`` of ``same``."""
    similarity = query @ same.T / temperature  # (B, N)
    itself = torch.zeros_like(similarity, dtype=torch.bool)
    itself[torch.arange(len(query), device=query.device), target] = True
    similarity = similarity.masked_fill(itself, -torch.inf)
    logits = torch.cat([query @ other.T / temperature, similarity], dim=1)
    return cross_entropy(logits, target)


def _check(
    view_a: Tensor,
    view_b: Tensor,
    all_a: Tensor,
    all_b: Tensor,
    first: int,
    temperature: float,
) -> None:
    if not temperature > 0:
        raise ValueError(f'temperature must be positive, got {temperature}')
    if view_a.ndim != 2 or view_a.shape != view_b.shape:
        raise ValueError(
            f'views must both be (B, D), got {tuple(view_a.shape)} and '
            f'{tuple(view_b.shape)}'
        )
    if view_a.dtype != view_b.dtype or not view_a.is_floating_point():
        raise ValueError(
            f'views must share a float dtype, got {view_a.dtype} and {view_b.dtype}'
        )
    if (
        all_a.ndim != 2
        or all_a.shape != all_b.shape
        or all_a.shape[1:] != (view_a.shape[1:])
    ):
        raise ValueError(
            f'candidates must both be (N, {view_a.shape[1]}), got '
            f'{tuple(all_a.shape)} and {tuple(all_b.shape)}'
        )
    if not 0 <= first <= len(all_a) - len(view_a):
        raise ValueError(
            f'rows {first} to {first + len(view_a) - 1} are not among the '
            f'{len(all_a)} candidates'
        )
    if len(all_a) < 2 or len(view_a) < 1:
        raise ValueError(
            f'got {len(view_a)} of {len(all_a)} videos: a clip is told apart from '
            'those of other videos, so at least two are needed; raise batch_size'
        )
