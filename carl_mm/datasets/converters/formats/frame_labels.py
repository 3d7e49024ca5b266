"""Labels that are published one per frame, turned into rows of annotations."""

from typing import Any

import numpy as np

from carl_mm.functional.label_runs import label_runs


def to_frame_labels(values: Any, num_phases: int) -> np.ndarray:
    """Check published labels; every negative one means unlabelled.

    Args:
        values: ``(T,)`` whole numbers, of any integer or float type.
        num_phases: Number of phases, which all labels are below.

    Returns:
        ``(T,)`` int64, -1 where unlabelled.

    Raises:
        ValueError: These are not ``(T,)`` numbers, or a label is too large or not
            whole; the message names its frame and value.
    """
    values = np.asarray(values)
    if values.ndim != 1 or values.dtype.kind not in 'iuf':
        raise ValueError(
            'labels must be numbers, one per frame, got an array of '
            f'{values.dtype.name} of shape {values.shape}'
        )
    whole = np.isfinite(values) & (values == np.rint(values))
    bad = np.flatnonzero(~whole | (values >= num_phases))
    if len(bad):
        raise ValueError(
            f'frame {bad[0]}: label {values[bad[0]]} is outside 0 to '
            f'{num_phases - 1} ({len(bad)} such frames; negative means unlabelled)'
        )
    labels: np.ndarray = np.maximum(values.astype(np.int64), -1)
    return labels


def stretch_labels(labels: np.ndarray, num_frames: int) -> np.ndarray:
    """Stretch labels to a video of another length.

    Args:
        labels: ``(L,)``, L > 0.
        num_frames: Number T of the video's frames.

    Returns:
        ``(T,)``; frame t has the label at floor(t L / T).
    """
    stretched: np.ndarray = labels[np.arange(num_frames) * len(labels) // num_frames]
    return stretched


def label_rows(labels: np.ndarray) -> list[list[int]]:
    """Make phase rows of the runs of equal labels.

    Args:
        labels: ``(T,)`` integers, negative where unlabelled.

    Returns:
        Rows ``[first, last, label]``, both ends counted in, in order of time.
    """
    return [row for row in label_runs(labels).tolist() if row[2] >= 0]
