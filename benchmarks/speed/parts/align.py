"""Paths and posteriors of two long videos, beside numpy one diagonal at a time."""

import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
from parts.plain_align import plain_path
from parts.timing import median_seconds, timed

from carl_mm.functional import cosine_dtw, cosine_posterior

CHANNELS = 128
LARGEST_POSTERIOR = 2**27  # pairs of frames


def make_videos(frames: int) -> np.ndarray:
    """Draw two videos that change slowly, ``(2, T, C)``."""
    moves = np.random.default_rng(0).normal(size=(2, frames, CHANNELS))
    return moves.cumsum(axis=1)


def run(repeats: int = 3, frames: int = 2000) -> dict[str, Any]:
    """Time them; the paths must be equal."""
    a, b = make_videos(frames)
    cosine_dtw(a[:9], b[:9])  # compiles, or loads what was compiled
    cosine_posterior(a[:9], b[:9])
    ours, path = median_seconds(lambda: cosine_dtw(a, b), repeats)
    reference, plain = timed(lambda: plain_path(a, b))
    if not np.array_equal(path, plain):
        raise ValueError(f'paths of {frames} frames differ')
    figures = {
        'frames': frames,
        'ours': ours,
        'reference': reference,
        'ratio': reference / ours,
        'MB': megabytes(lambda: cosine_dtw(a, b)),
        'in a band of 0.1': median_seconds(lambda: cosine_dtw(a, b, band=0.1), repeats)[
            0
        ],
        'in a band of 0.1, MB': megabytes(lambda: cosine_dtw(a, b, band=0.1)),
    }
    if frames**2 <= LARGEST_POSTERIOR:
        seconds, _ = median_seconds(lambda: cosine_posterior(a, b), repeats)
        figures['posterior'] = seconds
        figures['posterior, MB'] = megabytes(lambda: cosine_posterior(a, b))
    return figures


def megabytes(function: Callable[[], Any]) -> float:
    """Return the most that numpy's arrays take while a function runs."""
    tracemalloc.start()
    function()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / 1e6
