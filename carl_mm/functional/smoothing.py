"""Values of successive frames, smoothed over time and filled where they are missing."""

import torch
import torch.nn.functional as F
from torch import Tensor


def smooth_over_time(values: Tensor, sigma: float) -> Tensor:
    """Smooth each channel of a video by a Gaussian, cut off at three deviations.

    The first and last values go on beyond the ends.

    Args:
        values: ``(T, C)``.
        sigma: Standard deviation in frames; 0 smooths nothing.

    Returns:
        ``(T, C)``.

    Raises:
        ValueError: ``sigma`` is negative.

    Examples:
        >>> smooth_over_time(torch.tensor([[0.0], [4.0], [0.0]]), sigma=0.5)
        tensor([[0.4260],
                [3.1479],
                [0.4260]])
    """
    if sigma < 0:
        raise ValueError(f'sigma must not be negative, got {sigma}')
    reach = int(3 * sigma)
    if not reach or not len(values):
        return values
    gaps = torch.arange(-reach, reach + 1, dtype=values.dtype) / sigma
    kernel = torch.exp(-gaps.square() / 2)
    kernel = (kernel / kernel.sum()).to(values.device)
    rows = F.pad(values.T[:, None], (reach, reach), mode='replicate')
    smoothed: Tensor = F.conv1d(rows, kernel[None, None])[:, 0].T
    return smoothed


def fill_missing_frames(values: Tensor) -> Tensor:
    """Interpolate linearly over time where frames are missing.

    Before the first and after the last known frame, these are repeated.

    Args:
        values: ``(T, C)``; a frame with any NaN is missing.

    Returns:
        ``(T, C)``, zero if all frames are missing.

    Examples:
        >>> known = torch.tensor([[float('nan')], [2.0], [float('nan')], [6.0]])
        >>> fill_missing_frames(known).flatten().tolist()
        [2.0, 2.0, 4.0, 6.0]
    """
    known = torch.nonzero(~values.isnan().any(1))[:, 0]
    if not len(known):
        return torch.zeros_like(values)
    frames = torch.arange(len(values), device=values.device)
    after = torch.searchsorted(known, frames).clamp(max=len(known) - 1)
    before = (torch.searchsorted(known, frames, right=True) - 1).clamp(min=0)
    start, end = known[before], known[after]
    share = (frames - start).to(values) / (end - start).clamp(min=1)
    weight = share.clamp(0, 1)[:, None]
    return values[start] + weight * (values[end] - values[start])
