import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carl_mm.functional.warping.band import band_columns


def cells_of(rows, columns, band):
    starts, ends = band_columns(rows, columns, band)
    assert starts.dtype == ends.dtype == np.int64
    return {(n, m) for n in range(rows) for m in range(starts[n], ends[n])}


def by_definition(rows, columns, frames):
    """Cells near the line from corner to corner, in steps of the shorter side."""
    if min(rows, columns) == 1:
        return {(n, m) for n in range(rows) for m in range(columns)}
    found = set()
    for n in range(rows):
        for m in range(columns):
            share = Fraction(n, rows - 1) - Fraction(m, columns - 1)
            if abs(share) * (min(rows, columns) - 1) <= frames + Fraction(1, 2):
                found.add((n, m))
    return found


sizes = st.integers(1, 14)


@settings(deadline=None, max_examples=200)
@given(rows=sizes, columns=sizes, frames=st.integers(0, 15))
def test_cells_are_those_of_the_definition(rows, columns, frames):
    assert cells_of(rows, columns, frames) == by_definition(rows, columns, frames)


@settings(deadline=None)
@given(rows=sizes, columns=sizes, frames=st.integers(0, 3))
def test_both_sides_and_both_ends_are_alike(rows, columns, frames):
    cells = cells_of(rows, columns, frames)
    assert cells_of(columns, rows, frames) == {(m, n) for n, m in cells}
    assert {(rows - 1 - n, columns - 1 - m) for n, m in cells} == cells


@settings(deadline=None)
@given(rows=sizes, columns=sizes)
def test_the_narrowest_band_leads_to_the_last_corner(rows, columns):
    cells = cells_of(rows, columns, 0)
    reached = {(0, 0)}
    for n, m in sorted(cells):
        if {(n - 1, m - 1), (n - 1, m), (n, m - 1)} & reached:
            reached.add((n, m))
    assert (rows - 1, columns - 1) in reached


def test_by_hand():
    assert cells_of(3, 3, 0) == {(0, 0), (1, 1), (2, 2)}
    assert cells_of(5, 3, 0) == {(0, 0), (1, 0), (1, 1), (2, 1), (3, 1), (3, 2), (4, 2)}


def test_a_share_is_of_the_shorter_side_and_rounded_up():
    assert cells_of(30, 10, 0.11) == cells_of(30, 10, 2)
    assert cells_of(10, 30, np.float32(0.5)) == cells_of(10, 30, np.int64(5))
    assert len(cells_of(8, 5, 1.0)) == len(cells_of(8, 5, None)) == 40


@pytest.mark.parametrize('band', [-1, -0.5, 1.01, False, math.nan, math.inf, '3'])
def test_what_is_no_band(band):
    with pytest.raises(ValueError, match=f'band must .* got {band!r}'):
        band_columns(4, 4, band)
