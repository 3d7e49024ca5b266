import numpy as np
import pytest

from carl_mm.visualization.parts.pair_pictures import pair_pictures
from carl_mm.visualization.parts.times import frame_times
from carl_mm.visualization.parts.video_panel import VideoPanel

HEIGHT = 120


def levels(*values, size=(40, 120)):
    return np.stack([np.full((*size, 3), value, np.uint8) for value in values])


def draw(view, matched):
    a, b = levels(10, 20, 30), levels(100, 120, 140, 160)
    panels = [
        VideoPanel((40, 120), None, [], name, frame_times(len(f), 5.0), HEIGHT)
        for name, f in (('a', a), ('b', b))
    ]
    inds_b = np.array([3, 0, 1])
    pictures = list(pair_pictures(view, tuple(panels), (a, b), inds_b, matched))
    return panels[0], pictures


def test_b_stands_beside_a_and_is_dimmed_without_a_counterpart():
    panel, pictures = draw('side', [True, False, True])
    width = panel.canvas_size[0]
    assert width == 360
    rows = slice(panel.line_height, panel.line_height + 60)
    for picture, level_a, level_b in zip(
        pictures, [10, 20, 30], [160, 30, 120], strict=True
    ):
        assert picture.shape[0] % 2 == picture.shape[1] % 2 == 0
        assert (picture[rows, :width] == level_a).all()
        assert (picture[rows, -width:] == level_b).all()  # 30 is 0.3 of 100


def test_b_lies_half_transparent_over_a_or_not_at_all():
    panel, pictures = draw('ghost', [True, False, True])
    rows = slice(2 * panel.line_height, 2 * panel.line_height + 60)
    middles = [picture[rows] for picture in pictures]
    assert [int(m[0, 0, 0]) for m in middles] == [85, 20, 75]
    assert all((m == m[0, 0, 0]).all() for m in middles)
    foot = pictures[1][2 * panel.line_height + 60 :][:60]
    assert (foot == 255).any() and (foot == 0).any()  # the mark


@pytest.mark.parametrize('view', ['side', 'ghost'])
def test_sides_are_even_whatever_the_height(view):
    frames = levels(1, 2, size=(33, 47))
    for height in (21, 50, 63):
        panel = VideoPanel((33, 47), None, [], 'v', frame_times(2, 5.0), height)
        pictures = pair_pictures(
            view, (panel, panel), (frames, frames), np.arange(2), [True, True]
        )
        assert all(side % 2 == 0 for p in pictures for side in p.shape[:2])
