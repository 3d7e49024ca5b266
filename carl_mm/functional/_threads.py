"""How many threads numerical libraries use."""

from typing import Any

from threadpoolctl import threadpool_limits

from carl_mm.functional._inputs import Floats

MIN_SIZE = 2**24  # numbers from which on several threads are faster


def few_threads(frames: Floats) -> Any:
    """Keep BLAS and OpenMP to one thread where others cost more than they compute.

    Args:
        frames: What is computed with, of any shape.

    Returns:
        A context manager.
    """
    return threadpool_limits(1 if frames.size < MIN_SIZE else None)
