"""One source of randomness for all transforms of a sample."""

import numpy as np


def sample_rng(results: dict) -> np.random.Generator:
    """Return the sample's generator, making one from numpy's global state if absent.

    `FramewiseVideoDataset` puts one in ``results['rng']`` that depends on the seed,
    the epoch and the sample alone, so that a resumed run draws what an uninterrupted
    one would have drawn.
    """
    if 'rng' not in results:
        results['rng'] = np.random.default_rng(np.random.randint(2**31))
    return results['rng']
