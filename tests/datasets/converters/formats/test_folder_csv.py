"""CSV files of labels and splits."""

import pytest

from carl_mm.apis.phases.segments import PhaseSegment, write_phase_csv
from carl_mm.datasets.converters.formats.folder_csv import (
    LabelRow,
    read_labels,
    read_splits,
    row_span_problems,
)

VIDEOS = ['a.mp4', 'b, c.mp4']
LABELS = 'filename,first_frame,last_frame,phase'


def write(path, *lines):
    path.write_text('\n'.join(lines) + '\n', encoding='utf-8-sig')
    return path


def test_labels_as_spreadsheets_write_them(tmp_path):
    path = write(
        tmp_path / 'l.csv', LABELS, '"b, c.mp4", 3 ,4, pour ', '', 'a.mp4,0,2,x'
    )
    rows, action = read_labels(path, VIDEOS, None, None)
    assert action == 'action'
    assert rows == [
        LabelRow(2, 'b, c.mp4', 3, 4, 'pour', 'action'),
        LabelRow(4, 'a.mp4', 0, 2, 'x', 'action'),
    ]
    assert read_labels(path, VIDEOS, None, 'cook')[1] == 'cook'


def test_a_column_of_actions(tmp_path):
    path = write(tmp_path / 'l.csv', f'{LABELS},action', 'a.mp4,0,2,x,cook')
    (row,), action = read_labels(path, VIDEOS, None, None)
    assert (row.action, action) == ('cook', None)
    with pytest.raises(ValueError, match="column action; leave out action='stir'"):
        read_labels(path, VIDEOS, None, 'stir')
    write(path, f'{LABELS},action', 'a.mp4,0,2,x,cook', 'a.mp4,3,4,x,stir')
    with pytest.raises(ValueError, match="line 3: a.mp4: action 'stir'; .* one action"):
        read_labels(path, VIDEOS, None, None)


def test_bad_files_of_labels(tmp_path):
    path = write(tmp_path / 'l.csv', 'filename,first_frame,phases')
    with pytest.raises(ValueError, match="missing column 'last_frame'") as error:
        read_labels(path, VIDEOS, None, None)
    assert "unknown or repeated column 'phases'" in str(error.value)
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


def test_the_end_is_checked_where_the_length_is_known():
    rows = [LabelRow(2, 'a.mp4', 0, 9, 'x', ''), LabelRow(3, 'b.mp4', 0, 9, 'x', '')]
    (problem,) = row_span_problems(rows, {'a.mp4': 9})
    assert problem.startswith('line 2: a.mp4: last frame 9 is past the end')


def test_what_label_phases_writes_is_read(tmp_path):
    segments = [PhaseSegment(0, 4, 'lift', 0, 0.9, 0.0, 0.2)]
    write_phase_csv(tmp_path / 'phases.csv', {'sub/a.mp4': segments})
    rows, action = read_labels(tmp_path / 'phases.csv', ['sub/a.mp4'], None, None)
    assert rows == [LabelRow(2, 'sub/a.mp4', 0, 4, 'lift', 'action')]
    assert action == 'action'
    assert read_labels(tmp_path / 'phases.csv', None, None, None)[0] == rows
