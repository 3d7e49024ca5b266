"""Dynamic time warping."""

from typing import Any

import numpy as np

from carl_mm.functional._inputs import Floats, Ints, to_embeddings
from carl_mm.functional.warping.band import band_columns
from carl_mm.functional.warping.step_table import cheapest_path

MAX_CELLS = 2**32  # of 2 bits each: 1 GiB


def dtw(cost: Any, *, band: float | None = None) -> Ints:
    """Find the cheapest monotone path through a cost matrix, from corner to corner.

    A step (1, 1), (1, 0) or (0, 1) costs the cell that it reaches; of equally cheap
    ones the diagonal is taken, then (1, 0).

    Args:
        cost: Finite costs, ``(N, M)``; N, M >= 1.
        band: Distance from the diagonal that a path keeps, along the shorter side: a
            number of frames if it is an integer, a share of that side if it is a float
            in [0, 1]; at least 1 / 2 frame is added. None for none.

    Returns:
        ``(L, 2)`` int64, cells (n, m) from (0, 0) to (N - 1, M - 1).

    Raises:
        ValueError: A cost is NaN or infinite, there is no cell, or ``band`` is neither.

    Example:
        >>> from carl_mm.functional import dtw
        >>> dtw([[0, 1, 9], [1, 0, 9], [9, 9, 0]]).tolist()
        [[0, 0], [1, 1], [2, 2]]
    """
    costs = np.asarray(cost, dtype=np.float64)
    if costs.ndim != 2 or not costs.size:
        raise ValueError(f'cost must be a matrix with a cell, got shape {costs.shape}')
    if not np.isfinite(costs).all():
        bad = costs[~np.isfinite(costs)]
        raise ValueError(f'cost holds {len(bad)} values that are not finite: {bad[0]}')
    return path_through(costs, band)


def cosine_dtw(a: Any, b: Any, *, band: float | None = None) -> Ints:
    """Align two videos by `dtw` of the costs 1 - cosine similarity.

    The costs are never held as a whole: memory is 2 bits for each pair of frames, or
    for each in the band and some beside it, and about 50 MiB.

    Args:
        a: Embeddings of one video, ``(N, D)``, finite; N >= 1.
        b: Embeddings of the other video, ``(M, D)``, finite; M >= 1.
        band: Distance from the diagonal that a path keeps, see `dtw`: frames of the
            shorter video, or a share of it.

    Returns:
        ``(L, 2)`` int64, frames (of a, of b) from (0, 0) to (N - 1, M - 1).

    Raises:
        ValueError: A video has no frame, a value is not finite, ``band`` is neither, or
            there are more than 2^32 pairs of frames (in the band).

    Example:
        >>> import numpy as np
        >>> from carl_mm.functional import cosine_dtw
        >>> video = np.eye(3)
        >>> cosine_dtw(video, video[[0, 1, 1, 2]]).tolist()
        [[0, 0], [1, 1], [1, 2], [2, 3]]
    """
    unit_a, unit_b = unit_pair(a, b)
    starts, ends = band_columns(len(unit_a), len(unit_b), band)
    check_cells(int((ends - starts).sum()), MAX_CELLS, unit_a, unit_b, 'band=0.1 or ')
    return unit_path(unit_a, unit_b, starts, ends)


def window_dtw(a: Floats, b: Floats, reach: int) -> Ints:
    """Align two videos by `cosine_dtw` of each frame with its neighbours.

    The product of two windows is the sum of those of their frames, so windows are never
    stacked. Outside the video its first or last frame repeats.

    Args:
        a: Embeddings of one video, ``(N, D)``.
        b: Embeddings of the other video, ``(M, D)``.
        reach: Number of neighbours on either side.

    Returns:
        See `cosine_dtw`.

    Raises:
        ValueError: As `cosine_dtw`.
    """
    videos = to_embeddings([a, b])
    check_frames(*videos)
    check_cells(len(a) * len(b), MAX_CELLS, a, b)
    a, b = (np.pad(video, ((reach, reach), (0, 0)), 'edge') for video in videos)
    lengths_a, lengths_b = (_window_lengths(video, reach) for video in (a, b))

    def costs_of(rows: slice, columns: slice, out: Floats) -> None:
        wider = (slice(p.start, p.stop + 2 * reach) for p in (rows, columns))
        products = a[next(wider)] @ b[next(wider)].T
        height, width = out.shape
        for offset in range(2 * reach + 1):
            out += products[offset : offset + height, offset : offset + width]
        out /= lengths_a[rows, None]
        out /= lengths_b[columns]
        np.subtract(1, out, out=out)

    return cheapest_path(costs_of, *band_columns(len(lengths_a), len(lengths_b), None))


def _window_lengths(padded: Floats, reach: int) -> Floats:
    squares = np.square(padded).sum(axis=1)
    lengths = np.sqrt(np.convolve(squares, np.ones(2 * reach + 1), 'valid'))
    return np.where(lengths > 0, lengths, 1)


def path_through(costs: Floats, band: float | None = None) -> Ints:
    """Do what `dtw` does, without its checks of the costs ``(N, M)``."""

    def costs_of(rows: slice, columns: slice, out: Floats) -> None:
        out[:] = costs[rows, columns]

    return cheapest_path(costs_of, *band_columns(len(costs), costs.shape[1], band))


def unit_path(unit_a: Floats, unit_b: Floats, starts: Ints, ends: Ints) -> Ints:
    """Align two videos by 1 - the product of their frames, see `cheapest_path`."""

    def costs_of(rows: slice, columns: slice, out: Floats) -> None:
        np.matmul(unit_a[rows], unit_b[columns].T, out=out)
        np.subtract(1, out, out=out)

    return cheapest_path(costs_of, starts, ends)


def unit_pair(a: Any, b: Any) -> tuple[Floats, Floats]:
    """Scale the frames of two videos to length 1.

    Args:
        a: Embeddings of one video, ``(N, D)``.
        b: Embeddings of the other video, ``(M, D)``.

    Raises:
        ValueError: A video has no frame, or a value is not finite.
    """
    unit_a, unit_b = (unit_rows(video) for video in to_embeddings([a, b]))
    check_frames(unit_a, unit_b)
    return unit_a, unit_b


def check_frames(a: Floats, b: Floats) -> None:
    """Raise a ValueError if a video has no frame."""
    if not len(a) or not len(b):
        raise ValueError(f'videos of {len(a)} and {len(b)} frames cannot be aligned')


def check_cells(
    num_cells: int, max_cells: int, a: Floats, b: Floats, advice: str = ''
) -> None:
    """Raise a ValueError if there are too many pairs of frames for the memory."""
    if num_cells > max_cells:
        raise ValueError(
            f'videos of {len(a)} and {len(b)} frames are too long: {num_cells} pairs '
            f'of frames, {max_cells} at most; {advice}take every k-th frame'
        )


def unit_rows(frames: Floats) -> Floats:
    """Scale rows ``(T, D)`` to length 1; a row of zeros stays as it is."""
    lengths = np.linalg.norm(frames, axis=1, keepdims=True)
    unit: Floats = frames / np.where(lengths > 0, lengths, 1)
    return unit
