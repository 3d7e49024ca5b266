"""Random pairs of true and predicted phases, from easy to degenerate ones."""

import numpy as np


def random_phases(rng, length, num_phases, unlabelled):
    """Runs of random lengths, some of one frame; phases come back."""
    num_runs = int(rng.integers(1, max(2, length // 2 + 1)))
    cuts = np.sort(rng.integers(0, length + 1, num_runs - 1))
    phases = rng.integers(0, num_phases, num_runs)[
        np.searchsorted(cuts, np.arange(length), side='right')
    ]
    phases[rng.random(length) < unlabelled] = -1
    return phases


def random_case(seed):
    """Up to four videos, some empty, of one frame, of one phase or unlabelled."""
    rng = np.random.default_rng(seed)
    lengths = [(0, 1, 2, 5, 17, 40)[rng.integers(6)] for _ in range(rng.integers(1, 5))]
    num_true, num_found = rng.integers(1, 6, 2)
    unlabelled = rng.choice([0.0, 0.2, 1.0], p=[0.5, 0.4, 0.1])
    unfound = rng.choice([0.0, 0.2], p=[0.7, 0.3])
    true = [random_phases(rng, n, num_true, unlabelled) for n in lengths]
    found = [
        truth.copy()
        if rng.random() < 0.2
        else random_phases(rng, n, num_found, unfound)
        for n, truth in zip(lengths, true, strict=True)
    ]
    return [t.tolist() for t in true], [f.tolist() for f in found]


def is_labelled(true):
    return any(label >= 0 for video in true for label in video)


CASES = [random_case(seed) for seed in range(150)]
