"""Tables that are imported."""

import pytest

from carl_mm.app.project.label_import import read_table_of_user
from carl_mm.datasets.converters.formats.tables.frame_count import FrameCount
from tests.app.circle_library import CircleLibrary

LIBRARY = CircleLibrary(**{'a.mp4': range(10), 'sub/b, c.mp4': range(20)})
FRAMES = 'filename,first_frame,last_frame,phase\n'
EXCEL = 'sep=;\r\nPhase;Filename;First frame;Last frame\r\nx;a.mp4;0;4\r\ny;a.mp4;5;9'
ROWS = {'a.mp4': [[0, 4, 'x'], [5, 9, 'y']]}


@pytest.mark.parametrize(
    'content',
    [
        f'{FRAMES}a.mp4,0,4,x\na.mp4,5,9,y\n'.encode(),
        EXCEL.encode('utf-16'),
        b'filename\tstart_s\tend_s\tphase\na.mp4\t0\t0.5\tx\na.mp4\t0.5\t0:01\ty\n',
    ],
)
def test_every_form_that_commands_read(content):
    rows, _ = read_table_of_user(content, 'mine.csv', LIBRARY)
    assert rows == ROWS


def test_frames_may_count_otherwise():
    content = f'{FRAMES}a.mp4,1,5,x\na.mp4,6,10,y\n'.encode()
    assert read_table_of_user(content, 'm.csv', LIBRARY, FrameCount(1))[0] == ROWS
    content = f'{FRAMES}"sub/b, c.mp4",1,5,x\n'.encode()
    rows, remarks = read_table_of_user(content, 'm.csv', LIBRARY)
    assert rows == {'sub/b, c.mp4': [[1, 5, 'x']]}
    assert remarks[0].startswith('m.csv: the first row of every video starts at frame')


def test_rows_past_the_end_are_named_all_at_once():
    content = f'{FRAMES}a.mp4,0,10,x\na.mp4,12,15,y\n"sub/b, c.mp4",3,25,x\n'.encode()
    with pytest.raises(ValueError, match='mine.csv: 3 problems') as info:
        read_table_of_user(content, 'mine.csv', LIBRARY)
    for line in (2, 3, 4):
        assert f'line {line}: ' in str(info.value)
    assert '/tmp' not in str(info.value)


@pytest.mark.parametrize(
    ('content', 'said'),
    [
        (b'', 'm.csv: '),
        (b'\xff\xfe\x00', 'm.csv: '),
        (b'PK\x03\x04...', 'm.csv: not a CSV file, but a workbook'),
        (f'{FRAMES}z.mp4,0,1,x\nq.mp4,0,1,x\n'.encode(), 'm.csv: 2 problems'),
    ],
)
def test_what_is_no_such_table_is_said_with_its_name(content, said):
    with pytest.raises(ValueError, match=said):
        read_table_of_user(content, 'm.csv', LIBRARY)


@pytest.mark.parametrize('name', ['a.vtt', 'C:\\x\\a.vtt', '../../a.vtt', 'a\x00.vtt'])
def test_files_of_other_programs_whose_name_is_that_of_the_video(name):
    content = b'WEBVTT\n\n00:00.000 --> 00:00.500\nx\n\n00:00.500 --> 00:01.000\ny\n'
    if '\x00' in name:
        with pytest.raises(ValueError, match="videos is here, such as 'a_'"):
            read_table_of_user(content, name, LIBRARY)
        return
    rows, remarks = read_table_of_user(content, name, LIBRARY)
    assert (rows, remarks) == (ROWS, [])


@pytest.mark.parametrize('name', ['', '.', 'x' * 300, '水' * 300 + '.json', '.eaf'])
def test_any_name_can_be_given(name):
    content = f'{FRAMES}a.mp4,0,4,x\na.mp4,5,9,y\n'.encode()
    assert read_table_of_user(content, name, LIBRARY)[0] == ROWS
