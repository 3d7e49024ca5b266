"""VIA 3's projects."""

import copy

import pytest

from carl_mm.datasets.converters.formats.annotations.programs import via
from tests.datasets.converters.formats.annotations.samples import (
    VIA,
    as_json,
    labelled,
    left_out,
    same,
    source,
    spans,
)


def test_spans_are_in_seconds(tmp_path):
    file = as_json(tmp_path, 'v.json', VIA)
    assert via.matches(file)
    found = via.read(file)
    assert list(found.videos) == ['a b.mp4']
    assert spans(found) == [
        ('step', 'reach', (0.0, 0.4), None),
        ('step', 'pour', (0.4, 1.0), None),
    ]
    assert left_out(found) == {
        'points in time': 1,
        'regions of pictures': 1,
        'values of whole videos': 1,
    }


def test_what_is_written_is_read(tmp_path):
    videos = [labelled(action='cook'), labelled(['x'], 'b.mp4')]
    found = via.read(source(tmp_path, 'v.json', via.write(videos)))
    assert list(found.videos) == ['sub/a b.mp4', 'b.mp4']
    assert found.actions == {'sub/a b.mp4': 'cook'}
    assert found.rows.pop().phase == 'x'
    assert same(videos[0], found, 'phase')
    assert not left_out(found) and not found.problems


@pytest.mark.parametrize('z', [['0', 1], [None, 1], [True, 1], [0, 1e300]])
def test_bad_times_are_named(tmp_path, z):
    project = copy.deepcopy(VIA)
    project['metadata']['1_b']['z'] = z
    (problem,) = via.read(as_json(tmp_path, 'v.json', project)).problems
    assert problem.startswith('metadata entry 2: must be a ')


def test_what_lacks_its_parts(tmp_path):
    for part, value in (('view', {}), ('file', {}), ('metadata', 5)):
        file = as_json(tmp_path, 'v.json', {**VIA, part: value})
        with pytest.raises(ValueError, match=r'v\.json: not of the form that VIA 3'):
            via.read(file)
