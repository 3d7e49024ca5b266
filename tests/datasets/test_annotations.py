import copy
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carl_mm.datasets.annotations import (
    check_rows_fit,
    frame_labels,
    load_annotations,
    validate_annotations,
)

GOOD = {
    'metainfo': {'phases': {'pour': ['lift', 'tilt']}},
    'data_list': [
        {
            'filename': 'a.mp4',
            'split': 'train',
            'action': 'pour',
            'num_frames': 10,
            'phases': [[0, 3, 0], [6, 9, 1]],
        },
        {'filename': 'b.mp4', 'split': 'test'},
    ],
}


def test_frame_labels_by_hand():
    labels = frame_labels([[1, 2, 1], [4, 4, 0]], 6)
    assert labels.tolist() == [-1, 1, 1, -1, 0, -1]
    assert labels.dtype == np.int64
    assert frame_labels([], 3).tolist() == [-1, -1, -1]


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(-1, 3)), min_size=1))
def test_frame_labels_equals_a_loop(runs):
    rows, expected = [], []
    for length, label in runs:
        if label >= 0:
            rows.append([len(expected), len(expected) + length - 1, label])
        expected += [label] * length
    assert frame_labels(rows, len(expected)).tolist() == expected


def test_a_video_may_stand_in_two_splits_with_other_labels():
    validate_annotations(entry(filename='b.mp4'), 'a.json')


@pytest.mark.parametrize(
    ('rows', 'message'),
    [
        ([[0, 6, 0]], r'phases\[0\] \[0, 6, 0\]: last frame 6 is past .* 6 frames'),
        ([[3, 2, 0]], 'first frame 3 is after last frame 2'),
        ([[-1, 2, 0]], 'first frame -1 is negative'),
        ([[0, 1, -1]], 'label -1'),
        ([[0, 3, 0], [3, 4, 1]], r'phases\[1\] \[3, 4, 1\]: overlaps phases\[0\]'),
        ([[0, 1.5, 0]], 'three integers'),
    ],
)
def test_frame_labels_refuses(rows, message):
    with pytest.raises(ValueError, match=message):
        frame_labels(rows, 6)


def test_good_annotations_load(tmp_path):
    path = tmp_path / 'good.json'
    path.write_text(json.dumps(GOOD))
    assert load_annotations(path) == GOOD


def entry(**changes):
    annotations = copy.deepcopy(GOOD)
    annotations['data_list'][0].update(changes)
    return annotations


@pytest.mark.parametrize(
    ('annotations', 'message'),
    [
        (entry(phases=[[0, 5, 0], [5, 9, 1]]), r'phases\[1\] \[5, 9, 1\]: overlaps'),
        (entry(phases=[[0, 9, 0], [2, 3, 1]]), r'\[2, 3, 1\]: overlaps phases\[0\]'),
        (entry(phases=[[5, 4, 0]]), 'first frame 5 is after last frame 4'),
        (entry(phases=[[-2, 4, 0]]), 'first frame -2 is negative'),
        (entry(phases=[[0, 4, 2]]), 'label 2 is outside 0 to 1'),
        (entry(phases=[[0, 10, 0]]), 'last frame 10 is past the end'),
        (entry(phases=[[0, True, 0]]), 'three integers'),
        (entry(phases=None), 'list of'),
        (entry(action='stir'), "action 'stir' are not listed in metainfo.phases"),
        (entry(action=7), 'action must be a name, got 7'),
        (entry(split='dev'), "unknown split 'dev'; known: train, val, test"),
        (entry(num_frames=0), 'num_frames must be a positive integer, got 0'),
        (
            entry(filename='b.mp4', split='test'),
            r'data_list\[1\] \(b.mp4\): has the file and the split of data_list\[0\]',
        ),
        (entry(fps=30), "unknown key 'fps'"),
        ({'data_list': []}, "missing key 'metainfo'"),
        ({'metainfo': {}, 'data_list': []}, 'at least one video'),
        ({'metainfo': {}, 'data_list': [{'split': 'val'}]}, "missing key 'filename'"),
        ({**GOOD, 'extra': 1}, "unknown key 'extra'"),
        ({**GOOD, 'metainfo': {'phases': {'pour': 'lift'}}}, 'list of different phase'),
        ([], 'must be a mapping, got list'),
    ],
)
def test_bad_annotations_are_refused_by_name(annotations, message):
    with pytest.raises(ValueError, match=message) as error:
        validate_annotations(annotations, 'set.json')
    assert 'set.json' in str(error.value)


def test_phases_without_an_action_are_refused():
    annotations = copy.deepcopy(GOOD)
    del annotations['data_list'][0]['action']
    with pytest.raises(ValueError, match='a.mp4.*phases but no action'):
        validate_annotations(annotations, 'set.json')


def test_all_problems_at_once():
    annotations = entry(split='dev', phases=[[5, 4, 0], [0, 1, 9]])
    with pytest.raises(ValueError, match='3 problems') as error:
        validate_annotations(annotations, 'set.json')
    assert all(text in str(error.value) for text in ("'dev'", '[5, 4', 'label 9'))


def test_not_json(tmp_path):
    path = tmp_path / 'bad.json'
    path.write_text('{')
    with pytest.raises(ValueError, match='bad.json: not a JSON file'):
        load_annotations(path)


def test_rows_are_checked_against_a_length_read_later():
    check_rows_fit(GOOD['data_list'][0], 10, 'set.json')
    check_rows_fit(GOOD['data_list'][1], 1, 'set.json')
    with pytest.raises(
        ValueError, match=r'set.json: a.mp4: phases\[1\] \[6, 9, 1\].* has 9 frames'
    ):
        check_rows_fit(GOOD['data_list'][0], 9, 'set.json')
