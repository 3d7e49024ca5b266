"""Runs of equal labels."""

import numpy as np

from carl_mm.functional._inputs import ArrayOrTensor, Ints, to_floats


def label_runs(labels: ArrayOrTensor) -> Ints:
    """Find the runs of equal labels.

    Args:
        labels: ``(T,)`` integers or booleans.

    Returns:
        ``(R, 3)`` rows (first frame, last frame, label) in the order of time, which
        cover 0 to T - 1.

    Examples:
        >>> label_runs([0, 0, 2, -1, -1]).tolist()
        [[0, 1, 0], [2, 2, 2], [3, 4, -1]]
    """
    values = np.asarray(to_floats(labels), dtype=np.int64)
    starts = np.flatnonzero(np.diff(values, prepend=values[:1] - 1))
    lasts = np.append(starts[1:], len(values))[: len(starts)] - 1
    return np.stack([starts, lasts, values[starts]], axis=1).astype(np.int64)
