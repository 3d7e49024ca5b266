import importlib.util
import math
from pathlib import Path

import pytest

from carl_mm.datasets.annotations import validate_annotations
from carl_mm.datasets.converters import encoding
from carl_mm.datasets.converters.formats.tfrecord import TFRecordError
from carl_mm.datasets.converters.pouring import annotations_from_pouring
from tests.datasets.converters.published import (
    check_pictures,
    jpeg,
    pouring_video,
    thirds,
    train_and_test,
    write_records,
)

TOOL = Path(__file__).parents[3] / 'tools' / 'dataset_converters' / 'pouring.py'
LENGTHS = {'cola_0': 12, 'cola_1': 15, 'milk to glass.2': 18, 'test_0': 13}
SHARDS = {
    'pouring_train-0-of-2.tfrecord': ['cola_0', 'cola_1'],
    'pouring_train-1-of-2.tfrecord': ['milk to glass.2'],
    'pouring_val-0-of-1.tfrecord': ['test_0'],
}
TRAIN, MORE, VAL = SHARDS


def payloads(shard):
    return [
        pouring_video(name, thirds(LENGTHS[name])[0].tolist()) for name in SHARDS[shard]
    ]


@pytest.fixture
def pouring(tmp_path):
    """Four videos in three files, as published."""
    for shard in SHARDS:
        write_records(tmp_path / shard, payloads(shard))
    return tmp_path


def convert(folder, **kwargs):
    return annotations_from_pouring(folder, folder / 'videos', **kwargs)


def test_converts_trains_and_is_evaluated(pouring):
    annotations, summary = convert(pouring)
    validate_annotations(annotations, 'pouring')
    names = [f'phase_{index}' for index in range(5)]
    assert annotations['metainfo'] == {'phases': {'pouring': names}}
    assert annotations['data_list'] == [
        {
            'filename': f'{name}.mp4',
            'split': 'test' if name == 'test_0' else 'train',
            'num_frames': length,
            'action': 'pouring',
            'phases': thirds(length)[1],
        }
        for name, length in LENGTHS.items()
    ]
    assert (summary.splits, summary.left_out) == ({'train': 3, 'test': 1}, {})
    for name, length in LENGTHS.items():
        check_pictures(pouring / 'videos' / f'{name}.mp4', length)
    metrics = train_and_test(pouring, annotations, pouring / 'videos')
    assert math.isfinite(metrics['phase_classification/acc'])


def test_unlabelled_frames_and_all_five_phases(pouring):
    write_records(pouring / VAL, [pouring_video('x', [-1, 0, 0, 4, -1])])
    annotations, _ = convert(pouring)
    assert annotations['data_list'][-1]['phases'] == [[1, 2, 0], [3, 3, 4]]


def test_undecodable_images_and_missing_shards_are_left_out(pouring):
    images = [jpeg(0), jpeg(1)[:200], jpeg(2)]
    other = [jpeg(0), jpeg(1, size=(80, 48))]
    write_records(
        pouring / VAL,
        [
            *payloads(VAL),
            pouring_video('cut', [0, 0, 0], images),
            pouring_video('sizes', [0, 0], other),
            pouring_video('none', [0], [b'']),
        ],
    )
    (pouring / MORE).unlink()
    annotations, summary = convert(pouring)
    assert len(annotations['data_list']) == 3
    where = f'{pouring / VAL}: record'
    assert summary.left_out == {
        MORE: 'no such file',
        'cut.mp4': f'{where} 1: frame 1 cannot be decoded',
        'sizes.mp4': f'{where} 2: frame 1 is 80x48, but frame 0 is 64x48',
        'none.mp4': f'{where} 3: frame 0 cannot be decoded',
    }
    left = {path.name for path in (pouring / 'videos').iterdir()}
    assert left == {'cola_0.mp4', 'cola_1.mp4', 'test_0.mp4'}


@pytest.mark.parametrize(
    ('payload', 'reason'),
    [
        (pouring_video('a', [0, 0, 5]), 'a: frame 2: label 5 is outside 0 to 4'),
        (
            pouring_video('a', [0, 0], [jpeg(0)]),
            'a: len 1, but 1 frames and 2 frame_lab',
        ),
        (
            pouring_video('a', [0], [jpeg(0)] * 2),
            'a: len 2, but 2 frames and 1 frame_lab',
        ),
        (pouring_video('a', [0], len=[3]), 'a: len 3, but 1 frames and 1 frame_labels'),
        (pouring_video('a', []), 'a: len 0, but 0 frames'),
        (pouring_video('a', [b'x']), 'a: labels must be numbers'),
        (pouring_video('a', [0], [7]), 'a: frame 0 must have one image and one label'),
        (pouring_video('../a', [0]), r"'\.\./a' cannot be the name of a file"),
        (pouring_video('a', [0], name=[]), 'expected one name and one len, got'),
        (pouring_video('a', [0], len=[1, 1]), 'expected one name and one len, got'),
        (pouring_video('cola_0', [0]), f'cola_0.mp4 is also in {TRAIN}, record 0'),
    ],
)
def test_what_is_inconsistent_is_refused_by_name(pouring, payload, reason):
    write_records(pouring / VAL, [*payloads(VAL), payload])
    with pytest.raises(ValueError, match=f'{VAL}: record 1: {reason}'):
        convert(pouring)
    assert not (pouring / 'videos').exists()


def test_all_problems_come_at_once(pouring):
    write_records(pouring / VAL, [pouring_video('a', [9]), pouring_video('b', [8])])
    with pytest.raises(ValueError, match='2 problems') as error:
        convert(pouring)
    assert 'label 9' in str(error.value)
    assert 'label 8' in str(error.value)


@pytest.mark.parametrize(
    ('damage', 'reason'),
    [
        (lambda content: content[:-100], 'is cut short'),
        (
            lambda content: content[:-100] + b'!' + content[-99:],
            'its bytes have changed',
        ),
    ],
)
def test_a_damaged_file_is_named_with_its_record(pouring, damage, reason):
    path = pouring / TRAIN
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(TFRecordError, match=f'{TRAIN}: record 1 .*{reason}'):
        convert(pouring)
    assert not (pouring / 'videos').exists()


def test_a_file_without_a_record_is_named(pouring):
    (pouring / MORE).write_bytes(b'')
    with pytest.raises(
        ValueError, match=f'{MORE}: contains no record; download it again'
    ):
        convert(pouring)
    assert not (pouring / 'videos').exists()


@pytest.mark.parametrize('split', ['train', 'val'])
def test_a_missing_split_is_named(pouring, split):
    for path in pouring.glob(f'pouring_{split}*'):
        path.unlink()
    with pytest.raises(FileNotFoundError, match=f'contains no pouring_{split}'):
        convert(pouring)


def test_a_second_run_does_the_rest_only(pouring, monkeypatch):
    whole = annotations_from_pouring(pouring, pouring / 'at_once')[0]
    written, write_mp4 = [], encoding.write_mp4

    def write(path, frames, fps):
        if len(written) == limit:
            write_mp4(path, iter([next(iter(frames)), None]), fps)  # fails within
        written.append(path.name)
        return write_mp4(path, frames, fps)

    limit = 2
    monkeypatch.setattr(encoding, 'write_mp4', write)
    with pytest.raises(AttributeError, match='NoneType'):
        convert(pouring, workers=1)
    made = {p.name: p.stat().st_mtime_ns for p in (pouring / 'videos').iterdir()}
    assert sorted(made) == ['cola_0.mp4', 'cola_1.mp4']
    written.clear()
    limit = 99
    assert convert(pouring, workers=1)[0] == whole
    assert written == ['milk to glass.2.mp4', 'test_0.mp4']
    for name, time in made.items():
        assert (pouring / 'videos' / name).stat().st_mtime_ns == time


def test_the_tool(pouring, tmp_path, capsys):
    spec = importlib.util.spec_from_file_location('pouring_tool', TOOL)
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    out = tmp_path / 'out'
    assert tool.main([str(pouring), str(out)]) == 0
    assert sorted(path.name for path in out.iterdir()) == ['annotations.json', 'videos']
    assert '4 (train 3, test 1), 58 frames' in capsys.readouterr().out
    (pouring / VAL).write_bytes((pouring / VAL).read_bytes()[:-1])
    assert tool.main([str(pouring), str(out)]) == 1
    assert f'{VAL}: record 0 is cut short' in capsys.readouterr().err
