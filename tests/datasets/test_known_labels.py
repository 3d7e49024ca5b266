import json
import unicodedata

import numpy as np
import pytest

from carl_mm.datasets.converters.formats.tables.frame_count import FrameCount
from carl_mm.datasets.known_labels import is_annotation_file, known_labels

FPS = 10
HEADER = 'filename,first_frame,last_frame,phase\n'


def times(lengths):
    return {name: np.arange(length) / FPS for name, length in lengths.items()}


def test_a_csv_names_videos_by_the_ends_of_their_paths(tmp_path):
    path = tmp_path / 'labels.csv'
    path.write_text(
        HEADER + 'b.mp4,0,1,lift\nb.mp4,2,3,drop\nx/a.mp4,1,2,drop\na.mp4,0,3,hold\n'
        'other.mp4,0,9,else\n'
    )
    lengths = {'/data/x/a.mp4': 4, 'y/b.mp4': 5, '/data/y/a.mp4': 4, 'cb.mp4': 3}
    labels, phases = known_labels(path, times(lengths))
    assert phases == ['hold', 'lift', 'drop']  # by mean first frame: 0, 0, 1.5
    assert labels[0].tolist() == [-1, 2, 2, -1]
    assert labels[1].tolist() == [1, 1, 2, 2, -1]
    assert labels[2].tolist() == [0] * 4
    assert labels[3] is None


def test_an_annotation_file(tmp_path):
    path = tmp_path / 'annotations.json'
    entries = [
        {'filename': 'a.mp4', 'action': 'u', 'phases': [[0, 1, 1]]},
        {'filename': 'b.mp4', 'action': 'v', 'phases': [[1, 1, 0], [2, 2, 1]]},
        {'filename': 'c.mp4'},
    ]
    for entry in entries:
        entry['split'] = 'test'
    metainfo = {'phases': {'u': ['x', 'y'], 'v': ['y', 'z']}}
    path.write_text(json.dumps({'metainfo': metainfo, 'data_list': entries}))
    labels, phases = known_labels(path, times({'/d/b.mp4': 3, 'a.mp4': 2, 'c.mp4': 1}))
    assert phases == ['y', 'z', 'x']
    assert labels[0].tolist() == [-1, 0, 1]
    assert labels[1].tolist() == [0, 0]
    assert labels[2] is None
    with pytest.raises(ValueError, match=r'a\.mp4: .*\[0, 1, 1\]'):
        known_labels(path, times({'a.mp4': 1}))


def test_bad_files_are_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r'none\.csv: no such file'):
        known_labels(tmp_path / 'none.csv', times({'a.mp4': 3}))
    path = tmp_path / 'labels.csv'
    path.write_text(HEADER + 'a.mp4,0,7,lift\n')
    with pytest.raises(ValueError, match=r'labels\.csv.*line 2: a\.mp4'):
        known_labels(path, times({'a.mp4': 3}))
    assert known_labels(path, times({'b.mp4': 3})) == ([None], [])


def test_names_times_and_counts_as_people_write_them(tmp_path):
    path = tmp_path / 'labels.csv'
    path.write_text(
        'Filename;Start s;End s;Phase;Note\n'
        'x\\é.mp4;0,0;0,2;lift;\n.\\x\\é.mp4;0:00,2;0:00,4;Lift;a\n'
    )
    remarks = []
    videos = times({unicodedata.normalize('NFD', '/data/x/é.mp4'): 5})
    labels, phases = known_labels(path, videos, remarks=remarks)
    assert phases == ['lift', 'Lift']
    assert labels[0].tolist() == [0, 0, 1, 1, -1]
    assert remarks == [
        f"{path}: not read: 'Note'",
        f"{path}: 'Lift' and 'lift' are phases of their own",
    ]
    path.write_text(HEADER + 'a.mp4,1,3,lift\na.mp4,3,4,drop\n')
    count = FrameCount(1, exclusive_end=True)
    labels, _ = known_labels(path, times({'a.mp4': 4}), count)
    assert labels[0].tolist() == [0, 0, 1, -1]
    with pytest.raises(ValueError, match='--exclusive-end'):
        known_labels(path, times({'a.mp4': 4}))


def test_videos_of_one_name_may_have_other_lengths(tmp_path):
    path = tmp_path / 'labels.csv'
    path.write_text(HEADER + 'a.mp4,0,2,lift\n')
    labels, _ = known_labels(path, times({'x/a.mp4': 3, 'y/a.mp4': 4}))
    assert [each.tolist() for each in labels] == [[0, 0, 0], [0, 0, 0, -1]]
    with pytest.raises(ValueError, match='line 2: a.mp4: last frame 2 is past'):
        known_labels(path, times({'x/a.mp4': 2, 'y/a.mp4': 4}))


def test_files_of_other_programs(tmp_path):
    """Label Studio's are called .json, as annotation files are."""
    path = tmp_path / 'tasks.json'
    region = {'ranges': [{'start': 2, 'end': 4}], 'timelinelabels': ['x']}
    tasks = [
        {
            'data': {'video': f'/data/upload/1/0a1b2c3d-{name}.mp4'},
            'annotations': [
                {'result': [{'type': 'timelinelabels', 'value': region}]},
            ],
        }
        for name in 'abc'
    ]
    path.write_text(json.dumps(tasks))
    videos = {'../far/a.mp4': np.arange(6) / 5, 'd.mp4': np.arange(9) / 5}
    remarks = []
    labels, phases = known_labels(path, videos, remarks=remarks)
    assert (labels[0].tolist(), labels[1], phases) == (
        [-1, 0, 0, 0, -1, -1],
        None,
        ['x'],
    )
    assert remarks[0].startswith(f'{path}: 2 of its 3 videos are not here: ')
    assert not is_annotation_file(path)
    path.write_text('{"metainfo": {}, "data_list": []}')
    assert is_annotation_file(path)
    (tmp_path / 'a.vtt').write_text('WEBVTT\n\n00:00.200 --> 00:00.600\nx\n')
    labels, _ = known_labels(tmp_path / 'a.vtt', videos)
    assert labels[0].tolist() == [-1, 0, 0, -1, -1, -1]
