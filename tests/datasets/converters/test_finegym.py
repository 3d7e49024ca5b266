import csv
import json
import math
import re
from fractions import Fraction

import numpy as np
import pytest

from carl_mm.datasets import open_video
from carl_mm.datasets.annotations import load_annotations
from carl_mm.datasets.converters import finegym
from carl_mm.datasets.video_io.video_writer import write_mp4
from carl_mm.tables import read_cell
from tests.datasets.converters.counted_video import (
    even_times,
    read_number,
    write_source,
)
from tests.datasets.converters.formats.test_finegym_lists import category, write
from tests.datasets.converters.published import train_and_test
from tests.datasets.converters.tool import load_tool

VIDEOS = ('-b_E_cdefghi', 'A0xAXXysHUo')
EVENTS = ('E_000001_000004', 'E_000004_000007')


def published():
    """Two videos of two events: the second video's last row of an element counts."""
    content = {}
    for video in VIDEOS:
        content[video] = {
            EVENTS[0]: {
                'event': 1,
                'timestamps': [[1.0, 3.0]],
                'segments': {
                    'A_0000_0000': {'stages': 1, 'timestamps': [[0.0, 0.58]]},
                    'A_0000_0001': {
                        'stages': 2,
                        'timestamps': [[0.7, 0.9], [0.58, 1.2]],
                    },
                    'A_0001_0002': {'stages': 1, 'timestamps': [[1.5, 9.0]]},
                },
            },
            EVENTS[1]: {'event': 4, 'timestamps': [[4.2, 6.0]], 'segments': None},
        }
    return content


def elements(video, **labels):
    return [f'{video}_{EVENTS[0]}_{name} {label}' for name, label in labels.items()]


@pytest.fixture
def data(tmp_path):
    """A folder of the published files, and of sources."""
    names = [category(label, 1, f'class {label}') for label in range(99)]
    write(tmp_path / 'gym99_categories.txt', *names)
    first, second = VIDEOS
    train = elements(first, A_0000_0000=2, A_0000_0001=1, A_0001_0002=0)
    write(tmp_path / 'gym99_train_element_v1.1.txt', *train)
    test = elements(second, A_0000_0000=2, A_0000_0001=1)
    write(tmp_path / 'gym99_val_element.txt', *test)
    annotate(tmp_path, published())
    sources = tmp_path / 'sources'
    write_source(sources / f'{first}.mkv', even_times(50, 7))
    write_source(sources / f'{second}.mp4', even_times(Fraction(30000, 1001), 7))
    return tmp_path


def annotate(data, content):
    path = data / 'finegym_annotation_info_v1.1.json'
    path.write_text(json.dumps(content))


@pytest.fixture(scope='module')
def convert():
    tool = load_tool('finegym')

    def run(data, *options, sources=True):
        args = [str(data), str(data / 'out.json'), '--clips', str(data / 'clips')]
        args += ['--sources', str(data / 'sources')] if sources else []
        return tool.main([*args, '--workers', '2', *options])

    return run


def entries(data):
    content = load_annotations(data / 'out.json')
    return {entry['filename']: entry for entry in content['data_list']}


def clip(video, event=0):
    return f'{video}_{EVENTS[event]}.mp4'


def left_out(data):
    with open(data / 'out.left_out.csv', newline='') as file:
        rows = csv.DictReader(file)
        return {read_cell(row['name']): row['reason'] for row in rows}


def test_clips_are_cut_and_labelled(convert, data, capsys):
    assert convert(data) == 0
    content = load_annotations(data / 'out.json')
    names = [f'class {label}' for label in range(99)]
    assert content['metainfo'] == {'phases': {'gymnastics': names}}
    found = entries(data)
    assert {name: entry['split'] for name, entry in found.items()} == {
        clip(VIDEOS[0]): 'train',
        clip(VIDEOS[1]): 'test',
    }
    # 0.58 s is 14.5 frames: the later of two neighbours has frame 14.
    rows = [[0, 13, 2], [14, 30, 1], [37, 49, 0]]
    assert found[clip(VIDEOS[0])]['phases'] == rows
    assert found[clip(VIDEOS[1])]['phases'] == rows[:2]
    for video, fps in zip(VIDEOS, (50, 30000 / 1001), strict=True):
        cut = open_video(data / 'clips' / clip(video))
        assert (cut.num_frames, cut.fps) == (50, 25)
        numbers = [math.floor((1 + k / 25) * fps + 1e-9) for k in (0, 25, 49)]
        assert [read_number(p) for p in cut.read([0, 25, 49])] == numbers
    said = capsys.readouterr().out
    assert 'list      train: 1 events, 3 elements, 3 classes' in said
    assert 'list      test: 1 events, 2 elements, 2 classes' in said
    assert '2 (train 1, test 1), 100 frames' in said
    assert left_out(data) == {}


def test_a_second_run_does_the_rest_only(convert, data, monkeypatch):
    missing = data / 'sources' / f'{VIDEOS[1]}.mp4'
    missing.rename(data / 'elsewhere.mp4')
    assert convert(data) == 0
    assert entries(data).keys() == {clip(VIDEOS[0])}
    assert left_out(data) == {
        clip(VIDEOS[1]): f'no source {VIDEOS[1]}.mp4, .mkv, .webm'
    }
    kept = data / 'clips' / clip(VIDEOS[0])
    stamp = kept.stat().st_mtime_ns
    (data / 'elsewhere.mp4').rename(missing)
    written = []
    cut_clip = finegym.cut_clip
    monkeypatch.setattr(
        finegym, 'cut_clip', lambda *args: written.append(args[1]) or cut_clip(*args)
    )
    assert convert(data) == 0
    assert written == [data / 'clips' / clip(VIDEOS[1])]
    assert kept.stat().st_mtime_ns == stamp
    assert left_out(data) == {}
    whole = (data / 'out.json').read_bytes()
    assert convert(data, sources=False) == 0  # the labels alone, from the clips
    assert (data / 'out.json').read_bytes() == whole
    assert len(written) == 1


def test_an_interrupted_cut_leaves_no_clip(convert, data, monkeypatch):
    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr('carl_mm.datasets.converters.clip_cutting.on_screen', stop)
    with pytest.raises(KeyboardInterrupt):
        convert(data)
    assert not list((data / 'clips').iterdir())
    assert not (data / 'out.json').exists()


def test_undecodable_sources_are_left_out(convert, data, break_middle):
    break_middle(data / 'sources' / f'{VIDEOS[1]}.mp4')
    assert convert(data) == 0
    assert entries(data).keys() == {clip(VIDEOS[0])}
    assert f'{VIDEOS[1]}.mp4: cannot be cut (' in left_out(data)[clip(VIDEOS[1])]
    (data / 'sources' / f'{VIDEOS[0]}.mkv').write_text('no video')
    (data / 'clips' / clip(VIDEOS[0])).unlink()
    assert convert(data) == 1


def test_an_event_of_both_lists_is_in_both_splits(convert, data):
    train = elements(VIDEOS[0], A_0000_0000=2) + elements(VIDEOS[1], A_0001_0002=0)
    write(data / 'gym99_train_element_v1.1.txt', *train)
    assert convert(data) == 0
    found = json.loads((data / 'out.json').read_text())['data_list']
    found = [e for e in found if e['filename'] == clip(VIDEOS[1])]
    assert [entry['split'] for entry in found] == ['train', 'test']
    assert [row[2] for row in found[0]['phases']] == [0]
    assert found[1]['phases'] == [[0, 13, 2], [14, 30, 1]]


def test_unlabelled_events_of_train_videos_train(convert, data):
    assert convert(data, '--unlabelled-events') == 0
    found = entries(data)
    assert len(found) == 3
    assert found[clip(VIDEOS[0], 1)] == {
        'filename': clip(VIDEOS[0], 1),
        'split': 'train',
        'num_frames': 45,
        'action': 'gymnastics',
    }


@pytest.mark.parametrize(
    ('change', 'message'),
    [
        (lambda c: c.pop(VIDEOS[1]), f'{VIDEOS[1]}_{EVENTS[0]}: is not in the file'),
        (
            lambda c: c[VIDEOS[1]][EVENTS[0]].update(segments=None),
            f'{VIDEOS[1]}_{EVENTS[0]}: A_0000_0000 is not in the file',
        ),
        (
            lambda c: c[VIDEOS[1]][EVENTS[0]].update(timestamps=[[3, 1]]),
            r'timestamps must be \[\[start, end\]\] in seconds, got \[\[3, 1\]\]',
        ),
        (
            lambda c: c[VIDEOS[1]][EVENTS[0]].update(timestamps=[[3, 3]]),
            'starts and ends at 3 s',
        ),
        (
            lambda c: c[VIDEOS[1]][EVENTS[0]]['segments'].update(
                A_0000_0001={'timestamps': [[0, 1], [1, float('inf')]]}
            ),
            r'A_0000_0001: the last timestamps must be \[start, end\], got .*inf',
        ),
    ],
)
def test_bad_annotations_are_named(convert, data, capsys, change, message):
    content = published()
    change(content)
    annotate(data, content)
    assert convert(data) == 1
    error = capsys.readouterr().err
    assert 'finegym_annotation_info_v1.1.json' in error
    assert re.search(message, error), error
    assert not (data / 'out.json').exists()


def test_two_sources_of_one_video_are_refused(convert, data, capsys):
    write_source(data / 'sources' / f'{VIDEOS[0]}.mp4', even_times(25, 1))
    assert convert(data) == 1
    assert f'{VIDEOS[0]}.mkv and {VIDEOS[0]}.mp4 are both' in capsys.readouterr().err


def test_a_missing_folder_of_sources_says_what_should_be_there(convert, data, capsys):
    (data / 'sources').rename(data / 'elsewhere')
    assert convert(data) == 1
    said = capsys.readouterr().err
    assert (
        'sources: no such folder; it should contain the source videos, VIDEOID.mp'
        in said
    )


def test_what_a_killed_run_left_is_removed(convert, data):
    (data / 'clips').mkdir()
    (data / 'clips' / '.x.123.part.mp4').write_bytes(b'cut')
    (data / 'sources' / f'._{VIDEOS[0]}.mkv').write_bytes(b'of a Mac')
    assert convert(data) == 0
    assert {path.name for path in (data / 'clips').iterdir()} == entries(data).keys()


def test_a_clip_that_cannot_be_opened(convert, data, capsys):
    """Its source is there: it can be made anew. Without sources it is left out."""
    assert convert(data) == 0
    (data / 'clips' / clip(VIDEOS[0])).write_bytes(b'cut')
    assert convert(data) == 1
    assert f'{clip(VIDEOS[0])}: cannot be decoded' in (said := capsys.readouterr().err)
    assert 'remove the file, and it is made again' in said
    assert convert(data, sources=False) == 0
    assert left_out(data).keys() == {clip(VIDEOS[0])}


def test_a_clip_too_short_for_its_event_is_refused(convert, data, capsys):
    black = np.zeros((36, 64, 3), np.uint8)
    write_mp4(data / 'clips' / clip(VIDEOS[0]), [black] * 20, 25)
    assert convert(data) == 1
    error = capsys.readouterr().err
    assert f'{clip(VIDEOS[0])} lasts 0.80 s, but its event 2.00 s; remove' in error


def test_a_file_that_is_no_json_is_named(convert, data, capsys):
    (data / 'finegym_annotation_info_v1.1.json').write_text('[]')
    assert convert(data) == 1
    assert 'v1.1.json: not a mapping of videos' in capsys.readouterr().err


def test_lists_alone_are_counted(data, capsys):
    tool = load_tool('finegym')
    assert tool.main([str(data), '--lists-only']) == 0
    assert 'train: 1 events, 3 elements' in capsys.readouterr().out
    (data / 'gym99_val_element.txt').write_text('nothing\n')
    assert tool.main([str(data), '--lists-only']) == 1
    with pytest.raises(SystemExit):
        tool.main([str(data), 'out.json'])


@pytest.mark.filterwarnings('ignore:phase .* is in no train video')
def test_clips_train_and_are_judged(convert, data):
    write(
        data / 'gym99_train_element_v1.1.txt',
        *elements(VIDEOS[0], A_0000_0000=2, A_0000_0001=1),
    )
    content = published()
    for video in VIDEOS:  # a second event of the same elements
        content[video][EVENTS[1]]['segments'] = content[video][EVENTS[0]]['segments']
    annotate(data, content)
    for split, video in zip(('train_element_v1.1', 'val_element'), VIDEOS, strict=True):
        path = data / f'gym99_{split}.txt'
        text = path.read_text()
        path.write_text(text + text.replace(EVENTS[0], EVENTS[1]))
        assert f'{video}_{EVENTS[1]}' in path.read_text()
    assert convert(data) == 0
    annotations = load_annotations(data / 'out.json')
    metrics = train_and_test(data, annotations, data / 'clips')
    for key in ('phase_classification/acc', 'alignment/kendalls_tau'):
        assert math.isfinite(metrics[key])
