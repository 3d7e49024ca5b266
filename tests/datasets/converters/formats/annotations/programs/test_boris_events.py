"""BORIS's tables of events."""

import pytest

from carl_mm.datasets.converters.formats.annotations.programs import boris_events
from tests.datasets.converters.formats.annotations.samples import (
    AGGREGATED,
    TABULAR,
    labelled,
    left_out,
    same,
    source,
    spans,
)


def test_aggregated_events(tmp_path):
    file = source(tmp_path, 'e.tsv', AGGREGATED)
    assert boris_events.matches(file)
    found = boris_events.read(file)
    assert found.rows[0].times == pytest.approx((0.4, 1.0))
    assert [(r.track, r.phase, r.confidence) for r in found.rows] == [
        ('Ann', 'reach', 0.9)
    ]
    assert found.claims['/home/me/a.mp4'].fps == 25
    assert left_out(found) == {
        'comments': 1,
        "column 'Weather'": 1,
        'modifiers': 1,
        'point events': 1,
    }


def test_tabular_events(tmp_path):
    file = source(tmp_path, 'e.csv', TABULAR)
    assert boris_events.matches(file)
    found = boris_events.read(file)
    assert spans(found) == [('Ann', 'reach', (0.4, 1.0), None)]
    assert left_out(found) == {'point events': 1}


def test_what_is_written_is_read(tmp_path):
    video = labelled(action='cook')
    found = boris_events.read(source(tmp_path, 'e.tsv', boris_events.write([video])))
    assert same(video, found, 'No focal subject')
    assert found.actions == {'sub/a b.mp4': 'cook'}
    assert not left_out(found) and not found.problems


@pytest.mark.parametrize(
    ('old', 'new', 'said'),
    [
        ('0.400', 'soon', 'line 2: a.mp4: time must be in seconds or h:mm:ss'),
        ('STOP', 'POINT', "line 2: a.mp4: 'reach' of 'Ann' begins and does not end"),
        ('START', 'STOP', "line 2: a.mp4: 'reach' ends without a start"),
        ('STOP', 'START', "line 4: a.mp4: 'reach' begins twice"),
    ],
)
def test_bad_rows_are_named(tmp_path, old, new, said):
    found = boris_events.read(source(tmp_path, 'e.csv', TABULAR.replace(old, new)))
    assert found.problems[0].startswith(said)
