"""What a frame shows, and which way it changes."""

from collections.abc import Sequence

import numpy as np
from scipy.ndimage import gaussian_filter1d

from carl_mm.functional._inputs import Floats
from carl_mm.functional.warping.dtw import unit_rows

WEIGHT = 0.5  # of the change, beside what a frame shows
ROUNDING = 1e-9  # lengths below it are only rounding


def with_directions(
    videos: Sequence[Floats], sigma: float, weight: float = WEIGHT
) -> list[Floats]:
    """Append to what sets a frame apart how it changes.

    With the mean m of the videos' mean embeddings, and c(x) = x / |x|::

        y_t = c(x_t - m),  d_t = dy_t / dt,  v_t = weight d_t / sqrt(mean_t |d_t|^2)
        result_t = c([y_t, v_t])

    where the derivative is that of y smoothed by a Gaussian. A moment that is passed
    twice, there and back, is thus told apart. A frame like the mean has a y of zero, a
    video that stands still a v of zero, and the result is zero where both are.

    Args:
        videos: Embeddings of each video, ``(T_i, D)``, finite; T_i >= 1.
        sigma: Standard deviation of the Gaussian, in frames; > 0.
        weight: Root mean square of the length of v, where y has length 1.

    Returns:
        ``(T_i, 2 D)`` of each video.
    """
    mean = np.mean([video.mean(axis=0) for video in videos], axis=0)
    result = []
    for video in videos:
        apart = video - mean
        far = np.linalg.norm(apart, axis=1, keepdims=True) > ROUNDING
        place = unit_rows(np.where(far, apart, 0.0))
        change = gaussian_filter1d(place, sigma, axis=0, order=1, mode='nearest')
        speed = float(np.sqrt(np.square(change).sum(axis=1).mean()))
        change *= weight / speed if speed > ROUNDING else 0.0
        result.append(unit_rows(np.concatenate([place, change], axis=1)))
    return result
