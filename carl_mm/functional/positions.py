"""Codes of time, and controls: what the encoder is given, and what learned nothing."""

from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from carl_mm.functional._inputs import to_embeddings

ROUNDING = 1e-6  # of the longest row: what float32 embeddings of one picture differ by


def sinusoidal_positions(
    length: int,
    channels: int,
    num_frames: int,
    *,
    dtype: torch.dtype = torch.float32,
    device: torch.device | str | None = None,
) -> Tensor:
    """Compute a sine-cosine position code, stretched over a sequence of any length.

    Channel c of d holds sin(p / 10000^(c/d)) for even c and cos(p / 10000^(c/d)) for
    odd c, where p are ``length`` points evenly from 0 to ``num_frames`` - 1. The
    exponent is c/d for every c, as in the published encoder; others give two channels
    the same one.

    Args:
        length: Length of the sequence, in frames; >= 1. A single frame has p = 0.
        channels: Number of channels, d; >= 1.
        num_frames: Length of a training sequence, in frames; >= 1.
        dtype: Dtype of the result.
        device: Device of the result.

    Returns:
        ``(length, channels)``, in [-1, 1].

    Raises:
        ValueError: A size is below 1.

    Example:
        >>> from carl_mm.functional import sinusoidal_positions
        >>> sinusoidal_positions(length=3, channels=2, num_frames=3)
        tensor([[0.0000, 1.0000],
                [0.8415, 0.9999],
                [0.9093, 0.9998]])
    """
    if min(length, channels, num_frames) < 1:
        raise ValueError(
            'length, channels and num_frames must be >= 1, '
            f'got {length}, {channels} and {num_frames}'
        )
    points = torch.linspace(0, num_frames - 1, length, dtype=torch.float64)
    return sinusoidal_code(points, channels).to(device=device, dtype=dtype)


def sinusoidal_code(points: Tensor, channels: int) -> Tensor:
    """Compute the code of `sinusoidal_positions` for any points in time.

    Args:
        points: Points in time, ``(..., T)`` float64.
        channels: Number of channels; >= 1.

    Returns:
        ``(..., T, channels)`` float64, in [-1, 1].

    Example:
        >>> import torch
        >>> from carl_mm.functional import sinusoidal_code
        >>> sinusoidal_code(torch.zeros(1, dtype=torch.float64), channels=4)
        tensor([[0., 1., 0., 1.]], dtype=torch.float64)
    """
    channel = torch.arange(channels, dtype=torch.float64, device=points.device)
    angle = points.unsqueeze(-1) / 10000 ** (channel / channels)  # (..., T, channels)
    return torch.where(channel % 2 == 0, angle.sin(), angle.cos())


def rotate(x: Tensor, points: Tensor) -> Tensor:
    """Rotate pairs of channels by their time.

    The inner product of two rotated vectors depends on the gap between their times
    alone. Channels 2i and 2i + 1 of d turn by p / 10000^(2i/d) (RoFormer, Eq. 34).

    Args:
        x: Queries or keys, ``(..., T, d)``; d is even.
        points: Their times p, ``(..., T)`` float64; broadcast over the leading sizes.

    Returns:
        Rotated vectors, of the shape and dtype of ``x``.

    Raises:
        ValueError: d is odd.

    Example:
        >>> import math
        >>> import torch
        >>> from carl_mm.functional import rotate
        >>> quarter = torch.tensor([math.pi / 2], dtype=torch.float64)
        >>> rotate(torch.tensor([[1.0, 0.0]]), quarter).round(decimals=3)
        tensor([[0., 1.]])
    """
    channels = x.shape[-1]
    if channels % 2:
        raise ValueError(
            f'rotary positions need an even number of channels, got {channels}'
        )
    even = torch.arange(0, channels, 2, dtype=torch.float64, device=x.device)
    angle = points.unsqueeze(-1) / 10000 ** (even / channels)
    cos, sin = angle.cos().to(x.dtype), angle.sin().to(x.dtype)
    first, second = x[..., ::2], x[..., 1::2]
    pairs = (first * cos - second * sin, first * sin + second * cos)
    return torch.stack(pairs, dim=-1).flatten(-2)


def relative_time_embedding(
    length: int, num_centres: int = 40, width: float = 0.03
) -> npt.NDArray[np.float32]:
    """Embed the frames of a video by their relative time: the position-only control.

    The embedding holds Gaussian bumps exp(-(t - c)^2 / (2 width^2)) of the relative
    time t = frame / (length - 1), with centres c evenly on [0, 1], L2-normalised. A
    single frame has t = 0.

    Args:
        length: Length of the video, in frames; >= 1.
        num_centres: Number of centres, which are the channels; >= 1.
        width: Width of a bump, as a share of the video; > 0.

    Returns:
        ``(length, num_centres)`` float32, rows of unit length.

    Raises:
        ValueError: An argument is out of its range.

    Example:
        The middle frame of a short video is nearest to the middle one of a long video.

        >>> from carl_mm.functional import relative_time_embedding
        >>> similarity = relative_time_embedding(3) @ relative_time_embedding(101).T
        >>> similarity.argmax(axis=1).tolist()
        [0, 50, 100]
    """
    if length < 1 or num_centres < 1 or not width > 0:
        raise ValueError(
            'length and num_centres must be >= 1 and width positive, '
            f'got {length}, {num_centres} and {width}'
        )
    time = np.linspace(0, 1, length)
    centres = np.linspace(0, 1, num_centres)
    exponent = -np.square((time[:, None] - centres) / width) / 2
    # A common factor of a row cancels; this one keeps narrow bumps from underflow.
    bumps = np.exp(exponent - exponent.max(axis=1, keepdims=True))
    unit = bumps / np.linalg.norm(bumps, axis=1, keepdims=True)
    return np.asarray(unit, dtype=np.float32)


def centred(embeddings: Any) -> npt.NDArray[np.float32]:
    """Subtract a video's mean embedding from its frames: the centred control.

    What all frames share, such as the scene, is gone; what remains is L2-normalised.
    A frame that is the mean up to rounding becomes zero, as the only frame of a video
    and all frames of a constant one do.

    Args:
        embeddings: Embeddings of one video, ``(T, D)``, finite.

    Returns:
        ``(T, D)`` float32, rows of unit length or zero.

    Raises:
        ValueError: A value is not finite.

    Example:
        >>> from carl_mm.functional import centred
        >>> centred([[2.0, 9.0], [4.0, 9.0], [3.0, 9.0]]).tolist()
        [[-1.0, 0.0], [1.0, 0.0], [0.0, 0.0]]
    """
    (frames,) = to_embeddings([embeddings])
    if not len(frames):
        return frames.astype(np.float32)
    largest = np.linalg.norm(frames, axis=1).max()
    gaps = frames - frames.mean(axis=0)
    lengths = np.linalg.norm(gaps, axis=1, keepdims=True)
    differs = lengths > ROUNDING * largest
    unit = np.where(differs, gaps / np.where(differs, lengths, 1), 0)
    return np.asarray(unit, dtype=np.float32)
