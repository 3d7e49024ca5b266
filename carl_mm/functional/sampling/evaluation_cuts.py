"""Cut test videos so that they start late, end early or change speed, as in use."""

import numpy as np

from carl_mm.functional._inputs import ArrayOrTensor, Ints, to_labels
from carl_mm.functional.label_runs import label_runs

LATEST_START = 0.9  # of the time before the first event


def phase_changes(labels: ArrayOrTensor) -> Ints:
    """Find the first frames of all phases but the first in the video.

    Args:
        labels: ``(T,)``, NaN or negative where unlabelled; such frames are passed over.

    Returns:
        ``(E,)`` int64, ascending.
    """
    phases = to_labels(labels, 'labels')
    known = np.flatnonzero(phases >= 0)
    firsts = label_runs(phases[known])[1:, 0]
    return np.asarray(known[firsts])


def draw_window(events: Ints, num_frames: int, rng: np.random.Generator) -> Ints:
    """Draw the frames of a window that still holds all events.

    It starts anywhere in the first 90% of the time before the first event and ends
    anywhere from the last event on.

    Args:
        events: ``(E,)`` frames, ascending, in [0, num_frames); without any the window
            is the whole video.
        num_frames: Number of frames T of the video.
        rng: Source of the draws.

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
    """Draw the frames of a video whose segments are played slower or faster.

    Args:
        num_frames: Number of frames T of the video, >= 1.
        rng: Source of the draws.
        num_segments: Number of segments, which begin at random frames; in a short
            video some are empty.
        speeds: Lowest and highest speed, drawn evenly on a logarithmic axis.

    Returns:
        ``(S,)`` frames, ascending, repeated where the video is slow. At speeds of at
        most 2, at least every second frame is there.
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
