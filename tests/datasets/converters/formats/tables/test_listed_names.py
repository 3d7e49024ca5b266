"""Names in tables, and the videos that they mean."""

import unicodedata

import pytest

from carl_mm.datasets.converters.formats.tables.listed_names import (
    ListedNames,
    plain_name,
)

ONE, TWO = (unicodedata.normalize(form, 'é.mp4') for form in ('NFC', 'NFD'))


@pytest.mark.parametrize(
    ('name', 'plain'),
    [
        ('a.mp4', 'a.mp4'),
        ('./sub//a.mp4', 'sub/a.mp4'),
        ('sub\\a.mp4', 'sub/a.mp4'),
        ('.\\a.mp4', 'a.mp4'),
        (TWO, ONE),
        ('', ''),
    ],
)
def test_plain_names(name, plain):
    assert plain_name(name) == plain


@pytest.mark.parametrize('there', [ONE, TWO])
@pytest.mark.parametrize('written', [ONE, TWO, f'./{ONE}', f'.\\{TWO}'])
def test_accents_of_either_form(there, written):
    assert ListedNames([there, 'a.mp4']).find(written) == there


def test_the_very_name_comes_first():
    names = ListedNames([ONE, TWO, 'a\\b.mp4', 'a/b.mp4'])
    for name in (ONE, TWO, 'a\\b.mp4', 'a/b.mp4'):
        assert names.find(name) == name
    with pytest.raises(
        ValueError, match=f"unknown file './{ONE}'; there is '{TWO}', '"
    ):
        names.find(f'./{ONE}')


@pytest.mark.parametrize(
    'name', ['A.MP4', 'a', '/far/a.mp4', 'C:\\v\\a.mp4', 'x/a.avi']
)
def test_names_that_differ_are_shown_beside_those_that_are_there(name):
    with pytest.raises(ValueError, match=r"unknown file .*; there is 'sub/a.mp4'$"):
        ListedNames(['sub/a.mp4', 'b.mp4']).find(name)
    with pytest.raises(ValueError, match="^unknown file 'c.mp4'$"):
        ListedNames(['sub/a.mp4']).find('c.mp4')
