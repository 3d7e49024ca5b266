import csv
import json

import numpy as np
import pytest
from mmaction.datasets import ActivityNetDataset

from carl_mm.apis.localization.formats import (
    annotation_files,
    localized_video,
    write_features,
)

TRUTH = {
    'a': {
        'subset': 'validation',
        'duration': 99,
        'annotations': [{'segment': [0.5, 2], 'label': 'Diving'}],
    },
    'b': {'subset': 'testing', 'annotations': []},
}
ENTRY = {
    'filename': 'v_a.mp4',
    'split': 'train',
    'action': 'pour',
    'phases': [[0, 9, 1], [20, 20, 0]],
}
PHASES = {'pour': ['tilt', 'hold']}


def test_segments_of_the_truth():
    video = localized_video('a', ENTRY, 100, 25.0, PHASES, TRUTH)
    assert (video.name, video.subset) == ('v_a', 'validation')
    assert video.entry == {
        'duration_second': 4.0,  # the file's, not the truth's
        'duration_frame': 100,
        'feature_frame': 100,
        'fps': 25.0,
        'rfps': 25.0,
        'annotations': [{'segment': [0.5, 2], 'label': 'Diving'}],
    }


def test_segments_of_phase_rows_have_both_ends_in():
    video = localized_video('a', ENTRY, 100, 10.0, PHASES, None)
    assert video.subset == 'training'
    assert video.entry['annotations'] == [
        {'segment': [0.0, 1.0], 'label': 'hold'},
        {'segment': [2.0, 2.1], 'label': 'tilt'},
    ]
    assert not localized_video(
        'c', {'filename': 'c.mp4', 'split': 'val'}, 10, 10.0, {}, None
    ).entry['annotations']


def videos():
    labelled = [('a', 'train'), ('d', 'train'), ('e', 'val')]
    made = [
        localized_video(name, ENTRY | {'split': split}, 100, 25.0, PHASES, None)
        for name, split in labelled
    ]
    return [*made, localized_video('b', ENTRY, 100, 25.0, PHASES, TRUTH)]


def test_bmns_files_are_by_subset_and_hold_no_video_without_a_segment():
    files = annotation_files(videos(), 'bmn')
    assert {name: list(json.loads(text)) for name, text in files.items()} == {
        'anet_anno_train.json': ['v_a', 'v_d'],
        'anet_anno_val.json': ['v_e'],
    }
    assert json.loads(files['anet_anno_val.json'])['v_e'] == videos()[2].entry


def test_gtads_files_are_one_of_all_and_a_table():
    files = annotation_files(videos(), 'gtad')
    assert files.keys() == {'anet_anno_action.json', 'video_info_new.csv'}
    entries = json.loads(files['anet_anno_action.json'])
    assert list(entries) == ['v_a', 'v_d', 'v_e']
    rows = list(csv.DictReader(files['video_info_new.csv'].splitlines()))
    assert [row['video'] for row in rows] == ['v_a', 'v_d', 'v_e']
    assert [row['subset'] for row in rows] == ['training', 'training', 'validation']
    assert (rows[0]['numFrame'], rows[0]['seconds']) == ('100', '4.0')


def test_features_come_back_bit_by_bit(tmp_path):
    rows = np.random.default_rng(0).normal(size=(5, 3)) * 1e-3
    write_features(tmp_path / 'new' / 'v_a.csv', rows)
    write_features(tmp_path / 'new' / 'v_a.npy', rows)
    (tmp_path / 'anno.json').write_text(json.dumps({'v_a': videos()[0].entry}))
    dataset = ActivityNetDataset(
        'anno.json',
        data_root=str(tmp_path),
        data_prefix=dict(video='new'),
        pipeline=[dict(type='LoadLocalizationFeature')],
    )
    np.testing.assert_array_equal(dataset[0]['raw_feature'].T, rows.astype(np.float32))
    array = np.load(tmp_path / 'new' / 'v_a.npy')
    assert array.dtype == np.float32
    np.testing.assert_array_equal(array, rows.astype(np.float32))


def test_a_write_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / 'v_a.npy'
    write_features(path, np.zeros((2, 2)))

    def broken(stream, rows):
        stream.write(b'half')
        raise OSError('disk full')

    monkeypatch.setattr(np, 'save', broken)
    with pytest.raises(OSError, match='disk full'):
        write_features(path, np.ones((2, 2)))
    assert [file.name for file in tmp_path.iterdir()] == ['v_a.npy']
    assert not np.load(path).any()
