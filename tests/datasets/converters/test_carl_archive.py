import importlib.util
import json
import math
import os
import pickle
from pathlib import Path

import numpy as np
import pytest
import torch

from carl_mm.datasets.annotations import validate_annotations
from carl_mm.datasets.converters.carl_archive import (
    annotations_from_carl_archive,
    archive_form,
)
from carl_mm.datasets.converters.conversion import describe
from carl_mm.datasets.converters.safe_pickle.restricted_pickle import RefusedPickleError
from carl_mm.datasets.video_io.video_writer import write_mp4
from tests.datasets.converters.published import picture, thirds, train_and_test

TOOL = Path(__file__).parents[3] / 'tools' / 'dataset_converters' / 'carl_archive.py'
GOLF, SQUAT = 5, 10  # action labels
ADDITIONAL = 'additional_v1.0.pkl'


def video(folder, name, num_frames, video_dir='videos', **content):
    """A dict of an archive, and its video."""
    file = f'{video_dir}/{name}.mp4'
    write_mp4(folder / file, [picture(index) for index in range(num_frames)], 25)
    return {
        'id': 0,
        'name': name,
        'video_file': file,
        'frame_label': torch.from_numpy(thirds(num_frames)[0]),
        'seq_len': num_frames,
    } | content


def dump(path, data):
    path.write_bytes(pickle.dumps(data, protocol=4))


@pytest.fixture
def penn(tmp_path):
    """Four golf swings and a squat, as published."""
    videos = [
        video(tmp_path, f'000{index}_golf_swing', 12 + index, action_label=GOLF)
        for index in range(4)
    ]
    videos.append(video(tmp_path, '0004_squat', 9, action_label=SQUAT))
    train, val = [*videos[:2], videos[4]], videos[2:4]
    dump(tmp_path / 'train.pkl', (train, [[] for _ in range(13)]))
    dump(tmp_path / 'val.pkl', (val, [[] for _ in range(13)]))
    return tmp_path


def convert(folder, archive='penn_action', **kwargs):
    return annotations_from_carl_archive(folder, archive_form(archive, **kwargs))


def spoil(folder, name='train.pkl', index=0, **content):
    """Change an entry of an archive; None drops the key."""
    data = pickle.loads((folder / name).read_bytes())
    entries = data[0] if isinstance(data, tuple) else data
    entries[index] |= content
    entries[index] = {k: v for k, v in entries[index].items() if v is not None}
    dump(folder / name, data)


def test_penn_action_converts_trains_and_is_evaluated(penn):
    annotations, summary = convert(penn)
    validate_annotations(annotations, 'penn')
    assert len(annotations['metainfo']['phases']) == 13
    entries = {entry['filename']: entry for entry in annotations['data_list']}
    assert set(entries) == {path.name for path in (penn / 'videos').iterdir()}
    assert entries['0002_golf_swing.mp4'] == {
        'filename': '0002_golf_swing.mp4',
        'split': 'test',
        'num_frames': 14,
        'action': 'golf_swing',
        'phases': thirds(14)[1],
    }
    assert entries['0004_squat.mp4']['action'] == 'squat'
    assert (summary.splits, summary.left_out) == ({'train': 3, 'test': 2}, {})
    said = describe(summary)
    assert 'warning   squat: has no test video' in said
    assert said.count('warning') == 1  # none of the actions without a video
    metrics = train_and_test(penn, annotations, penn / 'videos')
    assert math.isfinite(metrics['phase_classification/acc'])


def test_pouring_has_one_action(tmp_path):
    dump(tmp_path / 'train.pkl', [video(tmp_path, 'a', 8)])
    labels = torch.tensor([-1, 4, 4, -1])
    dump(tmp_path / 'val.pkl', [video(tmp_path, 'b', 4, frame_label=labels)])
    annotations, _ = convert(tmp_path, 'pouring')
    names = [f'phase_{index}' for index in range(5)]
    assert annotations['metainfo'] == {'phases': {'pouring': names}}
    by_split = {entry['split']: entry for entry in annotations['data_list']}
    assert by_split['train']['phases'] == thirds(8)[1]
    assert by_split['test']['phases'] == [[1, 2, 4]]
    assert by_split['test']['action'] == 'pouring'


@pytest.fixture
def finegym(tmp_path):
    """Two train events, one of them tested too, one test event, one additional."""

    def event(name, labels, video_dir='processed_videos'):
        labels = torch.tensor(labels, dtype=torch.float32)
        return video(
            tmp_path, name, len(labels), video_dir, frame_label=labels, event_label=1
        )

    shared = event('S_E_000001_000002', [-1, 7, 7])
    train = [event('A_E_000001_000002', [-1, 98, 98, 0, -1]), shared]
    val = [{**shared, 'frame_label': torch.tensor([3.0, -1, -1])}]
    val.append(event('T_E_000001_000002', [5, 5]))
    for classes in (99, 288):
        dump(tmp_path / f'gym{classes}_train_v1.0.pkl', train)
        dump(tmp_path / f'gym{classes}_val.pkl', val)
    more = event('M_E_000001_000002', [-1, -1], 'additional_processed_videos')
    dump(tmp_path / ADDITIONAL, [more])
    return tmp_path


@pytest.mark.parametrize('classes', [99, 288])
def test_finegym(finegym, classes):
    annotations, summary = convert(finegym, f'finegym{classes}')
    validate_annotations(annotations, 'finegym')
    phases = annotations['metainfo']['phases']
    assert phases == {'gymnastics': [f'class_{index}' for index in range(classes)]}
    found = [
        (entry['filename'].split('/')[1][0], entry['split'], entry.get('phases'))
        for entry in annotations['data_list']
    ]
    assert found == [
        ('A', 'train', [[1, 2, 98], [3, 3, 0]]),
        ('S', 'train', [[1, 2, 7]]),
        ('M', 'train', None),
        ('S', 'test', [[0, 0, 3]]),
        ('T', 'test', [[0, 1, 5]]),
    ]
    assert summary.num_labelled == 4
    assert summary.warnings == []
    metrics = train_and_test(finegym, annotations, finegym, ['PhaseClassification'])
    assert math.isfinite(metrics['phase_classification/acc'])


def test_finegym_without_additional_and_with_names(finegym):
    (finegym / ADDITIONAL).unlink()
    names = [f'turn {index}' for index in range(99)]
    annotations, summary = convert(finegym, 'finegym99', categories=names)
    assert annotations['metainfo']['phases']['gymnastics'] == names
    assert summary.left_out == {ADDITIONAL: 'no such file'}
    with pytest.raises(
        ValueError, match='finegym288 has 288 classes, but 99 names were given'
    ):
        convert(finegym, 'finegym288', categories=names)
    with pytest.raises(ValueError, match="unknown archive 'gym'; known: penn_action"):
        archive_form('gym')


def test_missing_and_unreadable_videos_are_left_out(penn):
    (penn / 'videos' / '0001_golf_swing.mp4').unlink()
    (penn / 'videos' / '0004_squat.mp4').write_bytes(b'no video')
    annotations, summary = convert(penn)
    assert len(annotations['data_list']) == 3
    assert list(summary.left_out) == ['0001_golf_swing.mp4', '0004_squat.mp4']
    assert summary.left_out['0001_golf_swing.mp4'] == 'no such file'
    assert 'cannot be decoded' in summary.left_out['0004_squat.mp4']


@pytest.mark.parametrize(
    ('content', 'reason'),
    [
        ({'frame_label': torch.tensor([0] * 11 + [3])}, 'frame 11: label 3 is outside'),
        ({'frame_label': torch.zeros(11)}, '11 frame_labels, but seq_len is 12'),
        ({'frame_label': None}, '0 frame_labels, but seq_len is 12'),
        ({'frame_label': torch.zeros(12, 2)}, r'float32 of shape \(12, 2\)'),
        ({'frame_label': [0.5] * 12}, 'label 0.5 is outside'),
        ({'action_label': 13}, 'action_label 13 is outside 0 to 12'),
        ({'action_label': None}, 'action_label None is outside'),
        ({'seq_len': 0}, 'seq_len must be a positive integer, got 0'),
        ({'seq_len': '12'}, "seq_len must be a positive integer, got '12'"),
        ({'video_file': '/etc/a.mp4'}, 'video_file must be a path in the archive'),
        ({'video_file': 'videos/../../a.mp4'}, 'video_file must be a path in the arc'),
        ({'video_file': 'clips/a.mp4'}, r'video_file must be in videos/, got .clips/a'),
        ({'video_file': None}, 'video_file must be a path in the archive, got None'),
    ],
)
def test_what_is_inconsistent_is_refused_by_name(penn, content, reason):
    spoil(penn, **content)
    with pytest.raises(ValueError, match=rf'train\.pkl: entry 0 \(.*\): .*{reason}'):
        convert(penn)


def test_two_videos_of_one_name(penn):
    first = {'video_file': 'videos/0000_golf_swing.mp4'}
    spoil(penn, index=1, **first)
    with pytest.raises(
        ValueError, match=r'train\.pkl: entry 1 \(.*0000.*\): is also .* 0'
    ):
        convert(penn)
    spoil(penn, index=1, video_file='videos/0001_golf_swing.mp4')
    spoil(penn, 'val.pkl', **first)
    with pytest.raises(ValueError, match=r'0000_golf_swing\.mp4 is in train.pkl and v'):
        convert(penn)


def test_all_problems_come_at_once(penn):
    spoil(penn, index=0, seq_len=0)
    spoil(penn, index=1, action_label=99)
    with pytest.raises(ValueError, match=r'train\.pkl: 2 problems') as error:
        convert(penn)
    assert 'got 0' in str(error.value)
    assert 'action_label 99' in str(error.value)


def test_a_video_of_another_length_is_named(penn):
    spoil(penn, seq_len=13, frame_label=np.zeros(13))
    with pytest.raises(
        ValueError, match=r'0000_golf_swing\.mp4 has 12 frames, but its seq_len is 13'
    ):
        convert(penn)


@pytest.mark.parametrize('data', [{'a': 1}, [1, 2], ([], [], []), 'text', None])
def test_another_form_of_pickle_is_named(penn, data):
    dump(penn / 'train.pkl', data)
    with pytest.raises(ValueError, match=r'train\.pkl: must be a list of dicts'):
        convert(penn)


class RunsCode:
    def __init__(self, marker):
        self.marker = marker

    def __reduce__(self):
        return os.system, (f'touch {self.marker}',)


def test_a_pickle_that_would_run_code_is_refused_by_name(penn):
    marker = penn / 'ran'
    spoil(penn, 'val.pkl', frame_label=RunsCode(marker))
    marker.unlink(missing_ok=True)
    with pytest.raises(RefusedPickleError, match=r'val\.pkl: refused: .*posix\.system'):
        convert(penn)
    assert not marker.exists()


def test_missing_pickles_and_no_video_left(penn):
    for path in (penn / 'videos').iterdir():
        path.unlink()
    with pytest.raises(ValueError, match='no video is left') as error:
        convert(penn)
    assert '0004_squat.mp4: no such file' in str(error.value)
    (penn / 'train.pkl').unlink()
    should_lie = r'no such file; .* should contain train\.pkl, val\.pkl and videos/'
    with pytest.raises(FileNotFoundError, match=rf'train\.pkl: {should_lie}'):
        convert(penn)
    with pytest.raises(FileNotFoundError, match=rf'gone/train\.pkl: {should_lie}'):
        convert(penn / 'gone')
    with pytest.raises(
        FileNotFoundError, match=r'train_v1\.0\.pkl.* gym99_val\.pkl and'
    ):
        convert(penn, 'finegym99')


@pytest.mark.parametrize('label', [0, GOLF, np.int64(3)])
def test_a_penn_archive_given_as_another_is_refused(penn, finegym, label):
    with pytest.raises(
        ValueError, match=r'val\.pkl: 2 problems:\n.*has action_label 5, as only'
    ):
        convert(penn, 'pouring')
    spoil(finegym, 'gym99_val.pkl', action_label=label)
    with pytest.raises(
        ValueError, match=r'gym99_val\.pkl: entry 0 .*: has action_label'
    ):
        convert(finegym, 'finegym99')


@pytest.fixture
def tool():
    spec = importlib.util.spec_from_file_location('carl_archive_tool', TOOL)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_tool(tool, penn, capsys):
    out = penn / 'annotations.json'
    assert tool.main(['penn_action', str(penn), str(out)]) == 0
    assert '5 (train 3, test 2), 63 frames' in capsys.readouterr().out
    assert len(json.loads(out.read_text())['data_list']) == 5
    out.unlink()
    spoil(penn, seq_len=0)
    assert tool.main(['penn_action', str(penn), str(out)]) == 1
    assert 'error: ' in capsys.readouterr().err
    assert not out.exists()
    with pytest.raises(SystemExit):
        tool.main(['penn_action', str(penn), str(out), '--categories', 'x.txt'])


def test_the_tool_takes_names_of_classes(tool, finegym):
    lines = [f'Clabel: {i}; set: 1; Glabel: {i}; (VT) turn {i}' for i in range(99)]
    (finegym / 'names.txt').write_text('\n'.join(lines))
    out = finegym / 'annotations.json'
    args = ['finegym99', str(finegym), str(out)]
    assert tool.main([*args, '--categories', str(finegym / 'names.txt')]) == 0
    phases = json.loads(out.read_text())['metainfo']['phases']
    assert phases['gymnastics'][98] == '(VT) turn 98'
