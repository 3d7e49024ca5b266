"""A video and copies of it that run at other speeds, with the frames that match."""

import numpy as np

LENGTH = 60


def curve(at, dim=12):
    """What a process shows at times in [0, 1]: a curve that never returns."""
    phase = np.arange(dim) * 0.7
    return np.cos(np.asarray(at)[:, None] * np.linspace(2, 9, dim) + phase)


def warp(seed):
    """Progress of each frame of a video whose speed varies smoothly, (T,)."""
    rng = np.random.default_rng(seed)
    length = int(rng.integers(50, 80))
    share = np.linspace(0, 1, length)
    bent = share + rng.uniform(-0.12, 0.12) * np.sin(2 * np.pi * share)
    return bent + rng.uniform(-0.1, 0.1) * np.sin(np.pi * share) ** 2


def copies(count, noise=0.0):
    """Embeddings of warped copies, and the progress of their frames."""
    progress = [warp(seed) for seed in range(count)]
    rng = np.random.default_rng(0)
    videos = [
        shown + noise * rng.normal(size=shown.shape)
        for shown in (curve(each) for each in progress)
    ]
    return videos, progress
