"""CSV files of labels and splits."""

import json
import unicodedata

import pytest

from carl_mm.apis.phases.segments import PhaseSegment, write_phase_csv
from carl_mm.datasets.converters.formats.folder_csv import read_labels, read_splits
from carl_mm.datasets.converters.formats.tables.frame_count import FrameCount
from carl_mm.datasets.converters.formats.tables.label_rows import ListedLabel
from tests.datasets.converters.formats.annotations.samples import LABEL_STUDIO

VIDEOS = ['a.mp4', 'b, c.mp4']
LABELS = 'filename,first_frame,last_frame,phase'


def write(path, *lines):
    path.write_text('\n'.join(lines) + '\n', encoding='utf-8-sig')
    return path


def test_labels_as_spreadsheets_write_them(tmp_path):
    path = write(
        tmp_path / 'l.csv', LABELS, '"b, c.mp4", 3 ,4, pour ', '', 'a.mp4,0,2,x'
    )
    table = read_labels(path, VIDEOS, None, None)
    assert (table.action, table.remarks) == ('action', [])
    assert table.rows == [
        ListedLabel(2, 'b, c.mp4', 'pour', 'action', (3, 4), None),
        ListedLabel(4, 'a.mp4', 'x', 'action', (0, 2), None),
    ]
    assert read_labels(path, VIDEOS, None, 'cook').action == 'cook'


def test_a_column_of_actions(tmp_path):
    path = write(tmp_path / 'l.csv', f'{LABELS},action', 'a.mp4,0,2,x,cook')
    table = read_labels(path, VIDEOS, None, None)
    assert ([row.action for row in table.rows], table.action) == (['cook'], None)
    with pytest.raises(ValueError, match="column action; leave out action='stir'"):
        read_labels(path, VIDEOS, None, 'stir')
    write(path, f'{LABELS},action', 'a.mp4,0,2,x,cook', 'a.mp4,3,4,x,stir')
    with pytest.raises(ValueError, match="line 3: a.mp4: action 'stir'; .* one action"):
        read_labels(path, VIDEOS, None, None)


def test_bad_files_of_labels(tmp_path):
    path = write(tmp_path / 'l.csv', 'filename,first_frame,phases')
    with pytest.raises(ValueError, match="missing column 'last_frame', 'phase' in "):
        read_labels(path, VIDEOS, None, None)
    write(path, 'filename,phase')
    with pytest.raises(ValueError, match=r"'last_frame' in '.*'; or start_s and end_s"):
        read_labels(path, VIDEOS, None, None)
    with pytest.raises(ValueError, match='no row under its header'):
        read_labels(write(path, LABELS), VIDEOS, None, None)
    path.write_bytes(b'filename\xff')
    with pytest.raises(ValueError, match=r'l\.csv: not a CSV file in UTF-8'):
        read_labels(path, VIDEOS, None, None)
    with pytest.raises(FileNotFoundError, match='absent.csv'):
        read_labels(tmp_path / 'absent.csv', VIDEOS, None, None)
    with pytest.raises(ValueError, match='phases must be different names'):
        read_labels(write(path, LABELS, 'a.mp4,0,1,x'), VIDEOS, ['x', 'x'], None)


def test_all_problems_at_once_and_no_more_than_twenty(tmp_path):
    path = write(tmp_path / 'l.csv', LABELS, *(f'{i}.mp4,0,1,x' for i in range(25)))
    with pytest.raises(ValueError, match='25 problems') as error:
        read_labels(path, VIDEOS, None, None)
    assert "'19.mp4'" in str(error.value)
    assert "'20.mp4'" not in str(error.value)
    assert str(error.value).endswith('and 5 more')


def test_splits(tmp_path):
    path = write(tmp_path / 's.csv', 'split,filename', 'test,a.mp4')
    assert read_splits(path, VIDEOS) == {'a.mp4': 'test'}


@pytest.mark.parametrize(
    ('row', 'message'),
    [
        ('a.mp4,dev', "line 3: a.mp4: unknown split 'dev'"),
        ('z.mp4,train', "line 3: unknown file 'z.mp4'"),
        ('"b, c.mp4",test', "line 3: a second row for 'b, c.mp4'"),
    ],
)
def test_bad_splits_are_refused(tmp_path, row, message):
    path = write(tmp_path / 's.csv', 'filename,split', '"b, c.mp4",train', row)
    with pytest.raises(ValueError, match=message):
        read_splits(path, VIDEOS)


def test_splits_of_any_spelling(tmp_path):
    path = write(tmp_path / 's.csv', 'Split;Filename', 'Train;./a.mp4')
    assert read_splits(path, VIDEOS) == {'a.mp4': 'train'}
    write(path, 'filename,split', 'a.mp4,test', '.\\a.mp4,test')
    with pytest.raises(ValueError, match="line 3: a second row for 'a.mp4'"):
        read_splits(path, VIDEOS)


def test_what_label_phases_writes_is_read(tmp_path):
    segments = [PhaseSegment(0, 4, 'lift', 0, 0.9, 0.0, 0.2)]
    write_phase_csv(tmp_path / 'phases.csv', {'sub/a.mp4': segments})
    span = ((0, 4), (0.0, 0.2), 0.9)
    expected = ListedLabel(2, 'sub/a.mp4', 'lift', 'action', *span)
    for names in (['sub/a.mp4'], None):
        table = read_labels(tmp_path / 'phases.csv', names, None, None)
        assert (table.rows, table.action, table.remarks) == ([expected], 'action', [])


def test_names_that_spreadsheets_would_run(tmp_path):
    segments = [PhaseSegment(0, 4, '=up', 0, 0.9), PhaseSegment(5, 6, "'-x", 0, 0.9)]
    write_phase_csv(tmp_path / 'phases.csv', {'-a.mp4': segments})
    table = read_labels(tmp_path / 'phases.csv', ['-a.mp4'], None, None)
    found = [(row.filename, row.phase, row.times) for row in table.rows]
    assert found == [('-a.mp4', '=up', None), ('-a.mp4', "'-x", None)]


def test_times_in_seconds_or_by_the_clock(tmp_path):
    path = tmp_path / 'l.csv'
    write(path, 'filename;start_s;end_s;phase', 'a.mp4;0,5;1,25;x', 'a.mp4;0:02;1:02;y')
    rows = read_labels(path, VIDEOS, None, None).rows
    assert [row.times for row in rows] == [(0.5, 1.25), (2.0, 62.0)]
    assert all(row.frames is None for row in rows)


def test_half_of_a_pair_of_columns_is_not_read(tmp_path):
    path = write(tmp_path / 'l.csv', f'{LABELS},end_s', 'a.mp4,1,2,x,0.1')
    (row,) = read_labels(path, VIDEOS, None, None).rows
    assert (row.frames, row.times) == ((1, 2), None)
    write(path, 'filename,first_frame,phase,start_s,end_s', 'a.mp4,1,x,0.1,0.3')
    (row,) = read_labels(path, VIDEOS, None, None).rows
    assert (row.frames, row.times) == (None, (0.1, 0.3))


@pytest.mark.parametrize(
    ('row', 'frames', 'times'),
    [
        ('a.mp4,1,2,x,,', (1, 2), None),
        ('a.mp4,,,x,0.1,0.2', None, (0.1, 0.2)),
        ('a.mp4,1,2,x,n/a,n/a', (1, 2), None),
    ],
)
def test_a_row_may_tell_one_of_both(tmp_path, row, frames, times):
    path = write(tmp_path / 'l.csv', f'{LABELS},start_s,end_s', row)
    (found,) = read_labels(path, VIDEOS, None, None).rows
    assert (found.frames, found.times) == (frames, times)


@pytest.mark.parametrize(
    ('row', 'message'),
    [
        ('a.mp4,,,x,,', 'line 2: a.mp4: has neither frames nor times'),
        ('a.mp4,1,,x,0,1', "line 2: a.mp4: last_frame must be an integer, got ''"),
        ('a.mp4,,,x,1,', "line 2: a.mp4: end_s must be in seconds or h:mm:ss, got ''"),
        ('a.mp4,,,x,2,1', 'line 2: a.mp4: start_s 2 is not before end_s 1'),
        ('A.MP4,0,1,x,,', "line 2: unknown file 'A.MP4'; there is 'a.mp4'"),
    ],
)
def test_rows_that_tell_nothing(tmp_path, row, message):
    path = write(tmp_path / 'l.csv', f'{LABELS},start_s,end_s', row)
    with pytest.raises(ValueError, match=f'l.csv: {message}$'):
        read_labels(path, VIDEOS, None, None)


def test_how_frames_are_counted_can_be_said(tmp_path):
    path = write(tmp_path / 'l.csv', LABELS, 'a.mp4,1,3,x', 'a.mp4,4,6,y')

    def frames(*count):
        table = read_labels(path, VIDEOS, None, None, FrameCount(*count))
        return [row.frames for row in table.rows]

    assert frames() == [(1, 3), (4, 6)]
    assert frames(1) == [(0, 2), (3, 5)]
    assert frames(0, True) == [(1, 2), (4, 5)]
    write(path, LABELS, 'a.mp4,0,3,x')
    with pytest.raises(ValueError, match='first_frame 0 is before frame 1, the first'):
        frames(1)
    write(path, LABELS, 'a.mp4,0,3,x', 'a.mp4,3,6,y')
    assert frames(0, True) == [(0, 2), (3, 5)]
    with pytest.raises(ValueError, match=r'starts \(1\): .*--exclusive-end'):
        frames()


def test_remarks_on_columns_and_phases(tmp_path):
    path = write(
        tmp_path / 'l.csv', f',{LABELS},comment', '0,a.mp4,0,1,Up,', '1,a.mp4,2,3,up,z'
    )
    assert read_labels(path, VIDEOS, None, None).remarks == [
        f"{path}: not read: 'comment'",
        f"{path}: 'Up' and 'up' are phases of their own",
    ]


def test_accents_are_one_character_or_two(tmp_path):
    one, two = (unicodedata.normalize(form, 'levé') for form in ('NFC', 'NFD'))
    path = write(tmp_path / 'l.csv', LABELS, f'a.mp4,0,1,{one}', f'a.mp4,2,3,{two}')
    rows = read_labels(path, VIDEOS, None, None).rows
    assert [row.phase for row in rows] == [one, one]
    rows = read_labels(path, VIDEOS, [two], None).rows
    assert [row.phase for row in rows] == [two, two]


def test_files_of_other_programs(tmp_path):
    path = tmp_path / 'labels.csv'
    path.write_text(json.dumps(LABEL_STUDIO))
    table = read_labels(path, ['sub/a b.mp4'], ['reach', 'pour'], None)
    assert [(r.filename, r.phase) for r in table.rows] == [
        ('sub/a b.mp4', 'reach'),
        ('sub/a b.mp4', 'pour'),
    ]
    with pytest.raises(
        ValueError, match='labels.csv: is of Label Studio, which says it'
    ):
        read_labels(path, None, None, None, FrameCount(1))
    path.write_text('WEBVTT\n\n00:00.000 --> 00:01.000\nx\n')
    assert read_labels(path, ['labels.mp4'], None, None).rows[0].times == (0, 1)


@pytest.mark.parametrize(
    ('text', 'said'),
    [
        ('{"metainfo": {}, "data_list": []}', 'is an annotation file, not a table of'),
        ('[{"a": 1}]', 'is JSON, but not of BORIS, Label Studio or VIA 3'),
        ('{"a"', 'not a JSON file'),
        ('<a/>', 'XML of an unknown kind'),
        ('<a', 'not an XML file'),
    ],
)
def test_what_is_of_no_known_program(tmp_path, text, said):
    path = write(tmp_path / 'l.csv', text)
    with pytest.raises(ValueError, match=f'l.csv: {said}'):
        read_labels(path, VIDEOS, None, None)


def test_confidences_that_are_none_are_told(tmp_path):
    path = write(tmp_path / 'l.csv', f'{LABELS},confidence', 'a.mp4,0,1,x,high')
    assert read_labels(path, VIDEOS, None, None).remarks == [
        f'{path}: confidence is no number from 0 to 1, and is not read, in 1 rows'
    ]
