"""Projects for BORIS, by its documented form: its package needs a screen to be read."""

import json

from carl_mm.datasets.converters.formats.annotations.programs import (
    boris_project,
    boris_writing,
)
from tests.datasets.converters.formats.annotations.samples import (
    ODD,
    labelled,
    left_out,
    same,
    source,
)


def test_what_is_written_is_read(tmp_path):
    video = labelled(action='cook')
    file = source(tmp_path, 'p.boris', boris_writing.write([video]))
    found = boris_project.read(file)
    assert same(video, found, 'No focal subject')
    assert found.actions == {'sub/a b.mp4': 'cook'}
    assert not left_out(found) and not found.problems


def test_what_boris_needs_is_there():
    project = json.loads(boris_writing.write([labelled(), labelled(filename='b.mp4')]))
    kinds = project['behaviors_conf'].values()
    assert [kind['code'] for kind in kinds] == ODD
    assert {kind['type'] for kind in kinds} == {'State event'}
    needed = {'subjects_conf', 'behavioral_categories', 'independent_variables'}
    needed |= {'coding_map', 'behaviors_coding_map', 'converters', 'time_format'}
    assert needed <= project.keys()
    observation = project['observations']['b.mp4']
    assert observation['file'] == {'1': ['b.mp4']}
    assert observation['media_info']['fps'] == {'b.mp4': 25.0}
    assert observation['events'][2] == [
        *(0.4, '', ODD[1], '', 'confidence 0.815'),
        10,
    ]
    assert observation['events'][3][0] == 0.8
