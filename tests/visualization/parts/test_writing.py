"""Texts of any script on pictures and in figures."""

import numpy as np
import pytest
from matplotlib import font_manager
from matplotlib.figure import Figure
from PIL import Image, ImageDraw

from carl_mm.visualization.parts import fonts
from carl_mm.visualization.parts.fonts import Fonts
from carl_mm.visualization.parts.writing import Writing, with_fonts
from tests.visualization.made_fonts import ARABIC, CHINESE, make_font


@pytest.fixture
def made(tmp_path, monkeypatch):
    file = make_font(tmp_path / 'made.ttf', CHINESE)
    monkeypatch.setattr(fonts, 'FONTS', Fonts(lambda: [file]))
    return file


def written(text, size=20):
    image = Image.new('RGB', (200, 40))
    Writing(size).write(ImageDraw.Draw(image), 4, 20, text)
    return np.asarray(image)[..., 0]


def test_latin_text_is_drawn_as_by_one_font(made):
    image = Image.new('RGB', (200, 40))
    font = Writing(20).font
    pen = ImageDraw.Draw(image)
    pen.text((4, 20), 'été_1.mp4', fill='white', font=font, anchor='lm')
    assert (written('été_1.mp4') == np.asarray(image)[..., 0]).all()
    assert Writing(20).length('été_1.mp4') == font.getlength('été_1.mp4')


def test_each_letter_is_drawn_in_its_font_on_one_line(made):
    """The made font's letters are full squares, 0.8 of a size high, on the line."""
    drawn = written(f'x{CHINESE}x') > 128
    assert Writing(20).length(CHINESE) == 40
    edge = 4 + round(Writing(20).length('x'))
    square = drawn[:, edge + 2 : edge + 38]
    rows = np.flatnonzero(square.any(axis=1))
    assert square[rows].all()
    assert len(rows) == 16
    foot_of_x = np.flatnonzero((written('x') > 128).any(axis=1)).max()
    assert abs(rows.max() - foot_of_x) <= 1
    assert drawn[:, edge + 42 :].any()


def test_what_follows_arabic_stands_behind_it(made):
    """As in a file manager: the name and then .mp4, which is as if alone."""
    ending = written('.mp4')[:, 4 : 4 + round(Writing(20).length('.mp4'))]
    drawn = written(f'{ARABIC[:3]}.mp4')
    left = 4 + round(Writing(20).length(ARABIC[:3]))
    shown = drawn[:, left : left + ending.shape[1]]
    assert np.corrcoef(shown.ravel(), ending.ravel())[0, 1] > 0.8


def test_a_figure_gets_the_fonts_that_its_texts_need(made):
    @with_fonts
    def draw(text):
        figure = Figure()
        figure.text(0, 0, text)
        return figure

    assert draw('été').texts[0].get_fontfamily() == ['sans-serif']
    first, second = draw(CHINESE).texts[0].get_fontfamily()
    assert first == 'sans-serif'
    assert font_manager.findfont(second) == made
