"""The random look of a video."""

from itertools import product

import numpy as np
import pytest

from carl_mm.datasets.synthetic.look import (
    MIN_CONTRAST,
    decorate,
    draw_background,
    draw_colours,
    draw_view,
)
from carl_mm.datasets.synthetic.shapes import box


@pytest.mark.parametrize('seed', range(5))
def test_colours_stand_out_from_what_is_behind(seed):
    rng = np.random.default_rng(seed)
    behind = [np.array([100.0, 110, 120]), np.array([160.0, 150, 140])]
    colours = draw_colours(rng, 5, behind)
    assert len(colours) == 5
    for colour in colours:
        assert all(np.abs(colour - other).sum() > MIN_CONTRAST for other in behind)


def test_the_best_colour_is_taken_where_none_stands_out():
    levels = (0, 85, 170, 255)
    behind = [np.array(colour) for colour in product(levels, repeat=3)]
    (colour,) = draw_colours(np.random.default_rng(0), 1, behind)
    tries = np.random.default_rng(0).integers(0, 256, (40, 3))
    gaps = [min(np.abs(one - other).sum() for other in behind) for one in tries]
    assert max(gaps) < MIN_CONTRAST
    assert colour.tolist() == tries[np.argmax(gaps)].tolist()


def test_stripes_are_on_the_first_part_and_under_the_others():
    colours = [np.full(3, value) for value in (1, 2, 3)]
    outlines = [box(1, 1), box(0.2, 0.2), box(0.1, 0.1)]
    counts = set()
    for seed in range(20):
        parts = decorate(outlines, colours, np.random.default_rng(seed))
        shown = [int(colour[0]) for _, colour in parts]
        stripes = shown.count(3)
        assert shown == [1] + [3] * stripes + [2, 2]
        counts.add(stripes)
        for stripe, _ in parts[1 : 1 + stripes]:
            assert np.abs(stripe).max() <= 0.5
    assert counts == {0, 1, 2}


def test_a_view_shows_the_middle_of_the_scene():
    mirrored = set()
    for seed in range(20):
        view = draw_view(np.random.default_rng(seed), 100)
        x, y, w = view @ [0, 0, 1]
        np.testing.assert_allclose([x / w, y / w], [50, 50], atol=4)
        mirrored.add(np.linalg.det(view[:2, :2]) < 0)
    assert mirrored == {True, False}


def test_a_background_is_a_wall_above_a_table():
    for seed in range(5):
        canvas, (wall, table) = draw_background(np.random.default_rng(seed), 96)
        assert canvas.shape == (96, 96, 3) and canvas.dtype == np.uint8
        np.testing.assert_allclose(np.median(canvas[:40], (0, 1)), wall, atol=25)
        np.testing.assert_allclose(np.median(canvas[-15:], (0, 1)), table, atol=25)
