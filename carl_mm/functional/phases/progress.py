"""Turn frame labels into progress and phase boundaries."""

import numpy as np
import numpy.typing as npt

from carl_mm.functional._inputs import ArrayOrTensor, to_labels
from carl_mm.functional.label_runs import label_runs


def phase_progress(labels: ArrayOrTensor, num_phases: int) -> npt.NDArray[np.float64]:
    """Compute the progress of each frame through the phases.

    Within a run of frames (first, last) of label c of C phases::

        progress(t) = (c + (t - first) / (last - first + 1)) / C

    Args:
        labels: ``(T,)`` phases in temporal order, NaN or negative where unlabelled.
        num_phases: Number of phases C.

    Returns:
        ``(T,)`` float64 in [0, 1), NaN on unlabelled frames.

    Raises:
        ValueError: A label is no integer or not below ``num_phases``.

    Examples:
        >>> phase_progress([0, 0, 1, -1], num_phases=2).tolist()
        [0.0, 0.25, 0.5, nan]
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
    """Find the first frame of each phase but the first: the events of a video.

    Args:
        labels: ``(T,)`` phases in temporal order, NaN or negative where unlabelled.
        num_phases: Number of phases C.

    Returns:
        ``(C - 1,)`` int64, or None if the video lacks one of the C phases, as its
        events would not be those of other videos.

    Raises:
        ValueError: A label is no integer or not below ``num_phases``.

    Examples:
        >>> phase_boundaries([0, 0, 1, 2, 2], num_phases=3).tolist()
        [2, 3]
    """
    phases = to_labels(labels, 'labels', num_phases)
    present, first = np.unique(phases[phases >= 0], return_index=True)
    if len(present) < num_phases:
        return None
    return np.flatnonzero(phases >= 0)[first[1:]].astype(np.int64)
