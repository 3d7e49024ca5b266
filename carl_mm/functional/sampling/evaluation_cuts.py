"""Test videos as users have them: that start late, end early, and change speed."""

import numpy as np

from carl_mm.functional._inputs import ArrayOrTensor, Ints, to_labels
from carl_mm.functional.runs import label_runs

LATEST_START = 0.9  # of the time before the first event


def phase_changes(labels: ArrayOrTensor) -> Ints:
    """First frames of all phases but the first one there, ``(E,)`` int64.

    Args:
        labels: ``(T,)``, NaN or negative: unlabelled, and passed over.
    """
    phases = to_labels(labels, 'labels')
    known = np.flatnonzero(phases >= 0)
    firsts = label_runs(phases[known])[1:, 0]
    return np.asarray(known[firsts])


def draw_window(events: Ints, num_frames: int, rng: np.random.Generator) -> Ints:
    """Frames of a random window that still holds all events.

    It starts anywhere in the first 90% of the time before the first event and ends
    anywhere from the last event on.

    Args:
        events: ``(E,)`` ascending, in [0, num_frames); without any the window is the
            whole video.
        num_frames: T.
        rng: Of the draw.

    Returns:
        ``(S,)`` successive frames, 1 <= S <= T.
    """
    if not len(events):
        return np.arange(num_frames)
    start = rng.integers(int(LATEST_START * events[0]) + 1)
    last = rng.integers(events[-1], num_frames)
    return np.arange(start, last + 1)


def draw_speeds(
    num_frames: int,
    rng: np.random.Generator,
    num_segments: int = 4,
    speeds: tuple[float, float] = (0.5, 2.0),
) -> Ints:
    """Frames of a video whose segments are played slower or faster.

    Args:
        num_frames: T, >= 1.
        rng: Of the draw.
        num_segments: Each begins at a random frame; in a short video some are empty.
        speeds: Lowest and highest, drawn evenly on a logarithmic axis.

    Returns:
        ``(S,)`` ascending, with repeats where it is slow; every second frame at least
        is there with speeds of at most 2.
    """
    begins = np.sort(rng.integers(num_frames, size=num_segments - 1))
    edges = np.array([0, *begins, num_frames])
    low, high = np.log(speeds)
    drawn = np.exp(rng.uniform(low, high, num_segments))
    parts = [
        np.arange(start, stop, speed)
        for start, stop, speed in zip(edges, edges[1:], drawn, strict=False)
    ]
    return np.concatenate(parts).astype(np.int64)
