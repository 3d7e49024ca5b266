"""Outlines and their drawing."""

import numpy as np
import pytest

from carl_mm.datasets.synthetic.shapes import (
    ELLIPSE,
    band,
    box,
    capsule,
    fill,
    polygon,
    turn,
)


def test_a_box_is_centred():
    np.testing.assert_allclose(box(2, 1, 3, 4), polygon(2, 3.5, 4, 3.5, 4, 4.5, 2, 4.5))


def test_a_band_crosses_a_box():
    strip = band(box(2, 10), 0.1, 0.3)
    np.testing.assert_allclose(strip.min(0), [-0.85, -4])
    np.testing.assert_allclose(strip.max(0), [0.85, -2])


def test_a_turn_is_clockwise_where_y_points_down():
    np.testing.assert_allclose(turn(polygon(1, 0), 90), [[0, 1]], atol=1e-12)
    np.testing.assert_allclose(np.hypot(*turn(ELLIPSE, 33).T), 1)


def test_a_capsule_tapers():
    start, end = np.array([0.0, 0.0]), np.array([0.0, 10.0])
    outline = capsule(start, end, (2, 1))
    assert outline[:, 1].min() == pytest.approx(-2, abs=0.05)
    assert outline[:, 1].max() == pytest.approx(11, abs=0.05)
    assert np.ptp(outline[outline[:, 1] < 0.5, 0]) == pytest.approx(4, abs=0.1)
    assert np.ptp(outline[outline[:, 1] > 9.5, 0]) == pytest.approx(2, abs=0.1)


def test_filling_by_a_homography():
    canvas = np.zeros((40, 40, 3), np.uint8)
    view = np.array([[10.0, 0, 20], [0, 10, 20], [0, 0, 1]])
    fill(canvas, view, box(2, 1), np.array([10.0, 20, 30]))
    inside = canvas[16:25, 11:30]
    assert (inside == [10, 20, 30]).all()
    assert (canvas[:14] == 0).all() and (canvas[:, :8] == 0).all()
