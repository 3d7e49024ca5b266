import importlib.util
import json
import math
from pathlib import Path

import numpy as np
import pytest
import scipy.io

from carl_mm.datasets.annotations import frame_labels, validate_annotations
from carl_mm.datasets.converters import encoding
from carl_mm.datasets.converters.formats.penn_action_labels import NUM_PHASES
from carl_mm.datasets.converters.penn_action import annotations_from_penn_action
from tests.datasets.converters.published import (
    check_pictures,
    jpeg,
    thirds,
    train_and_test,
    write_penn_video,
    write_phases,
)

TOOL = Path(__file__).parents[3] / 'tools' / 'dataset_converters' / 'penn_action.py'
LENGTHS = {'0001': 12, '0002': 15, '0003': 18, '0004': 13}  # the last two test


@pytest.fixture
def penn(tmp_path):
    """Four golf swings, as published."""
    for name, length in LENGTHS.items():
        write_penn_video(tmp_path / 'penn', name, 'golf_swing', length)
        split = 'train' if name < '0003' else 'val'
        write_phases(
            tmp_path / 'phases', split, 'golf_swing', name, thirds(length)[0], '_a'
        )
    return tmp_path


def convert(folder, encode=True, **kwargs):
    return annotations_from_penn_action(
        folder / 'penn',
        folder / 'phases',
        video_dir=folder / 'videos' if encode else None,
        **kwargs,
    )


@pytest.mark.parametrize('encode', [True, False], ids=['encoded', 'images'])
def test_converts_trains_and_is_evaluated(penn, encode):
    annotations, summary = convert(penn, encode)
    validate_annotations(annotations, 'penn')
    assert list(annotations['metainfo']['phases']) == list(NUM_PHASES)
    assert annotations['metainfo']['phases']['golf_swing'] == [
        'phase_0',
        'phase_1',
        'phase_2',
    ]
    assert annotations['data_list'] == [
        {
            'filename': name + ('.mp4' if encode else ''),
            'split': 'train' if name < '0003' else 'test',
            'num_frames': length,
            'action': 'golf_swing',
            'phases': thirds(length)[1],
        }
        for name, length in LENGTHS.items()
    ]
    assert summary.splits == {'train': 2, 'test': 2}
    assert summary.left_out == {}
    video_dir = penn / 'videos' if encode else penn / 'penn' / 'frames'
    for entry in annotations['data_list']:
        check_pictures(video_dir / entry['filename'], entry['num_frames'])
    metrics = train_and_test(penn, annotations, video_dir)
    for key in ('phase_classification/acc', 'alignment/error'):
        assert math.isfinite(metrics[key])


def test_what_is_usual_is_left_out_by_name(penn):
    for name, action in (
        ('0005', 'strum_guitar'),
        ('0006', 'jump_rope'),
        ('0007', 'squat'),
        ('0008', 'squat'),
        ('0009', 'squat'),
        ('0010', 'squat'),
    ):
        write_penn_video(penn / 'penn', name, action, 3)
        if name != '0007':
            write_phases(penn / 'phases', 'train', action, name, [0, 1, 2])
    frames = penn / 'penn' / 'frames'
    for image in (frames / '0008').iterdir():
        image.unlink()
    (frames / '0008').rmdir()
    (penn / 'penn' / 'labels' / '0009.mat').unlink()
    (frames / '0010' / '000002.jpg').write_bytes(jpeg(1)[:300])
    annotations, summary = convert(penn)
    assert len(annotations['data_list']) == 4
    assert summary.left_out == {
        '0005.mp4': 'strum_guitar has no phases',
        '0006.mp4': 'jump_rope has no phases',
        '0007.mp4': 'has no phase labels; its action is squat',
        '0008.mp4': 'has no frames/0008',
        '0009.mp4': 'has no labels/0009.mat',
        '0010.mp4': f'{frames}/0010: 000002.jpg cannot be decoded',
    }
    assert not (penn / 'videos' / '0010.mp4').exists()
    assert summary.warnings == []  # none of the actions without a video


@pytest.mark.parametrize('num_labels', [6, 11, 24])
def test_labels_of_another_length_are_stretched(penn, num_labels):
    labels = np.minimum(np.arange(num_labels) // 2, 2)
    write_phases(penn / 'phases', 'train', 'golf_swing', '0001', labels, '_a')
    annotations, summary = convert(penn, encode=False)
    found = frame_labels(annotations['data_list'][0]['phases'], 12)
    assert found.tolist() == [labels[t * num_labels // 12] for t in range(12)]
    stretched = 'the labels of 1 videos had another length and were stretched: 0001'
    assert summary.warnings == [stretched]


def test_the_first_ten_of_many_stretched_videos_are_named(penn):
    for index in range(11, 23):
        write_penn_video(penn / 'penn', f'{index:04d}', 'golf_swing', 4)
        write_phases(penn / 'phases', 'val', 'golf_swing', f'{index:04d}', [0] * 5)
    (penn / 'penn' / 'frames' / '0011' / '000001.jpg').write_bytes(b'cut')
    summary = convert(penn)[1]
    assert list(summary.left_out) == ['0011.mp4']  # so it is not in the warning
    names = ', '.join(f'{index:04d}' for index in range(12, 22))
    (warning,) = summary.warnings
    assert warning.startswith('the labels of 11 videos had ')
    assert warning.endswith(f'stretched: {names}, ...')


@pytest.mark.parametrize('num_labels', [1, 5, 25, 100])
def test_labels_of_quite_another_length_are_refused(penn, num_labels):
    labels = [0] * num_labels
    write_phases(penn / 'phases', 'train', 'golf_swing', '0001', labels, '_a')
    reason = rf'0001_a\.npy: has {num_labels} labels, but frames/0001 has 12 frames'
    with pytest.raises(ValueError, match=reason):
        convert(penn)


def test_unlabelled_frames_stay_so(penn):
    write_phases(
        penn / 'phases', 'train', 'golf_swing', '0001', [-1] * 4 + [1] * 8, '_a'
    )
    annotations, _ = convert(penn, encode=False)
    assert annotations['data_list'][0]['phases'] == [[4, 11, 1]]


def test_a_folder_of_another_spelling_is_admitted(penn):
    (penn / 'phases' / 'val' / 'golf_swing').rename(penn / 'phases' / 'val' / 'golf')
    assert convert(penn, encode=False)[1].splits == {'train': 2, 'test': 2}


def put_phases(labels, *, split='train', action='golf_swing', name='0001_a'):
    return lambda folder: write_phases(folder / 'phases', split, action, name, labels)


def put_mat(**content):
    return lambda folder: scipy.io.savemat(
        folder / 'penn' / 'labels' / '0001.mat', content
    )


def truncate_mat(folder):
    path = folder / 'penn' / 'labels' / '0001.mat'
    path.write_bytes(path.read_bytes()[:200])


@pytest.mark.parametrize(
    ('spoil', 'reason'),
    [
        (
            lambda f: (f / 'penn/frames/0001/000004.jpg').unlink(),
            r'frames/0001: frame 4 is missing, between 000003\.jpg and 000005\.jpg',
        ),
        (
            lambda f: (f / 'penn/frames/0001/000012.jpg').unlink(),
            r'frames/0001 has 11 frames, but labels/0001\.mat says 12',
        ),
        (put_phases([0] * 11 + [3]), r'0001_a\.npy: frame 11: label 3 is outside 0'),
        (put_phases([[0]] * 12), r'0001_a\.npy: labels must be .*\(12, 1\)'),
        (put_phases([]), r'0001_a\.npy: contains no label'),
        (put_phases(np.array([None] * 12)), r'0001_a\.npy: .*allow_pickle'),
        (put_phases([0] * 12, name='0001_b'), 'video 0001 also has train/golf_swing'),
        (put_phases([0] * 12, split='val'), 'val/.*_a.npy: video 0001 also has train'),
        (put_phases([0] * 12, split='old'), "unknown split 'old'"),
        (
            put_phases([0] * 12, name='golf_1'),
            'golf_1.npy: must start with the four digits',
        ),
        (put_mat(action='squat', nframes=12), '0001.mat says squat, unlike .*0001_a'),
        (put_mat(action='swim', nframes=12), "0001.mat: unknown action 'swim'; known"),
        (
            put_mat(action='golf_swing'),
            r"0001\.mat: action and nframes .*KeyError: 'nframes",
        ),
        (truncate_mat, r'labels/0001\.mat: action and nframes cannot be read'),
    ],
)
def test_what_is_inconsistent_is_refused_by_name(penn, spoil, reason):
    spoil(penn)
    with pytest.raises(ValueError, match=reason):
        convert(penn)
    assert not (penn / 'videos').exists()


def test_all_problems_come_at_once(penn):
    put_phases([7] * 12)(penn)
    (penn / 'penn' / 'frames' / '0003' / '000002.jpg').unlink()
    with pytest.raises(ValueError, match='2 problems') as error:
        convert(penn)
    assert 'label 7' in str(error.value)
    assert 'frame 2 is missing' in str(error.value)


@pytest.mark.parametrize('gone', ['penn/frames', 'penn/labels', 'phases'])
def test_a_missing_folder_is_named(penn, gone):
    (penn / gone).rename(penn / 'elsewhere')
    with pytest.raises(FileNotFoundError, match=f'{gone}: no such folder'):
        convert(penn)


def test_no_phase_file_and_no_video_left(penn):
    (penn / 'phases').rename(penn / 'other')
    (penn / 'phases').mkdir()
    with pytest.raises(FileNotFoundError, match='contains no SPLIT/ACTION'):
        convert(penn)
    write_phases(penn / 'phases', 'train', 'squat', '0099', [0])
    with pytest.raises(ValueError, match=r'no video is left') as error:
        convert(penn)
    assert '0099.mp4: has no labels/0099.mat' in str(error.value)


def test_a_second_run_does_the_rest_only(penn, monkeypatch):
    written = []

    def write_until(limit):
        def write(path, frames, fps):
            if len(written) == limit:
                raise KeyboardInterrupt
            written.append(path.name)
            return write_mp4(path, frames, fps)

        return write

    write_mp4 = encoding.write_mp4
    monkeypatch.setattr(encoding, 'write_mp4', write_until(2))
    with pytest.raises(KeyboardInterrupt):
        convert(penn, workers=1)
    assert written == ['0001.mp4', '0002.mp4']
    times = {p.name: p.stat().st_mtime_ns for p in (penn / 'videos').iterdir()}
    assert sorted(times) == written
    monkeypatch.setattr(encoding, 'write_mp4', write_until(100))
    annotations, _ = convert(penn, workers=1)
    assert written[2:] == ['0003.mp4', '0004.mp4']
    for name, time in times.items():
        assert (penn / 'videos' / name).stat().st_mtime_ns == time
    assert [entry['num_frames'] for entry in annotations['data_list']] == [
        *LENGTHS.values()
    ]
    for entry in annotations['data_list']:
        check_pictures(penn / 'videos' / entry['filename'], entry['num_frames'])
    assert convert(penn)[0] == annotations
    assert len(written) == 4


def test_hidden_files_are_no_videos(penn):
    (penn / 'penn' / 'labels' / '._0001.mat').write_bytes(b'of a Mac')
    (penn / 'penn' / 'frames' / '.cache').mkdir()
    assert convert(penn, encode=False)[1].left_out == {}


@pytest.fixture
def tool():
    spec = importlib.util.spec_from_file_location('penn_action_tool', TOOL)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_tool(tool, penn, capsys):
    out = penn / 'new' / 'out'
    args = [str(penn / 'penn'), str(penn / 'phases'), str(out), '--workers', '2']
    assert tool.main(args) == 0
    assert sorted(path.name for path in out.iterdir()) == ['annotations.json', 'videos']
    said = capsys.readouterr().out
    assert '4 (train 2, test 2), 58 frames' in said
    assert len(list((out / 'videos').iterdir())) == 4
    assert tool.main([*args[:2], str(penn / 'images'), '--no-encode']) == 0
    entries = json.loads((penn / 'images' / 'annotations.json').read_text())
    assert entries['data_list'][0]['filename'] == '0001'
    assert not (penn / 'images' / 'videos').exists()
    (penn / 'penn' / 'frames' / '0002' / '000002.jpg').unlink()
    capsys.readouterr()
    assert tool.main(args) == 1
    assert 'error: ' in capsys.readouterr().err
