"""Labels that go out to other programs come back as they were, frame by frame."""

import csv
import random

import numpy as np
import pytest

from carl_mm.apis.phases.segments import PhaseSegment, write_phase_csv
from carl_mm.datasets.converters.formats.annotations.forms import FORMS
from carl_mm.datasets.converters.label_conversion import convert_labels
from carl_mm.datasets.video_io.video_writer import write_mp4
from tests.datasets.converters.formats.annotations.samples import (
    LABEL_STUDIO,
    ODD,
    as_json,
    ls_region,
)

RATES = {'ntsc.mp4': 30000 / 1001, 'sub/vari, able.mp4': None, 'one.mp4': 25}
LENGTHS = {'ntsc.mp4': 90, 'sub/vari, able.mp4': 80, 'one.mp4': 1}


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    """A video of 29.97 frames a second, one whose rate varies, and a single frame."""
    made = tmp_path_factory.mktemp('videos')
    gaps = np.random.default_rng(0).choice([3, 8, 33, 40, 400], 80) / 1000
    for name, fps in RATES.items():
        frames = [np.full((32, 48, 3), 2 * i, np.uint8) for i in range(LENGTHS[name])]
        times = None if fps else np.cumsum([0, *gaps])
        write_mp4(made / name, frames, fps or 25, times=times)
    return made


def rows(path):
    with path.open(encoding='utf-8') as file:
        return [
            [row.get(name, '') for name in ('filename', 'first_frame', 'last_frame')]
            + [row.get(name, '') for name in ('phase', 'action', 'confidence')]
            for row in csv.DictReader(file)
        ]


def write_labels(path, seed=0):
    """Random segments with gaps, of one frame alone, and between frames of 3 ms."""
    draw = random.Random(seed)
    lines = []
    for name, length in LENGTHS.items():
        first = 0
        while first < length:
            last = min(first + draw.choice([0, 0, 1, 5, 11]), length - 1)
            phase = draw.choice(ODD[1:2] + ['lift'] if name == 'one.mp4' else ODD)
            phase = f"'{phase}" if phase[0] in '=-' else phase
            trust = draw.choice(['', f'{draw.random():.3f}'])
            lines.append([name, first, last, phase, f'do {name[0]}', trust])
            first = last + 1 + draw.choice([0, 0, 1])
    with path.open('w', encoding='utf-8', newline='') as file:
        writer = csv.writer(file)
        writer.writerow(
            ['filename', 'first_frame', 'last_frame', 'phase', 'action', 'confidence']
        )
        writer.writerows(lines)
    return sorted(rows_as_written(lines))


def rows_as_written(lines):
    for name, first, last, phase, action, trust in lines:
        told = f'{float(trust):g}' if trust else ''
        composed = phase.replace('e\u0301', '\u00e9')
        yield [name, str(first), str(last), composed, action, told]


@pytest.mark.parametrize('form', FORMS)
def test_no_frame_moves_on_the_way_out_and_back(folder, tmp_path, form):
    expected = write_labels(tmp_path / 'l.csv')
    out = tmp_path / 'out' if FORMS[form].one_video else tmp_path / 'out.txt'
    done = convert_labels(tmp_path / 'l.csv', out, folder, form)
    assert done.num_segments == len(expected) and done.num_videos == 3
    back = convert_labels(out, tmp_path / 'back.csv', folder)
    assert back.remarks == []
    found = sorted(rows(tmp_path / 'back.csv'))
    if not FORMS[form].keeps:
        expected = [[*row[:4], '', ''] for row in expected]
        (remark,) = done.remarks
        assert 'left out' in remark and '3 actions' in remark
        assert ' confidences' in remark
    else:
        assert done.remarks == []
    assert found == expected


def test_the_phases_that_the_tools_write(folder, tmp_path):
    segments = [
        PhaseSegment(0, 40, '=up', 0, 0.9),
        PhaseSegment(41, 89, 'down', 1, 0.5),
    ]
    write_phase_csv(tmp_path / 'phases.csv', {'ntsc.mp4': segments})
    convert_labels(tmp_path / 'phases.csv', tmp_path / 'a.eaf', folder)
    convert_labels(tmp_path / 'a.eaf', tmp_path / 'back.csv', folder)
    assert rows(tmp_path / 'back.csv') == [
        ['ntsc.mp4', '0', '40', "'=up", '', '0.9'],
        ['ntsc.mp4', '41', '89', 'down', '', '0.5'],
    ]


def test_without_videos_times_stay_and_frames_are_asked_for(tmp_path):
    (tmp_path / 'a.csv').write_text(
        'filename,start_s,end_s,phase\na.mp4,0.5,1.25,x\na.mp4,1.25,2,y\n'
    )
    done = convert_labels(tmp_path / 'a.csv', tmp_path / 'a.vtt')
    assert done.files == [tmp_path / 'a.vtt']
    convert_labels(tmp_path / 'a.vtt', tmp_path / 'b.csv')
    assert (tmp_path / 'b.csv').read_text() == (
        'filename,phase,start_s,end_s\na,x,0.500,1.250\na,y,1.250,2.000\n'
    )
    for form in ('label_studio', 'cvat'):
        with pytest.raises(ValueError, match=r'a.csv: .* \(--videos\)'):
            convert_labels(tmp_path / 'a.csv', tmp_path / 'o', None, form)
    file = as_json(tmp_path, 't.json', LABEL_STUDIO)
    with pytest.raises(
        ValueError, match=r't.json: frames .* have no times; .*--videos'
    ):
        convert_labels(file.path, tmp_path / 'o.boris')
    convert_labels(file.path, tmp_path / 'c.csv')
    assert rows(tmp_path / 'c.csv')[0][:4] == ['a b.mp4', '0', '9', 'reach']


def test_overlaps_are_found_without_videos_too(tmp_path):
    (tmp_path / 'a.csv').write_text(
        'filename,start_s,end_s,phase\na.mp4,0.5,1.25,x\na.mp4,1.2,2,y\n'
        'b.mp4,1,1.0001,y\n'
    )
    with pytest.raises(ValueError, match='a.csv: 2 problems') as info:
        convert_labels(tmp_path / 'a.csv', tmp_path / 'a.boris')
    assert 'line 3: a.mp4: overlaps line 2' in str(info.value)
    assert 'line 4: b.mp4: is too short to be written' in str(info.value)


def test_rates_and_lengths_that_disagree_are_told(folder, tmp_path):
    task = {
        'data': {'video': 'ntsc.mp4'},
        'annotations': [
            {
                'result': [
                    ls_region(1, 9, 'x'),
                    {'type': 'videorectangle', 'value': {'framesCount': 72}},
                ]
            }
        ],
    }
    file = as_json(tmp_path, 't.json', [task])
    done = convert_labels(file.path, tmp_path / 'o.csv', folder)
    assert done.remarks[1] == (
        f'{file.path}: takes ntsc.mp4 for a video of 72 frames, but it has 90: its '
        'labels may be of other frames'
    )
    (tmp_path / 'e.tsv').write_text(
        'Observation id\tFPS\tSubject\tBehavior\tBehavior type\tStart (s)\tStop (s)\t'
        'Media file name\no\t25.000\t\tx\tSTATE\t0\t1\tntsc.mp4\n'
    )
    done = convert_labels(tmp_path / 'e.tsv', tmp_path / 'o.csv', folder)
    assert 'of 25 frames a second, but it has 29.97' in done.remarks[0]


def test_folders_of_labels(tmp_path):
    (tmp_path / 'in' / 'sub').mkdir(parents=True)
    for name in ('a', 'sub/a'):
        text = 'WEBVTT\n\n00:00.000 --> 00:01.000\nx\n'
        (tmp_path / 'in' / f'{name}.vtt').write_text(text)
    convert_labels(tmp_path / 'in', tmp_path / 'o.csv')
    assert [row[0] for row in rows(tmp_path / 'o.csv')] == ['a', 'sub/a']
    (tmp_path / 'in' / 'c.csv').write_text('filename,start_s,end_s,phase\na,2,3,x\n')
    with pytest.raises(ValueError, match='labels a, which another file of .*keep one'):
        convert_labels(tmp_path / 'in', tmp_path / 'o.csv')
    with pytest.raises(ValueError, match='contains no file of labels'):
        (tmp_path / 'empty').mkdir()
        convert_labels(tmp_path / 'empty', tmp_path / 'o.csv')


def test_a_folder_of_more_than_the_videos_that_are_here(folder, tmp_path):
    (tmp_path / 'in').mkdir()
    for name in ('ntsc', 'gone'):
        text = 'WEBVTT\n\n00:00.000 --> 00:01.000\nx\n'
        (tmp_path / 'in' / f'{name}.vtt').write_text(text)
    done = convert_labels(tmp_path / 'in', tmp_path / 'o.csv', folder)
    assert rows(tmp_path / 'o.csv')[0][:3] == ['ntsc.mp4', '0', '29']
    (remark,) = done.remarks
    assert "gone.vtt: none of its labelled videos is here, such as 'gone'" in remark
    (tmp_path / 'in' / 'ntsc.vtt').unlink()
    with pytest.raises(ValueError, match='none of its labelled videos is here'):
        convert_labels(tmp_path / 'in', tmp_path / 'o.csv', folder)


def test_what_cannot_be(folder, tmp_path):
    path = tmp_path / 'a.csv'
    path.write_text('filename,start_s,end_s,phase\nntsc.mp4,0,1,x\n')
    with pytest.raises(ValueError, match='a.csv: would be written over'):
        convert_labels(path, path)
    with pytest.raises(ValueError, match=r"form must be one of csv, .*, got 'doc'"):
        convert_labels(path, tmp_path / 'o', None, 'doc')
    with pytest.raises(ValueError, match='is a table, which has no tiers'):
        convert_labels(path, tmp_path / 'o.vtt', tiers=['x'])
    with pytest.raises(FileNotFoundError, match='absent'):
        convert_labels(tmp_path / 'absent', tmp_path / 'o.vtt')
    with pytest.raises(FileNotFoundError, match='absent'):
        convert_labels(path, tmp_path / 'o.vtt', tmp_path / 'absent')
    with pytest.raises(ValueError, match='a.csv: is a file; name the folder'):
        convert_labels(path, tmp_path / 'o.vtt', path)
    assert list(tmp_path.iterdir()) == [path]
