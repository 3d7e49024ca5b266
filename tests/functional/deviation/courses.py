"""Series that tests of deviations learn from."""

import numpy as np


def course(rng, num_frames, channels=9):
    """A course through the first three channels, under noise that differs much."""
    times = np.linspace(0, 3, num_frames)[:, None]
    shape = np.concatenate([np.cos(times), np.sin(times), times], axis=1)
    noise = rng.normal(size=(num_frames, channels)) * np.linspace(0.1, 3, channels)
    noise[:, :3] += shape
    return noise
