import copy
import csv
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
from carl_mm.datasets.converters.folder import annotations_from_folder
from carl_mm.datasets.video_io.video_writer import write_mp4

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


@pytest.fixture(scope='module')
def video_dir(tmp_path_factory):
    """Videos of 10, 20 and 5 frames; empty, text and hidden files beside them."""
    folder = tmp_path_factory.mktemp('videos')
    for name, length in (('a.mp4', 10), ('sub/b.MKV', 20), ('c.webm', 5)):
        made = folder.parent / f'{length}.mp4'
        write_mp4(
            made, [np.full((32, 32, 3), 9 * i, np.uint8) for i in range(length)], 10
        )
        (folder / name).parent.mkdir(exist_ok=True)
        made.rename(folder / name)
    (folder / 'empty.mp4').touch()
    (folder / 'text.mov').write_text('no video')
    (folder / '._a.mp4').touch()
    (folder / 'notes.txt').touch()
    return folder


def write_csv(path, *rows):
    with open(path, 'w', newline='', encoding='utf-8-sig') as file:
        csv.writer(file).writerows(rows)
    return path


LABELS = ['filename', 'first_frame', 'last_frame', 'phase']


def test_folder_without_labels(video_dir):
    annotations, summary = annotations_from_folder(video_dir)
    assert annotations == {
        'metainfo': {},
        'data_list': [
            {'filename': 'a.mp4', 'split': 'train', 'num_frames': 10},
            {'filename': 'c.webm', 'split': 'train', 'num_frames': 5},
            {'filename': 'sub/b.MKV', 'split': 'train', 'num_frames': 20},
        ],
    }
    validate_annotations(annotations, 'made')
    assert list(summary.left_out) == ['empty.mp4', 'text.mov']
    assert (summary.num_videos, summary.num_frames, summary.num_labelled) == (3, 35, 0)


def test_phases_are_ordered_by_relative_start(video_dir, tmp_path):
    labels = write_csv(
        tmp_path / 'labels.csv',
        LABELS,
        ['a.mp4', 5, 9, 'late'],
        ['sub/b.MKV', 10, 19, 'late'],
        ['sub/b.MKV', 8, 9, 'early'],
        ['c.webm', 0, 4, 'late'],
    )
    splits = write_csv(
        tmp_path / 'splits.csv',
        ['filename', 'split'],
        ['a.mp4', 'train'],
        ['sub/b.MKV', 'test'],
    )
    annotations, summary = annotations_from_folder(video_dir, labels, splits)
    # late: (0.5 + 0.5) / 2 over the videos that stay; early: 0.4. In frames the
    # order would be the other way round: 7.5 against 8.
    assert annotations['metainfo'] == {'phases': {'action': ['early', 'late']}}
    assert [e['filename'] for e in annotations['data_list']] == ['a.mp4', 'sub/b.MKV']
    assert annotations['data_list'][1] == {
        'filename': 'sub/b.MKV',
        'split': 'test',
        'num_frames': 20,
        'action': 'action',
        'phases': [[8, 9, 0], [10, 19, 1]],
    }
    assert 'no row in' in summary.left_out['c.webm']
    assert summary.splits == {'train': 1, 'test': 1}
    validate_annotations(annotations, 'made')

    given, _ = annotations_from_folder(
        video_dir, labels, splits, phases=['late', 'early'], action='pour'
    )
    assert given['metainfo'] == {'phases': {'pour': ['late', 'early']}}
    assert given['data_list'][0]['phases'] == [[5, 9, 0]]


def test_a_column_of_actions(video_dir, tmp_path):
    labels = write_csv(
        tmp_path / 'labels.csv',
        [*LABELS, 'action'],
        ['a.mp4', 0, 4, 'one', 'pour'],
        ['c.webm', 0, 4, 'two', 'stir'],
    )
    annotations, summary = annotations_from_folder(video_dir, labels)
    assert summary.phases == {'pour': ['one'], 'stir': ['two']}
    actions = [e.get('action') for e in annotations['data_list']]
    assert actions == ['pour', 'stir', None]
    with pytest.raises(ValueError, match='has a column action'):
        annotations_from_folder(video_dir, labels, action='pour')


@pytest.mark.parametrize(
    ('row', 'message'),
    [
        (
            ['a.mp4', 3, 10, 'x'],
            'line 3: a.mp4: last frame 10 is past .* has 10 frames',
        ),
        (['a.mp4', 2, 4, 'x'], r'a.mp4: line 3 \(2 to 4\) overlaps line 2 \(0 to 2\)'),
        (['a.mp4', 5, 4, 'x'], 'line 3: a.mp4: first frame 5 is after last frame 4'),
        (['a.mp4', -1, 4, 'x'], 'line 3: a.mp4: first frame -1 is negative'),
        (['a.mp4', '3.5', 4, 'x'], "line 3: a.mp4: first_frame is no integer: '3.5'"),
        (['z.mp4', 3, 4, 'x'], "line 3: unknown file 'z.mp4'"),
        (['a.mp4', 3, 4, 'y'], "line 3: a.mp4: unknown phase 'y'; known: x"),
        (['a.mp4', 3, 4], 'line 3: 4 fields expected'),
    ],
)
def test_bad_label_rows_are_refused(video_dir, tmp_path, row, message):
    labels = write_csv(tmp_path / 'labels.csv', LABELS, ['a.mp4', 0, 2, 'x'], row)
    with pytest.raises(ValueError, match=message) as error:
        annotations_from_folder(video_dir, labels, phases=['x'])
    assert str(labels) in str(error.value)


def test_bad_files_of_labels(video_dir, tmp_path):
    labels = write_csv(tmp_path / 'l.csv', ['filename', 'first_frame', 'phases'])
    with pytest.raises(ValueError, match="missing column 'last_frame'") as error:
        annotations_from_folder(video_dir, labels)
    assert "unknown or repeated column 'phases'" in str(error.value)
    with pytest.raises(ValueError, match='no row under its header'):
        annotations_from_folder(video_dir, write_csv(tmp_path / 'm.csv', LABELS))
    (tmp_path / 'n.csv').write_bytes(b'filename\xff')
    with pytest.raises(ValueError, match=r'n\.csv: not a CSV file in UTF-8'):
        annotations_from_folder(video_dir, tmp_path / 'n.csv')
    with pytest.raises(FileNotFoundError, match='absent.csv'):
        annotations_from_folder(video_dir, tmp_path / 'absent.csv')


def test_all_problems_of_a_csv_at_once_and_no_more_than_twenty(video_dir, tmp_path):
    rows = [[f'{i}.mp4', 0, 1, 'x'] for i in range(25)]
    labels = write_csv(tmp_path / 'labels.csv', LABELS, *rows)
    with pytest.raises(ValueError, match='25 problems') as error:
        annotations_from_folder(video_dir, labels)
    assert "'19.mp4'" in str(error.value)
    assert "'20.mp4'" not in str(error.value)
    assert str(error.value).endswith('and 5 more')


@pytest.mark.parametrize(
    ('row', 'message'),
    [
        (['a.mp4', 'dev'], "line 3: a.mp4: unknown split 'dev'"),
        (['z.mp4', 'train'], "line 3: unknown file 'z.mp4'"),
        (['c.webm', 'test'], "line 3: a second row of 'c.webm'"),
    ],
)
def test_bad_splits_are_refused(video_dir, tmp_path, row, message):
    splits = write_csv(
        tmp_path / 'splits.csv', ['filename', 'split'], ['c.webm', 'train'], row
    )
    with pytest.raises(ValueError, match=message):
        annotations_from_folder(video_dir, splits_csv=splits)


def test_rows_of_an_unreadable_video_go_with_it(video_dir, tmp_path):
    labels = write_csv(
        tmp_path / 'l.csv', LABELS, ['a.mp4', 0, 2, 'x'], ['empty.mp4', 0, 99, 'gone']
    )
    annotations, summary = annotations_from_folder(video_dir, labels)
    assert annotations['metainfo']['phases'] == {'action': ['x']}
    assert 'empty.mp4' in summary.left_out


def test_a_folder_with_nothing_to_read(tmp_path):
    with pytest.raises(FileNotFoundError, match='absent'):
        annotations_from_folder(tmp_path / 'absent')
    with pytest.raises(ValueError, match='contains no video'):
        annotations_from_folder(tmp_path)
    (tmp_path / 'empty.mp4').touch()
    with pytest.raises(ValueError, match=r'no video is left: empty\.mp4: '):
        annotations_from_folder(tmp_path)
