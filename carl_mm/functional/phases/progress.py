"""From frame labels to progress and to phase boundaries."""

import numpy as np
import numpy.typing as npt

from carl_mm.functional._inputs import ArrayOrTensor, to_labels
from carl_mm.functional.runs import label_runs


def phase_progress(labels: ArrayOrTensor, num_phases: int) -> npt.NDArray[np.float64]:
    """Progress of each frame through the phases.

    Within a contiguous run (first, last) of label c of C phases::

        progress(t) = (c + (t - first) / (last - first + 1)) / C

    Args:
        labels: ``(T,)``, phase in temporal order; NaN or negative: unlabelled.
        num_phases: C.

    Returns:
        ``(T,)`` float64 in [0, 1), NaN on unlabelled frames.

    Raises:
        ValueError: A label is no integer or not below ``num_phases``.
    """
    phases = to_labels(labels, 'labels', num_phases)
    progress = np.full(len(phases), np.nan)
    for first, last, label in label_runs(phases):
        if label >= 0:
            length = last + 1 - first
            within = np.arange(length) / length
            progress[first : last + 1] = (label + within) / num_phases
    return progress


def phase_boundaries(
    labels: ArrayOrTensor, num_phases: int
) -> npt.NDArray[np.int64] | None:
    """First frame of each phase but the first: the events of a video.

    Args:
        labels: ``(T,)``, phase in temporal order; NaN or negative: unlabelled.
        num_phases: C.

    Returns:
        ``(C - 1,)`` int64, or None where the video lacks one of the C phases: its
        events would not be the other videos' events.

    Raises:
        ValueError: A label is no integer or not below ``num_phases``.
    """
    phases = to_labels(labels, 'labels', num_phases)
    present, first = np.unique(phases[phases >= 0], return_index=True)
    if len(present) < num_phases:
        return None
    return np.flatnonzero(phases >= 0)[first[1:]].astype(np.int64)
