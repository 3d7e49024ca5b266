"""Videos whose frames tell their phases."""

import numpy as np


def make_videos(num_videos, noise=0.3, num_phases=3, channels=4, seed=0):
    """Videos whose phases come in order, each around its own centre."""
    rng = np.random.default_rng(seed)
    centres = np.random.default_rng(99).normal(size=(num_phases, channels))
    videos, labels = [], []
    for _ in range(num_videos):
        label = np.repeat(np.arange(num_phases), rng.integers(4, 9, num_phases))
        video = centres[label] + noise * rng.normal(size=(len(label), channels))
        videos.append(video)
        labels.append(label)
    return videos, labels
