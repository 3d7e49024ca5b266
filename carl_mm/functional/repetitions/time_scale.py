"""A video at the time scale of an example that is searched in it."""

from typing import NamedTuple

import numpy as np
from scipy.ndimage import gaussian_filter1d

from carl_mm.functional._inputs import Floats
from carl_mm.functional.repetitions.cycle_cuts import Cuts, cut_by_example

CHANCE = 0.4  # similarity that a path through anything reaches
STILL = 0.1  # quantile of the motion below which it is taken for noise
PRICE, STAY = 0.1, 0.1  # of a frame, in mean motions
LEAST_SIGMA = 1.5  # frames


class TimeScale(NamedTuple):
    """Every K-th frame of a video, smoothed, and how far it has moved up to it.

    Attributes:
        stride: Number K of frames from one to the next.
        frames: Smoothed embeddings, ``(S, D)``.
        motion: Distance from the frame before, above that of noise, ``(S,)``.
    """

    stride: int
    frames: Floats
    motion: Floats


class Explained(NamedTuple):
    """What of a video the repetitions of an example explain.

    Attributes:
        share: What the repetitions but the example itself gain, as a share of all
            motion; about its share in the motion, times how similar they are above
            chance.
        cuts: Where they are, in frames of the time scale.
        similarities: Mean similarity of each with the example, ``(R,)``.
    """

    share: float
    cuts: Cuts
    similarities: Floats


def at_stride(embeddings: Floats, stride: int) -> TimeScale:
    """Smooth a video by a Gaussian as wide as the stride, and take every K-th frame.

    Args:
        embeddings: ``(T, D)``.
        stride: Number K of frames, >= 1.
    """
    sigma = max(float(stride), LEAST_SIGMA)
    frames = gaussian_filter1d(embeddings, sigma, axis=0, mode='nearest')[::stride]
    steps = np.linalg.norm(np.diff(frames, axis=0), axis=1)
    steps = np.concatenate([steps[:1], steps])
    return TimeScale(stride, frames, np.maximum(steps - np.quantile(steps, STILL), 0.0))


def explain(scale: TimeScale, first: int, length: int) -> Explained:
    """Find the repetitions of a part of the video.

    Frames a, b are compared by 2 a b / (|a|^2 + |b|^2) after the example's mean was
    subtracted from both: by their cosine, if they are equally far from it. So a place
    at which the video merely stays is no repetition of another moment at that place,
    and a large movement is none of a small one.

    Args:
        scale: The video.
        first: First frame of the example, in frames of the time scale.
        length: Number of its frames, >= 2.
    """
    part = slice(first, first + length)
    example, motion = scale.frames[part], scale.motion
    mean = example.mean(axis=0)
    gains = _similarities(scale.frames - mean, example - mean) - CHANCE
    moved = np.cumsum(motion[part]) - motion[first]
    usual = float(motion.mean())
    cuts = cut_by_example(gains, motion, moved, STAY * usual, PRICE * usual)
    own = float(motion[part].sum()) * (1 - CHANCE) - PRICE * usual * length
    total = cuts.values.sum() - own
    sums = np.concatenate([[0.0], motion.cumsum()])
    within = sums[cuts.lasts + 1] - sums[cuts.firsts]
    costs = PRICE * usual * (cuts.lasts + 1 - cuts.firsts)
    similar = (cuts.values + costs) / np.maximum(within, 1e-12) + CHANCE
    return Explained(
        float(total / max(motion.sum(), 1e-12)), cuts, np.clip(similar, 0.0, 1.0)
    )


def _similarities(a: Floats, b: Floats) -> Floats:
    """Return 2 a b / (|a|^2 + |b|^2) of all pairs of frames, ``(T, K)``."""
    squares = np.square(a).sum(axis=1)[:, None] + np.square(b).sum(axis=1)
    similar: Floats = 2 * a @ b.T / np.maximum(squares, 1e-30)
    return similar
