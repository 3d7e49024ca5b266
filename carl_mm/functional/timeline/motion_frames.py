"""What a frame shows and which way it changes, both of unit length."""

from collections.abc import Sequence

import numpy as np
from scipy.ndimage import gaussian_filter1d

from carl_mm.functional._inputs import Floats
from carl_mm.functional.warping.dtw import unit_rows

SIGMA = 1.0  # of the smoothed derivative, in frames


def with_directions(videos: Sequence[Floats], sigma: float = SIGMA) -> list[Floats]:
    """Append to what sets a frame apart the direction in which it changes.

    With the mean of the videos' mean embeddings m, and c(x) = x / |x|::

        y_t = c(x_t - m),  result_t = [y_t, c(dy_t / dt)] / norm

    where the derivative is that of y smoothed by a Gaussian. A moment that is passed
    twice, there and back, is thus told apart. A still frame has no direction, and a
    frame like the mean has no place: that half is zero, and so is the whole where
    both are.

    Args:
        videos: Embeddings of each video, ``(T_i, D)``, finite; T_i >= 1.
        sigma: Standard deviation of the Gaussian, in frames; > 0.

    Returns:
        ``(T_i, 2 D)`` of each video.
    """
    mean = np.mean([video.mean(axis=0) for video in videos], axis=0)
    placed = [_unit(video - mean) for video in videos]
    return [
        unit_rows(
            np.concatenate(
                [
                    place,
                    _unit(
                        gaussian_filter1d(place, sigma, axis=0, order=1, mode='nearest')
                    ),
                ],
                axis=1,
            )
        )
        for place in placed
    ]


def _unit(frames: Floats) -> Floats:
    """Scale rows to unit length; what is only rounding becomes zero."""
    lengths = np.linalg.norm(frames, axis=1, keepdims=True)
    unit: Floats = np.where(lengths > 1e-9, frames / np.maximum(lengths, 1e-9), 0.0)
    return unit
