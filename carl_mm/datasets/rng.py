"""The one source of randomness for all transforms of a sample."""

from typing import Any

import numpy as np


def sample_rng(results: dict[str, Any]) -> np.random.Generator:
    """Return the generator of a sample, or one seeded by numpy's global state.

    `FramewiseVideoDataset` puts one in ``results['rng']`` that depends on the seed,
    the epoch and the sample alone, so that a resumed run draws what an uninterrupted
    one would have drawn.
    """
    if 'rng' not in results:
        results['rng'] = np.random.default_rng(np.random.randint(2**31))
    rng: np.random.Generator = results['rng']
    return rng
