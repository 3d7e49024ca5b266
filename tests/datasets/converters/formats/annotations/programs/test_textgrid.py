"""Praat's TextGrids."""

import pytest

from carl_mm.datasets.converters.formats.annotations.foreign import Segment
from carl_mm.datasets.converters.formats.annotations.programs import textgrid
from tests.datasets.converters.formats.annotations.samples import (
    LONG_GRID,
    SHORT_GRID,
    labelled,
    left_out,
    same,
    source,
    spans,
)


@pytest.mark.parametrize('text', [LONG_GRID, SHORT_GRID])
@pytest.mark.parametrize('encoding', ['utf-8', 'utf-8-sig', 'utf-16'])
def test_both_forms_in_all_encodings(tmp_path, text, encoding):
    file = source(tmp_path, 'a b.TextGrid', text.replace('pour', 'poür'), encoding)
    assert textgrid.matches(file)
    found = textgrid.read(file)
    assert list(found.videos) == ['a b']
    assert spans(found) == [
        ('steps', 'reach "it"', (0.0, 0.4), None),
        ('steps', 'poür', (1.0, 2.0), None),
    ]
    assert left_out(found) == {'points': 1}


def test_what_is_written_is_read_and_has_no_gap(tmp_path):
    video = labelled()
    text = textgrid.write([video])
    found = textgrid.read(source(tmp_path, 'x.TextGrid', text))
    assert same(video, found, 'phases', keeps=False)
    assert 'xmax = 2.2' in text and 'text = ""' in text
    late = labelled([], num_frames=50, length_s=2.0)
    late.segments.append(Segment('x', None, (0.5, 1.0)))
    assert textgrid.write([late]).count('intervals [') == 3


@pytest.mark.parametrize(
    ('old', 'new', 'said'),
    [
        ('"TextGrid"', '"PitchTier"', 'not a TextGrid'),
        (
            '0.4 "reach',
            '"0.4" "reach',
            "expected a number after interval 1, got '.0.4'",
        ),
        ('"steps" 0', '5 0', 'expected a text in quotes after interval 0, got 5'),
        (
            '"pour"\n"TextTier" "beeps" 0 2.0 1 0.5 "beep"',
            '',
            'cut off after interval 3',
        ),
        ('1.0 2.0', '1.0 2e80', r'expected a number after interval 3, got 2e\+80'),
    ],
)
def test_bad_files_are_named(tmp_path, old, new, said):
    assert old in SHORT_GRID
    file = source(tmp_path, 'x.TextGrid', SHORT_GRID.replace(old, new))
    with pytest.raises(ValueError, match=said) as info:
        textgrid.read(file)
    assert str(info.value).startswith(f'{file.path}: ')


def test_other_encodings_are_told(tmp_path):
    file = source(tmp_path, 'x.TextGrid', LONG_GRID.replace('pour', 'poür'), 'latin-1')
    with pytest.raises(ValueError, match=r'line 26 is not in UTF-8 \(byte 0xfc\)'):
        textgrid.read(file)
