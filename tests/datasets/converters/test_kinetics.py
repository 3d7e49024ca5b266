import math

import pytest

from carl_mm.datasets.annotations import load_annotations
from carl_mm.datasets.converters.kinetics import _read_classes, read_video_list
from carl_mm.datasets.video_io.video_writer import write_mp4
from tests.conftest import moving_square
from tests.datasets.converters.published import train_and_test
from tests.datasets.converters.tool import load_tool

CANDLES = 'train/blowing out candles/4o5v7aDXU9k_000000_000010.mp4'
SHOT = 'train/shooting goal (soccer)/-x.y_000001_000011.mp4'
FORMS = {
    'commas': f'{CANDLES},blowing out candles\n{SHOT},shooting goal (soccer)\n',
    'header': f'path,label\n{CANDLES}, blowing out candles\n\n{SHOT},"goal, shot"\n',
    'spaces': f'{CANDLES} 0\n{SHOT}  1\n',
    'spaces, header': f'\ufeffvideo_path label\n./{CANDLES} 0\n{SHOT} 1\n',
}
LABELS = {
    'commas': ['blowing out candles', 'shooting goal (soccer)'],
    'header': ['blowing out candles', 'goal, shot'],
    'spaces': ['0', '1'],
    'spaces, header': ['0', '1'],
}


@pytest.mark.parametrize('form', FORMS)
def test_the_forms_of_a_list(tmp_path, form):
    path = tmp_path / 'train.csv'
    path.write_text(FORMS[form], encoding='utf-8')
    videos = read_video_list(path)
    assert [video.filename for video in videos] == [CANDLES, SHOT]
    assert [video.label for video in videos] == LABELS[form]
    lines = path.read_text().splitlines()
    assert all(video.filename in lines[video.line - 1] for video in videos)


@pytest.fixture
def data(tmp_path):
    """Four videos in two lists: the first of each list is missing or broken."""
    folder = tmp_path / 'videos'
    for index in range(4):
        write_mp4(folder / f'c {index % 2}' / f'{index}.mp4', moving_square(20), 25)
    (folder / 'c 0' / 'bad.mp4').write_text('no video')
    train = 'c 0/bad.mp4 0\nc 0/0.mp4 0\nc 1/1.mp4 1\n'
    (tmp_path / 'train.csv').write_text(train)
    (tmp_path / 'val.csv').write_text('c 1/gone.mp4 1\nc 0/2.mp4 0\nc 1/3.mp4 1\n')
    (tmp_path / 'classes.txt').write_text('abseiling\nair drumming\n')
    return tmp_path


def convert(data, *options):
    args = [str(data / 'videos'), str(data / 'out.json'), *options]
    args += ['--train', str(data / 'train.csv'), '--val', str(data / 'val.csv')]
    return load_tool('kinetics').main(args)


def entry(name, split, action, **more):
    return {'filename': name, 'split': split, 'action': action} | more


def test_what_does_not_decode_is_left_out_by_name(data, capsys):
    assert convert(data, '--classes', str(data / 'classes.txt')) == 0
    content = load_annotations(data / 'out.json')
    assert content == {
        'metainfo': {'phases': {}},
        'data_list': [
            entry('c 0/0.mp4', 'train', 'abseiling', num_frames=20),
            entry('c 1/1.mp4', 'train', 'air drumming', num_frames=20),
            entry('c 0/2.mp4', 'val', 'abseiling', num_frames=20),
            entry('c 1/3.mp4', 'val', 'air drumming', num_frames=20),
        ],
    }
    said = capsys.readouterr().out
    assert '4 (train 2, val 2), 80 frames' in said
    assert 'left out  2\n  c 0/bad.mp4: ' in said
    report = (data / 'out.left_out.csv').read_text().splitlines()
    assert report[0] == 'name,reason'
    assert report[1].startswith('c 0/bad.mp4,cannot be decoded')
    assert report[2] == 'c 1/gone.mp4,no such file'


def test_names_are_those_of_the_files_or_named_beside_them(data, capsys):
    accent = data / 'videos' / 'c 0' / 'caf\u00e9.mp4'
    (data / 'videos' / 'c 0' / '0.mp4').rename(accent)
    lines = ['c 0/cafe\u0301.mp4 0', 'c 1\\1.mp4 1', 'c 0/2.MP4 1', '']
    (data / 'train.csv').write_text('\n'.join(lines), encoding='utf-8')
    (data / 'val.csv').write_text('c 1/3.mp4 1\n')
    assert convert(data) == 0
    found = load_annotations(data / 'out.json')['data_list']
    assert [entry['filename'] for entry in found] == [
        'c 0/caf\u00e9.mp4', 'c 1/1.mp4', 'c 1/3.mp4'
    ]  # fmt: skip
    assert "c 0/2.MP4: no such file; there is 'c 0/2.mp4'" in capsys.readouterr().out
    (data / 'val.csv').write_text('c 1/1.mp4 1\n')
    assert convert(data) == 1
    assert 'c 1/1.mp4: also in' in capsys.readouterr().err


def test_without_a_check_no_video_is_opened(data):
    for path in (data / 'videos').rglob('*.mp4'):
        path.unlink()
    assert convert(data, '--no-check') == 0
    content = load_annotations(data / 'out.json')
    assert len(content['data_list']) == 6
    assert content['data_list'][3] == entry('c 1/gone.mp4', 'val', '1')
    (data / 'out.json').unlink()
    assert convert(data) == 1
    assert not (data / 'out.json').exists()


def test_more_than_can_be_read_is_in_the_report(data, capsys):
    names = [f'c 0/gone {index:02d}.mp4' for index in range(25)]
    (data / 'val.csv').write_text(''.join(f'{name} 0\n' for name in names))
    assert convert(data) == 0
    said = capsys.readouterr().out
    assert 'left out  26\n' in said
    assert sum(name in said for name in names) == 19  # and bad.mp4
    report = (data / 'out.left_out.csv').read_text()
    assert all(name in report for name in names)


@pytest.mark.parametrize(
    ('train', 'message'),
    [
        ('a.mp4 0\nb.mp4\n', "line 2: expected a video file and a label, got 'b.mp4'"),
        ('a.mp4,0\nb.mp4 0\n', 'line 2: expected a video file'),
        ('a.mp4 0\nb.txt 0\n', "line 2: expected a video file and .* got 'b.txt 0'"),
        ('b.txt 0\n', "line 1: expected a video file and .* got 'b.txt 0'"),
        ('path label\n', 'train.csv: contains no video'),
        ('', 'train.csv: contains no video'),
        ('a.mp4 0\n./a.mp4 0\n', r'line 2: a.mp4: also in .*train.csv, line 1'),
        ('c 0/2.mp4 0\n', r'val.csv: line 2: c 0/2.mp4: also in .*train.csv, line 1'),
        ('a.mp4 2\n', "train.csv: line 1: a.mp4: label '2' is not a class"),
        ('a.mp4 skiing\n', "line 1: a.mp4: label 'skiing' is not a class"),
        ('a.mp4 2\na.mp4 3\n', '3 problems:\n'),
        (b'a.mp4 \xff\n', 'train.csv: not a CSV file in UTF-8'),
    ],
)
def test_bad_lists_are_named(data, capsys, train, message):
    content = train if isinstance(train, bytes) else train.encode()
    (data / 'train.csv').write_bytes(content)
    assert convert(data, '--no-check', '--classes', str(data / 'classes.txt')) == 1
    error = capsys.readouterr().err
    with pytest.raises(ValueError, match=message):
        raise ValueError(error)


def test_a_missing_list_and_no_list(data, capsys):
    tool = load_tool('kinetics')
    assert tool.main(['videos', 'out.json', '--train', str(data / 'gone.csv')]) == 1
    assert 'gone.csv' in capsys.readouterr().err
    with pytest.raises(SystemExit):
        tool.main(['videos', 'out.json'])


def test_videos_train_and_are_judged(data):
    """Without phases: by Kendall's tau, between videos of one class."""
    (data / 'val.csv').write_text('c 0/2.mp4 0\nc 1/3.mp4 0\n')
    assert convert(data) == 0
    annotations = load_annotations(data / 'out.json')
    metrics = train_and_test(data, annotations, data / 'videos')
    assert math.isfinite(metrics['alignment/kendalls_tau'])


def test_lists_and_classes_as_spreadsheets_write_them(data):
    (data / 'train.csv').write_bytes('a.mp4 0\r\n'.encode('utf-16'))
    assert [video.filename for video in read_video_list(data / 'train.csv')] == [
        'a.mp4'
    ]
    (data / 'classes.txt').write_bytes('\ufeffcook\r\nstir\r\n'.encode())
    assert _read_classes(data / 'classes.txt')['0'] == 'cook'
