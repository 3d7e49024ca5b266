"""Frames through a 2D backbone, some at a time, and pooled."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

DTYPES = ('float32', 'bfloat16', 'auto')
POOLINGS = ('max', 'mean', 'max_mean', 'grid', 'flat', 'none')
GRID = 4  # cells a side


def check_options(
    pooling: str | Sequence[str], dtype: str, chunk_size: int, max_frames: int | None
) -> None:
    """Raise ValueError for an unknown pooling or dtype, or a number below 1."""
    several = not isinstance(pooling, str)
    known = tuple(name for name in POOLINGS if name != 'none') if several else POOLINGS
    if unknown := [name for name in as_names(pooling) if name not in known]:
        raise ValueError(f'spatial_pooling must be of {known}, got {unknown[0]!r}')
    if dtype not in DTYPES:
        raise ValueError(f'backbone_dtype must be one of {DTYPES}, got {dtype!r}')
    if chunk_size < 1 or (max_frames is not None and max_frames < 1):
        raise ValueError(
            'chunk_size and max_frames must be at least 1, got '
            f'{chunk_size} and {max_frames}'
        )


def choose_dtype(dtype: str) -> str:
    """Return 'float32' or 'bfloat16', for 'auto' what is faster on this machine."""
    if dtype != 'auto':
        return dtype
    return 'bfloat16' if has_fast_bfloat16() else 'float32'


def prepare(backbone: nn.Module, freeze: bool, compiler: bool | dict[str, Any]) -> None:
    """Lay out a backbone's weights for speed; freeze and compile it if asked to.

    Args:
        backbone: Backbone, changed in place.
        freeze: Whether no layer learns.
        compiler: Options of `torch.compile`, True for its defaults, or False.
    """
    # Convolutions on the CPU and on tensor cores are up to twice as fast.
    backbone.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    if freeze:
        backbone.requires_grad_(False)
    if compiler is not False:
        backbone.compile(**({} if compiler is True else compiler))


def as_names(pooling: str | Sequence[str]) -> tuple[str, ...]:
    """Return the names of the poolings, one of a backbone's last output or several."""
    return (pooling,) if isinstance(pooling, str) else tuple(pooling)


def run(backbone: nn.Module, frames: Tensor, pooling: str | Sequence[str]) -> Tensor:
    """Pass frames through a backbone and pool its feature maps over space.

    Args:
        backbone: From ``(N, 3, H, W)`` to maps ``(N, C, h, w)``, vectors ``(N, C)``, or
            a sequence of either.
        frames: Normalised frames, ``(N, 3, H, W)``.
        pooling: 'max', 'mean', 'max_mean', 'grid', 'flat' or 'none', of the last
            output; or a sequence of such names, one for each output, whose results are
            joined.

    Returns:
        ``(N, C)``, with 'max_mean' ``(N, 2 C)``, with 'grid' ``(N, 16 C)``, with
        'flat' ``(N, C h w)``; or ``(N, C, h, w)`` with 'none'.

    Raises:
        ValueError: The backbone has another number of outputs than ``pooling``.
    """
    maps = backbone(frames.contiguous(memory_format=torch.channels_last))
    outputs = tuple(maps) if isinstance(maps, (tuple, list)) else (maps,)
    if isinstance(pooling, str):
        return pool(outputs[-1], pooling)
    return pool_outputs(outputs, pooling)


def pool_outputs(outputs: Sequence[Tensor], pooling: Sequence[str]) -> Tensor:
    """Pool several outputs, each in its way, and join what they give.

    Args:
        outputs: Maps ``(N, C, h, w)`` or vectors ``(N, C)``.
        pooling: One name for each output, see `pool`.

    Raises:
        ValueError: There is another number of outputs than of names.
    """
    _check_number(outputs, pooling)
    pairs = zip(outputs, pooling, strict=True)
    return torch.cat([pool(output, name) for output, name in pairs], dim=1)


def pool(maps: Tensor, pooling: str) -> Tensor:
    """Pool ``(N, C, h, w)`` over space; vectors ``(N, C)`` stay as they are.

    'grid' takes means over 4 x 4 cells, which keeps where things are: ``(N, 16 C)``;
    'flat' keeps all: ``(N, C h w)``.
    """
    if pooling == 'none' or maps.dim() == 2:
        return maps
    if pooling == 'grid':
        return F.adaptive_avg_pool2d(maps, GRID).flatten(1)
    if pooling == 'flat':
        return maps.flatten(1)
    pooled = [
        maps.amax((2, 3)) if name == 'max' else maps.mean((2, 3))
        for name in pooling.split('_')
    ]
    return torch.cat(pooled, dim=1)


def pooled_channels(channels: Sequence[int], pooling: Sequence[str]) -> tuple[int, ...]:
    """Return the number of values that `pool` gives for each output.

    Args:
        channels: Number of channels of each output, C.
        pooling: One name for each output.

    Raises:
        ValueError: There is another number of outputs than of names, or the number
            depends on the size of the maps ('flat', 'none').
    """
    factors = {'max': 1, 'mean': 1, 'max_mean': 2, 'grid': GRID**2}
    _check_number(channels, pooling)
    if unknown := [name for name in pooling if name not in factors]:
        raise ValueError(
            f'spatial_pooling={unknown[0]!r} gives a width that depends on the size of '
            'the pictures: give feature_parts and neck.in_channels as numbers'
        )
    pairs = zip(channels, pooling, strict=True)
    return tuple(count * factors[name] for count, name in pairs)


def _check_number(outputs: Sequence[Any], pooling: Sequence[str]) -> None:
    if len(outputs) != len(pooling):
        raise ValueError(
            f'spatial_pooling names {len(pooling)} poolings, but the backbone has '
            f'{len(outputs)} outputs'
        )


def in_chunks(
    network: Callable[[Tensor], Tensor], frames: Tensor, chunk_size: int, dtype: str
) -> Tensor:
    """Pass frames through a network, some at a time.

    Args:
        network: From ``(n, 3, H, W)`` to ``(n, ...)``.
        frames: ``(N, 3, H, W)``, of any dtype.
        chunk_size: Largest number of frames that pass at once.
        dtype: What the network computes in, 'float32' or 'bfloat16' (autocast).

    Returns:
        ``(N, ...)`` float32.
    """
    parts = []
    for chunk in torch.split(frames, chunk_size):
        low = dtype == 'bfloat16'
        with torch.autocast(frames.device.type, torch.bfloat16, enabled=low):
            parts.append(network(chunk).float())
    return torch.cat(parts)


def has_fast_bfloat16() -> bool:
    """Return whether this machine multiplies bfloat16 faster than float32."""
    if torch.cuda.is_available():
        return torch.cuda.get_device_capability() >= (8, 0)  # below it is emulated
    check = getattr(torch.cpu, '_is_avx512_bf16_supported', None)
    return bool(check and check())
