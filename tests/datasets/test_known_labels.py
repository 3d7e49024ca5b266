import json

import pytest

from carl_mm.datasets.known_labels import known_labels

HEADER = 'filename,first_frame,last_frame,phase\n'


def test_a_csv_names_videos_by_the_ends_of_their_paths(tmp_path):
    path = tmp_path / 'labels.csv'
    path.write_text(
        HEADER + 'b.mp4,0,1,lift\nb.mp4,2,3,drop\nx/a.mp4,1,2,drop\na.mp4,0,3,hold\n'
        'other.mp4,0,9,else\n'
    )
    videos = {'/data/x/a.mp4': 4, 'y/b.mp4': 5, '/data/y/a.mp4': 4, 'cb.mp4': 3}
    labels, phases = known_labels(path, videos)
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
    labels, phases = known_labels(path, {'/d/b.mp4': 3, 'a.mp4': 2, 'c.mp4': 1})
    assert phases == ['y', 'z', 'x']
    assert labels[0].tolist() == [-1, 0, 1]
    assert labels[1].tolist() == [0, 0]
    assert labels[2] is None
    with pytest.raises(ValueError, match=r'a\.mp4: .*\[0, 1, 1\]'):
        known_labels(path, {'a.mp4': 1})


def test_bad_files_are_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r'none\.csv: no such file'):
        known_labels(tmp_path / 'none.csv', {'a.mp4': 3})
    path = tmp_path / 'labels.csv'
    path.write_text(HEADER + 'a.mp4,0,7,lift\n')
    with pytest.raises(ValueError, match=r'labels\.csv.*line 2: a\.mp4'):
        known_labels(path, {'a.mp4': 3})
    assert known_labels(path, {'b.mp4': 3}) == ([None], [])
