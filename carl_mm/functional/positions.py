"""Codes of time: the encoder's input code and the position-only control."""

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor


def sinusoidal_positions(
    length: int,
    channels: int,
    num_frames: int,
    *,
    dtype: torch.dtype = torch.float32,
    device: torch.device | str | None = None,
) -> Tensor:
    """Sine-cosine position code, stretched over a sequence of any length.

    Even channel c of d holds sin(p / 10000^(c/d)), odd c cos(p / 10000^(c/d)); p
    are ``length`` points evenly from 0 to ``num_frames`` - 1. The exponent is c/d
    for every c, as in the published encoder, where others pair two channels.

    Args:
        length: Of the sequence, in frames; >= 1. One frame has p = 0.
        channels: d; >= 1.
        num_frames: Length of a training sequence; >= 1.
        dtype: Of the result.
        device: Of the result.

    Returns:
        ``(length, channels)``, in [-1, 1].

    Raises:
        ValueError: A size is below 1.
    """
    if min(length, channels, num_frames) < 1:
        raise ValueError(
            'length, channels and num_frames must be >= 1, '
            f'got {length}, {channels} and {num_frames}'
        )
    points = torch.linspace(0, num_frames - 1, length, dtype=torch.float64)
    return sinusoidal_code(points, channels).to(device=device, dtype=dtype)


def sinusoidal_code(points: Tensor, channels: int) -> Tensor:
    """Sine-cosine code of any points in time, see `sinusoidal_positions`.

    Args:
        points: ``(..., T)`` float64.
        channels: d; >= 1.

    Returns:
        ``(..., T, channels)`` float64, in [-1, 1].
    """
    channel = torch.arange(channels, dtype=torch.float64, device=points.device)
    angle = points.unsqueeze(-1) / 10000 ** (channel / channels)  # (..., T, channels)
    return torch.where(channel % 2 == 0, angle.sin(), angle.cos())


def rotate(x: Tensor, points: Tensor) -> Tensor:
    """Rotate channel pairs by their time: the product of two knows the gap alone.

    Channels 2i and 2i + 1 of d turn by p / 10000^(2i/d) (RoFormer, Eq. 34).

    Args:
        x: ``(..., T, d)``, queries or keys; d is even.
        points: ``(..., T)`` float64, p; its leading sizes fit those of ``x``.

    Returns:
        As ``x``.

    Raises:
        ValueError: d is odd.
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
    """Embed a frame by its relative time alone: the position-only control.

    Gaussian bumps exp(-(t - c)^2 / (2 width^2)) of t = frame / (length - 1), with
    centres c evenly on [0, 1], L2-normalised. A single frame has t = 0.

    Args:
        length: Of the video, in frames; >= 1.
        num_centres: Channels; >= 1.
        width: Of a bump, as a share of the video; > 0.

    Returns:
        ``(length, num_centres)`` float32, rows of unit length.

    Raises:
        ValueError: An argument is out of its range.
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
