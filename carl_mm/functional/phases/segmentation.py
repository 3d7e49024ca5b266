"""Turn class probabilities of frames into segments, by a small chain model.

A labelling z of T frames has the weight::

    exp(sum_t log_probs[t, z_t] - switch_cost * #{t : z_t != z_(t-1)})

and, with ``ordered``, weight 0 if a label is lower than the one before it.
"""

import numpy as np

from carl_mm.functional._inputs import (
    ArrayOrTensor,
    Floats,
    Ints,
    to_floats,
    to_labels,
)
from carl_mm.functional.label_runs import label_runs


def most_likely_segments(
    log_probs: ArrayOrTensor, switch_cost: float, ordered: bool = False
) -> Ints:
    """Find the segments of the most likely labelling, by the Viterbi algorithm.

    Of equally likely labellings the one is taken that, from the end back, does not
    switch where it need not, then the one of the lowest label.

    Args:
        log_probs: ``(T, C)`` log-probabilities in nats, finite; rows need not sum to
            one.
        switch_cost: Cost of a change of label between two frames, in nats; >= 0.
        ordered: Whether labels must not descend, as for phases in temporal order;
            phases may be skipped.

    Returns:
        ``(S, 3)`` rows (first frame, last frame, label) that cover 0 to T - 1.

    Raises:
        ValueError: The log-probabilities are not a finite ``(T, C)`` with a class, or
            the cost is negative.

    Examples:
        >>> log_probs = [[0.0, -2.0], [-1.0, 0.0], [0.0, -2.0], [-9.0, 0.0]]
        >>> most_likely_segments(log_probs, switch_cost=1).tolist()
        [[0, 2, 0], [3, 3, 1]]
    """
    scores = _check(log_probs, switch_cost)
    length, num_classes = scores.shape
    if not length:
        return np.empty((0, 3), dtype=np.int64)
    classes = np.arange(num_classes)
    came_from = np.empty((length, num_classes), dtype=np.int64)
    best = scores[0]
    for frame in range(1, length):
        source = _best_sources(best, ordered)
        switched = best[source] - switch_cost
        came_from[frame] = np.where(switched > best, source, classes)
        best = np.maximum(switched, best) + scores[frame]
    labels = np.empty(length, dtype=np.int64)
    labels[-1] = best.argmax()
    for frame in range(length - 1, 0, -1):
        labels[frame - 1] = came_from[frame, labels[frame]]
    return label_runs(labels)


def segment_labels(segments: ArrayOrTensor) -> Ints:
    """Return the label of each frame, ``(T,)``, of rows that cover 0 to T - 1."""
    rows = np.asarray(to_floats(segments), dtype=np.int64).reshape(-1, 3)
    return np.asarray(np.repeat(rows[:, 2], rows[:, 1] - rows[:, 0] + 1))


def phase_starts(labels: ArrayOrTensor, num_phases: int) -> Ints:
    """Find the frame at which each phase but the first has begun or been skipped.

    Args:
        labels: ``(T,)`` phases in temporal order, NaN or negative where unlabelled.
        num_phases: Number of phases C.

    Returns:
        ``(C - 1,)``: for c = 1 to C - 1 the first frame with a label >= c, or T.

    Raises:
        ValueError: A label is no integer or not below ``num_phases``.

    Examples:
        >>> phase_starts([0, 0, 2, 2], num_phases=4).tolist()
        [2, 2, 4]
    """
    phases = to_labels(labels, 'labels', num_phases)
    reached = phases >= np.arange(1, num_phases)[:, None]  # (C - 1, T)
    none = np.ones((num_phases - 1, 1), dtype=bool)
    first = np.concatenate([reached, none], axis=1).argmax(axis=1)
    return np.asarray(first, dtype=np.int64)


def _best_sources(best: Floats, ordered: bool) -> Ints:
    """Find the best label to come from for each label; ties go to the first."""
    if not ordered:
        return np.full(len(best), best.argmax())
    # The running maximum changes only where it is exceeded: the lowest label of ties.
    before = np.maximum.accumulate(best)
    is_new = np.concatenate([[True], best[1:] > before[:-1]])
    return np.maximum.accumulate(np.where(is_new, np.arange(len(best)), 0))


def _check(log_probs: ArrayOrTensor, switch_cost: float) -> Floats:
    scores = to_floats(log_probs)
    if scores.ndim != 2 or not scores.shape[1]:
        raise ValueError(f'log_probs must be (T, C) with C >= 1, got {scores.shape}')
    if not np.isfinite(scores).all():
        row = int(np.flatnonzero(~np.isfinite(scores).all(axis=1))[0])
        raise ValueError(f'log_probs of frame {row} are not finite: {scores[row]}')
    if not 0 <= switch_cost < np.inf:
        raise ValueError(f'switch_cost must be finite and >= 0, got {switch_cost}')
    return scores
