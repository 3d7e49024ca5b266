import numpy as np
import pytest

from carl_mm.visualization.parts.lettering import Lettering


@pytest.mark.parametrize('line_height', [22, 67, 135])
def test_the_middle_is_cut_out_of_what_does_not_fit(line_height):
    lettering = Lettering(line_height)
    name = 'subject_07_take_2_side.mp4'
    assert lettering.fitting(name, 1e6) == name
    room = lettering.writing.length(name) / 2
    cut = lettering.fitting(name, room)
    assert lettering.writing.length(cut) <= room
    start, end = cut.split('…')
    assert name.startswith(start) and name.endswith(end)
    assert abs(len(start) - len(end)) <= 1
    assert lettering.fitting(name, 0) == '…'
    assert lettering.fitting('', 0) == ''


def test_a_line_is_white_on_its_background_with_a_square_and_an_ending():
    line = Lettering(40).line(300, 'n' * 99, 48, color=(255, 0, 0), ending=' (b)')
    assert (line.shape, line.dtype) == ((40, 300, 3), np.uint8)
    assert line[20, 10].tolist() == [255, 0, 0]
    assert (line == 255).all(axis=2).sum() > 100
    assert (line[:, -2:] == 48).all() and (line[0] == 48).all()
    shorter = Lettering(40).line(300, 'n' * 99, 48, color=(255, 0, 0))
    assert (line != shorter).any()


@pytest.mark.parametrize('level', [0, 128, 255])
def test_a_mark_is_legible_on_every_background(level):
    picture = np.full((120, 240, 3), level, np.uint8)
    marked = Lettering(22).marked(picture, 'no counterpart')
    changed = np.flatnonzero((marked != level).any(axis=(1, 2)))
    assert changed.min() > 80  # small, and at the foot
    box = marked[90:106, 60:180]
    assert (box == 0).all(axis=2).mean() > 0.3
    assert (box > 200).all(axis=2).sum() > 50
    assert (picture == level).all()


def test_a_mark_fits_a_narrow_picture():
    marked = Lettering(22).marked(np.full((60, 50, 3), 90, np.uint8), 'no counterpart')
    assert (marked[:, :2] == 90).all() and (marked[:, -2:] == 90).all()
