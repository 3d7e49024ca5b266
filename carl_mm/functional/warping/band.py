"""The cells beside the diagonal of a matrix to which a path is confined."""

from numbers import Integral, Real

import numpy as np

from carl_mm.functional._inputs import Ints


def band_columns(
    num_rows: int, num_columns: int, band: float | None
) -> tuple[Ints, Ints]:
    """Find the columns of each row that are in a band.

    The diagonal leads from corner to corner whatever the shape. With S_a = N - 1, S_b =
    M - 1 and a band of h frames, cell (n, m) is in the band if::

        |n S_b - m S_a| <= (h + 1 / 2) max(S_a, S_b)

    that is, if along the shorter side it is at most h + 1 / 2 from the diagonal. The
    half keeps the band connected, so that a path reaches the last corner. With h = 0
    and N = M it is the diagonal alone.

    Args:
        num_rows: Number of rows, N >= 1.
        num_columns: Number of columns, M >= 1.
        band: Number of frames h >= 0 if it is an integer; if it is a float in [0, 1],
            the share of the shorter side, rounded up; None for all cells.

    Returns:
        First column of each row, ``(N,)`` int64, and the end of its columns; both
        ascending.

    Raises:
        ValueError: ``band`` is neither.
    """
    row_span, column_span = num_rows - 1, num_columns - 1
    reach = _frames(band, min(num_rows, num_columns))
    if reach is None or row_span == 0:
        return np.zeros(num_rows, np.int64), np.full(num_rows, num_columns)
    diagonal = 2 * column_span * np.arange(num_rows)
    width = (2 * reach + 1) * max(row_span, column_span)
    first = -((width - diagonal) // (2 * row_span))  # rounded up
    last = (width + diagonal) // (2 * row_span)
    return np.maximum(first, 0), np.minimum(last, column_span) + 1


def _frames(band: float | None, shorter: int) -> int | None:
    if band is None:
        return None
    if isinstance(band, Integral) and not isinstance(band, bool) and band >= 0:
        return int(min(band, shorter))
    if isinstance(band, Real) and not isinstance(band, Integral) and 0 <= band <= 1:
        return int(np.ceil(band * shorter))
    raise ValueError(
        f'band must be a number of frames >= 0 or a share in [0.0, 1.0], got {band!r}'
    )
