"""Values of successive frames, smoothed over time and filled where they are missing."""

import numpy as np
import torch
from scipy.ndimage import gaussian_filter1d
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
    smoothed = gaussian_filter1d(
        values.cpu().numpy(), sigma, axis=0, mode='nearest', radius=reach
    )
    return torch.from_numpy(smoothed).to(values)


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
    rows = values.cpu().numpy()
    frames = np.arange(len(rows))
    known = np.flatnonzero(~np.isnan(rows).any(axis=1))
    if not len(known):
        return torch.zeros_like(values)
    columns = [np.interp(frames, known, column[known]) for column in rows.T]
    return torch.from_numpy(np.stack(columns, axis=1)).to(values)
