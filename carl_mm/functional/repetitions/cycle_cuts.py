"""Cut a video where it runs through an example, whatever lies between."""

from typing import NamedTuple

import numpy as np

from carl_mm.functional._compiled import compiled
from carl_mm.functional._inputs import Floats, Ints

MAX_STEP = 4  # frames of the example that one frame of the video may go on by
EDGE = 2  # frames of the example that may be missing at either end
LEFT_OUT = 0.2  # cost of motion of the example that the video does not have


class Cuts(NamedTuple):
    """Where a video runs through an example.

    Attributes:
        firsts: First frames, ``(R,)``, ascending.
        lasts: Last frames, included, ``(R,)``; before the next first one.
        values: What each contributes to the total, ``(R,)``, > 0.
    """

    firsts: Ints
    lasts: Ints
    values: Floats


def cut_by_example(
    gains: Floats, motion: Floats, example: Floats, stay: float, price: float
) -> Cuts:
    """Find the segments that run through an example and together gain most.

    A segment goes through the example from its first frame to its last one, of which 2
    may be missing, staying at a frame or going on by up to 4. With dA the motion of the
    video at a frame, and dB that of the example over its step, the frame contributes::

        gain dA - max(0, dB - dA) / 2 - price - stay (if it stays)

    so what stands still gains nothing wherever it is put, and costs the price within a
    segment and nothing between two: pauses lie between segments. Motion of the example
    that the video does not have costs.

    Args:
        gains: Similarity of each frame of the video and of the example, less what
            matches by chance, ``(T, K)``.
        motion: How far the video moves up to each frame, ``(T,)``, >= 0.
        example: How far the example has moved, ``(K,)``, from 0, ascending.
        stay: Cost of staying at a frame of the example.
        price: Cost of a frame in a segment.

    Returns:
        The segments, in order.
    """
    ends = np.empty(len(gains))
    firsts = np.empty(len(gains), np.int64)
    _fill(gains, motion, example, stay, price, ends, firsts)
    found = []
    frame = len(gains) - 1
    while frame >= 0:
        first = int(firsts[frame])
        if first < 0:
            frame -= 1
            continue
        before = ends[first - 1] if first else 0.0
        found.append((first, frame, ends[frame] - before))
        frame = first - 1
    found.reverse()
    places = np.array([each[:2] for each in found], np.int64).reshape(-1, 2)
    return Cuts(places[:, 0], places[:, 1], np.array([each[2] for each in found]))


@compiled
def _fill(
    gains: Floats,
    motion: Floats,
    example: Floats,
    stay: float,
    price: float,
    ends: Floats,
    firsts: Ints,
) -> None:
    """Find the best total up to each frame, and where a segment that ends there begins.

    Args:
        gains: See `cut_by_example`.
        motion: See there.
        example: See there.
        stay: See there.
        price: See there.
        ends: Where to write the totals, ``(T,)``.
        firsts: Where to write the first frames, ``(T,)``; -1 where none ends.
    """
    num_states = len(example)
    totals = np.full(num_states, -np.inf)
    begun = np.full(num_states, -1)
    between = 0.0  # total of what ended before
    for frame in range(len(gains)):
        for state in range(num_states - 1, -1, -1):
            gain, moved = gains[frame, state], motion[frame]
            best = totals[state] + moved * gain - stay
            first = begun[state]
            for step in range(1, min(MAX_STEP, state) + 1):
                left_out = max(0.0, example[state] - example[state - step] - moved)
                total = totals[state - step] + moved * gain - LEFT_OUT * left_out
                if total > best:
                    best, first = total, begun[state - step]
            if state <= EDGE:
                total = between + moved * gain - 0.5 * example[state]
                if total > best:
                    best, first = total, frame
            totals[state], begun[state] = best - price, first
        firsts[frame] = -1
        for state in range(max(0, num_states - 1 - EDGE), num_states):
            total = totals[state] - 0.5 * (example[-1] - example[state])
            if total > between:
                between, firsts[frame] = total, begun[state]
        ends[frame] = between
