"""Where in a video a short sequence is shown, faster or slower."""

import numpy as np

from carl_mm.functional._inputs import Floats, Ints


def best_subsequences(
    similarities: np.ndarray, low: int, high: int
) -> tuple[Floats, Ints]:
    """Find, for each frame, the best subsequence that ends with it.

    A path goes through all M frames of the sequence, and from each to the next between
    ``low`` and ``high`` frames of the video on. Its score is the mean of the
    similarities on it. Of equally good paths the shorter step counts.

    Args:
        similarities: ``(M, T)``, of each frame of the sequence and of the video;
            M >= 1.
        low: Least step, in frames of the video, >= 0.
        high: Largest step.

    Returns:
        The score of the best path that ends with each frame, ``(T,)``, -inf where none
        does, and its first frame, ``(T,)``, -1 where there is none.

    Raises:
        ValueError: There is no frame in the sequence, or the steps are out of range.

    Examples:
        >>> scores, firsts = best_subsequences(np.eye(2)[:, [1, 0, 0, 1]], 1, 3)
        >>> scores.tolist(), firsts.tolist()
        ([-inf, 0.0, 0.5, 1.0], [-1, 0, 1, 2])
    """
    values = np.asarray(similarities, dtype=np.float64)
    if values.ndim != 2 or not len(values) or not 0 <= low <= high:
        raise ValueError(
            f'needs (M, T), M > 0, and steps 0 <= low <= high, got {values.shape}, '
            f'{low} and {high}'
        )
    length = values.shape[1]
    totals, firsts = values[0], np.arange(length)
    for row in values[1:]:
        best, from_first = np.full(length, -np.inf), np.full(length, -1)
        for step in range(low, min(high, length - 1) + 1):
            before = totals[: length - step]
            is_better = before > best[step:]
            best[step:][is_better] = before[is_better]
            from_first[step:][is_better] = firsts[: length - step][is_better]
        totals, firsts = best + row, from_first
    return totals / len(values), firsts
