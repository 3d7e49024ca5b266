"""Each letter gets a font that has it, or is written as its code point."""

import unicodedata
import warnings

import pytest
from matplotlib import font_manager

from carl_mm.visualization.parts.fonts import Fonts, columns, cut, rightward
from tests.visualization.made_fonts import ARABIC, CHINESE, KOREAN, make_font


@pytest.fixture
def made(tmp_path):
    return make_font(tmp_path / 'made.ttf', CHINESE)


def none():
    return Fonts(lambda: [])


def test_a_letter_gets_the_first_font_that_has_it(made, tmp_path):
    other = make_font(tmp_path / 'zz.ttf', CHINESE + KOREAN.replace(' ', ''))
    fonts = Fonts(lambda: [other, made])
    assert fonts.file_of('a') == fonts.base
    assert fonts.file_of('é') == fonts.base
    assert fonts.file_of(ARABIC[0]) == fonts.base
    assert fonts.file_of(CHINESE[0]) == made
    assert fonts.file_of(KOREAN[0]) == other
    assert fonts.file_of('\U0001f3ac') is None


def test_no_file_is_read_for_what_the_base_font_has():
    def fail():
        raise AssertionError

    fonts = Fonts(fail)
    for text in ('take_1.mp4', 'a\tb'):
        assert fonts.pieces(text) == [(fonts.base, text)]
    assert fonts.drawable('take_1.mp4') == 'take_1.mp4'


def test_fonts_that_are_liked_come_first_and_bold_ones_last():
    names = ['Z.ttf', 'NotoSansCJK-Bold.ttc', 'NotoSerifCJK.ttc', 'NotoSansCJK.ttc']
    expected = ['NotoSansCJK.ttc', 'Z.ttf', 'NotoSansCJK-Bold.ttc', 'NotoSerifCJK.ttc']
    assert Fonts(lambda: names).others == expected


def test_a_file_that_is_no_font_is_passed_over(tmp_path, made):
    (tmp_path / 'a.ttf').write_bytes(b'no font')
    files = [tmp_path / 'a.ttf', tmp_path / 'gone.ttf', made]
    assert Fonts(lambda: files).file_of(CHINESE[0]) == made


def test_a_text_is_cut_into_pieces_of_one_font(made):
    fonts = Fonts(lambda: [made])
    text = f'a {CHINESE} b.mp4'
    base = fonts.base
    assert fonts.pieces(text) == [(base, 'a '), (made, CHINESE), (base, ' b.mp4')]
    accents = 'e\u0301'
    assert fonts.pieces(f'{CHINESE}{accents}')[1] == (base, accents)
    assert fonts.pieces('') == []


def test_letters_of_no_font_are_code_points_and_warned_of_once():
    fonts = none()
    with pytest.warns(UserWarning, match=r'倒水; .* as \\u5012.*fonts-noto-cjk'):
        shown = fonts.drawable(f'{CHINESE}.mp4')
    assert shown == r'\u5012\u6c34.mp4'
    with warnings.catch_warnings():
        warnings.simplefilter('error')
        assert fonts.drawable(CHINESE) == r'\u5012\u6c34'
        assert fonts.drawable(shown) == shown
    with pytest.warns(UserWarning, match='fonts-noto-core'):
        assert fonts.drawable('\U0001f3ac') == r'\U0001f3ac'


def test_names_as_macos_takes_them_apart_are_composed(made):
    name = unicodedata.normalize('NFD', 'été')
    assert len(name) == 5
    assert none().drawable(name) == 'été'
    with pytest.warns(UserWarning):
        assert none().drawable(unicodedata.normalize('NFD', '우')) == r'\uc6b0'


@pytest.mark.parametrize(
    ('text', 'shown'),
    [
        ('a\tb\x07', r'a\tb\x07'),
        ('a\u202egpm.4', r'a\u202egpm.4'),  # lets a name be read backward
        ('a\nb', 'a\nb'),
        ('ok\U000e0100', 'ok'),
    ],
)
def test_what_steers_a_terminal_or_a_line_is_shown(text, shown):
    assert none().drawable(text) == shown


def test_a_line_of_arabic_runs_rightward():
    shown = none().drawable(f'{ARABIC}.mp4')
    assert shown == f'\u200e{ARABIC}.mp4'
    assert none().drawable(shown) == rightward(shown) == shown
    assert rightward('a.mp4') == 'a.mp4'


def test_matplotlib_learns_the_fonts_that_a_text_needs(made):
    fonts = Fonts(lambda: [made])
    (family,) = fonts.families(f'{CHINESE}.mp4')
    assert font_manager.findfont(family) == made
    assert fonts.families('a.mp4') == fonts.families(ARABIC) == []


def test_a_chinese_letter_is_as_wide_as_two():
    assert columns('take') == 4
    assert columns(CHINESE) == columns(KOREAN[:2]) == 4
    assert columns('e\u0301') == 1
    assert columns(ARABIC) == len(ARABIC)
    assert [cut(CHINESE, room) for room in range(5)] == ['', '', '倒', '倒', '倒水']
    assert cut('take', 9) == 'take'
