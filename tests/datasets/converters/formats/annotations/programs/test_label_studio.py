"""Label Studio's tasks."""

import copy
import json

import pytest

from carl_mm.datasets.converters.formats.annotations.programs import label_studio
from tests.datasets.converters.formats.annotations.samples import (
    LABEL_STUDIO,
    as_json,
    labelled,
    left_out,
    ls_region,
    same,
    source,
    spans,
)


def read(tmp_path, tasks):
    file = as_json(tmp_path, 't.json', tasks)
    assert label_studio.matches(file)
    return label_studio.read(file)


def test_frames_count_from_1_and_the_last_one_is_in(tmp_path):
    found = read(tmp_path, LABEL_STUDIO)
    assert spans(found) == [
        ('steps', 'reach', (0, 9), None),
        ('steps', 'pour', (10, 24), 0.5),
    ]
    (claim,) = found.claims.values()
    assert claim.num_frames == 50
    assert left_out(found) == {
        'cancelled annotations': 1,
        'notes': 1,
        'predictions beside annotations': 1,
        'regions of type videorectangle': 1,
    }


def test_each_annotator_is_a_track_and_predictions_do_for_none(tmp_path):
    task = {'data': {'video': 'a.mp4'}, 'annotations': [], 'predictions': []}
    task['annotations'] = [{'result': [ls_region(1, 2, n)]} for n in 'xy']
    assert [row[0] for row in spans(read(tmp_path, [task]))] == ['steps', 'steps #2']
    task['predictions'] = task.pop('annotations')[:1]
    assert spans(read(tmp_path, [task])) == [('steps', 'x', (0, 1), None)]


def test_which_value_of_a_task_is_its_video(tmp_path):
    region = {'annotations': [{'result': [ls_region(1, 2, 'x')]}]}
    for data, name in (
        ({'id': 'x1', 'url': 'http://h/c%20d.mp4?t=1', 'action': 'cook'}, 'http'),
        ({'name': 'a.mp4', 'video': 'b'}, 'b'),
        ({'action': 'cook', 'clip': '/data/upload/1/x'}, '/data'),
    ):
        (video,) = read(tmp_path, [{'data': data, **region}]).videos
        assert video.startswith(name)
    (problem,) = read(tmp_path, [{'data': {'action': 'cook'}, **region}]).problems
    assert problem.startswith('task 1: names no video in its data')


def test_the_minimal_form(tmp_path):
    value = ls_region(3, 5, 'x')['value']
    task = {'video': 'a.mp4', 'steps': [value], 'annotator': 1, 'annotation_id': 2}
    found = read(tmp_path, [task])
    assert spans(found) == [('steps', 'x', (2, 4), None)]
    assert list(found.videos) == ['a.mp4']


@pytest.mark.parametrize('write', ['write', 'write_predictions'])
def test_what_is_written_is_read(tmp_path, write):
    video = labelled(action='cook')
    text = getattr(label_studio, write)([video])
    found = label_studio.read(source(tmp_path, 't.json', text))
    assert same(video, found, 'videoLabels', frames=True)
    assert list(found.actions.values()) == ['cook']
    (task,) = json.loads(text)
    assert ('predictions' in task) == (write == 'write_predictions')
    if write == 'write_predictions':
        assert task['predictions'][0]['score'] == 0.815
    assert task['data']['video'] == '/data/local-files/?d=sub/a%20b.mp4'


@pytest.mark.parametrize(
    ('region', 'said'),
    [
        (ls_region(0, 5, 'x'), 'task 1: region 1: frames count from 1'),
        (ls_region(1.5, 5, 'x'), 'task 1: region 1: start and end must be numbers'),
        (ls_region(None, 5, 'x'), 'task 1: region 1: start and end must be numbers'),
        ({'value': {'timelinelabels': ['x']}}, 'task 1: is not of the form'),
        (5, 'task 1: is not of the form'),
    ],
)
def test_bad_regions_are_named(tmp_path, region, said):
    tasks = copy.deepcopy(LABEL_STUDIO)
    tasks[0]['annotations'][0]['result'] = [region]
    assert read(tmp_path, tasks).problems[0].startswith(said)
