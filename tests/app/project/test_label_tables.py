"""Tables of saved rows."""

import pytest

from carl_mm.apis.phases.segments import PhaseSegment, write_phase_csv
from carl_mm.app.project.label_tables import (
    all_rows,
    read_segments,
    renamed,
    rows_of_segments,
    segments_of_rows,
)

HEADER = 'filename,first_frame,last_frame,phase'


def test_what_carrying_writes_is_read_whole(tmp_path):
    segments = {'a,b.mp4': [PhaseSegment(0, 4, 'x', -1, 0.25, 0.0, 0.5)]}
    write_phase_csv(tmp_path / 's.csv', segments)
    assert read_segments(tmp_path / 's.csv', []) == segments


@pytest.mark.parametrize('text', [None, HEADER, f'{HEADER}\n', f'\n{HEADER}\r\n\n'])
def test_no_file_and_no_row(tmp_path, text):
    if text is not None:
        (tmp_path / 's.csv').write_text(text)
    assert read_segments(tmp_path / 's.csv', ['a']) == {}


def test_names_are_found_in_any_spelling_and_exact_ones_first(tmp_path):
    names = ['u\u0308.mp4', '\u00fc.mp4', 'sub/e\u0301.mp4', ' lead.mp4']
    rows = [f'{name},{i},{i},x' for i, name in enumerate(names)]
    rows += ['sub\\\u00e9.mp4,8,8,x', 'gone.mp4,0,0,x']
    (tmp_path / 's.csv').write_text('\n'.join([HEADER, *rows]))
    found = all_rows(read_segments(tmp_path / 's.csv', names))
    assert found == {
        'u\u0308.mp4': [[0, 0, 'x']],
        '\u00fc.mp4': [[1, 1, 'x']],
        'sub/e\u0301.mp4': [[2, 2, 'x'], [8, 8, 'x']],
        ' lead.mp4': [[3, 3, 'x']],
        'gone.mp4': [[0, 0, 'x']],
    }


def test_all_problems_at_once(tmp_path):
    (tmp_path / 's.csv').write_text(f'{HEADER}\na,1.5,2,x\nb,1,y,x\n')
    with pytest.raises(ValueError, match=r's.csv: 2 problems:\n  line 2: a: must'):
        read_segments(tmp_path / 's.csv', ['a'])
    (tmp_path / 's.csv').write_text(f'{HEADER}\na,0,2,x\na,2,3,x\nb,4,3,x\n')
    with pytest.raises(ValueError, match='s.csv: 2 problems'):
        read_segments(tmp_path / 's.csv', ['a'])


def test_rows_become_segments_in_order_and_back():
    rows = [[5, 9, ' b '], [0, 4, 'a']]
    segments = segments_of_rows(rows)
    assert rows_of_segments(segments) == [[0, 4, 'a'], [5, 9, 'b']]
    assert {segment.confidence for segment in segments} == {1.0}
    assert all_rows(renamed({'v': segments}, 'a', 'c')) == {
        'v': [[0, 4, 'c'], [5, 9, 'b']]
    }
