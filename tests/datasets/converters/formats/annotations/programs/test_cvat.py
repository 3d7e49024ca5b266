"""CVAT's tasks of videos."""

import pytest

from carl_mm.datasets.converters.formats.annotations.programs import cvat
from tests.datasets.converters.formats.annotations.samples import (
    CVAT,
    left_out,
    source,
    spans,
)


def test_tracks_last_while_they_are_not_outside(tmp_path):
    file = source(tmp_path, 'a.xml', CVAT)
    assert cvat.matches(file)
    found = cvat.read(file)
    assert spans(found) == [
        ('reach', 'reach', (3, 8), None),
        ('reach', 'reach', (40, 49), None),
        ('pour', 'pour', (20, 21), None),
        ('pour', 'pour', (30, 30), None),
    ]
    assert found.claims['a b.mp4'].num_frames == 50
    assert left_out(found) == {'attributes': 1, 'tracks of shapes': 1}


def test_every_third_frame(tmp_path):
    text = CVAT.replace('<frame_filter>', '<frame_filter>step=3')
    text = text.replace('<stop_frame>49</stop_frame>', '').replace('>50<', '>17<')
    found = cvat.read(source(tmp_path, 'a.xml', text))
    assert found.rows[1].frames == (40, 48)
    assert not found.claims


@pytest.mark.parametrize(
    ('old', 'new', 'said'),
    [
        ('<tag frame="20" label="pour"/>', '<image id="0"/>', 'not CVAT for video 1.1'),
        ('task>', 'project>', 'not CVAT for video 1.1 of one task'),
        ('frame="9"', 'frame="x"', "track 1: frame must be an integer, got 'x'"),
        ('>50<', '>many<', 'must be an integer'),
    ],
)
def test_bad_files_are_named(tmp_path, old, new, said):
    with pytest.raises(ValueError, match=f'a.xml: {said}'):
        cvat.read(source(tmp_path, 'a.xml', CVAT.replace(old, new)))
