"""Frames through a 2D backbone, some at a time, and pooled."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from carl_mm.datasets.transforms import FrameStream
from carl_mm.prefetching import prefetch

DTYPES = ('float32', 'bfloat16', 'auto')
POOLINGS = ('max', 'mean', 'max_mean', 'none')


def check_options(
    pooling: str, dtype: str, chunk_size: int, max_frames: int | None
) -> None:
    """Raise ValueError for an unknown pooling or dtype, or a number below 1."""
    if pooling not in POOLINGS:
        raise ValueError(f'spatial_pooling must be one of {POOLINGS}, got {pooling!r}')
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


def run(backbone: nn.Module, frames: Tensor, pooling: str) -> Tensor:
    """Pass frames through a backbone and pool its last feature maps over space.

    Args:
        backbone: From ``(N, 3, H, W)`` to maps ``(N, C, h, w)``, vectors ``(N, C)``, or
            a sequence of either, of which the last counts.
        frames: Normalised frames, ``(N, 3, H, W)``.
        pooling: 'max', 'mean', 'max_mean' or 'none'.

    Returns:
        ``(N, C)``, with 'max_mean' ``(N, 2 C)``; or ``(N, C, h, w)`` with 'none'.
    """
    maps = backbone(frames.contiguous(memory_format=torch.channels_last))
    if isinstance(maps, (tuple, list)):
        maps = maps[-1]
    return pool(maps, pooling)


def pool(maps: Tensor, pooling: str) -> Tensor:
    """Pool ``(N, C, h, w)`` over space; vectors ``(N, C)`` stay as they are."""
    if pooling == 'none' or maps.dim() == 2:
        return maps
    pooled = [
        maps.amax((2, 3)) if name == 'max' else maps.mean((2, 3))
        for name in pooling.split('_')
    ]
    return torch.cat(pooled, dim=1)


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


def whole_video(
    network: Callable[[Tensor], Tensor],
    video: Tensor | FrameStream,
    chunk_size: int,
    device: torch.device,
) -> Tensor:
    """Pass a whole video through a network, a stream while it is decoded.

    Args:
        network: From ``(n, 3, H, W)`` to ``(n, ...)``.
        video: A `FrameStream` of S frames, frames ``(S, 3, H, W)``, or their features
            ``(S, C)``, which stay as they are.
        chunk_size: Number of frames that are decoded and pass at once.
        device: Device that the network is on.

    Returns:
        ``(S, ...)``.

    Raises:
        VideoDecodeError: A frame is damaged.
    """
    if isinstance(video, Tensor):
        return video if video.dim() == 2 else network(video)
    features, start = torch.empty(0), 0
    for (chunk,) in prefetch(video.chunks(chunk_size)):
        part = network(chunk.to(device))
        if start == 0:  # whole: pieces and their sum would be twice that
            features = part.new_empty(len(video), *part.shape[1:])
        features[start : start + len(part)] = part
        start += len(part)
    return features


def has_fast_bfloat16() -> bool:
    """Return whether this machine multiplies bfloat16 faster than float32."""
    if torch.cuda.is_available():
        return torch.cuda.get_device_capability() >= (8, 0)  # below it is emulated
    check = getattr(torch.cpu, '_is_avx512_bf16_supported', None)
    return bool(check and check())
