"""CSV of any common form, and what is none."""

import pytest

from carl_mm.datasets.converters.formats.tables.csv_table import read_table

HEADER = 'filename,first_frame,last_frame,phase\n'
ROWS = 'a.mp4,0,19,up\na.mp4,20,39,down\n'
TEXT = HEADER + ROWS
COLUMNS = ('filename', 'first_frame', 'last_frame', 'phase')
CELLS = [('a.mp4', '0', '19', 'up'), ('a.mp4', '20', '39', 'down')]
FORMS = {
    'plain': TEXT,
    'byte order mark': '\ufeff' + TEXT,
    'Windows': TEXT.replace('\n', '\r\n'),
    'old Mac': TEXT.replace('\n', '\r'),
    'semicolon': TEXT.replace(',', ';'),
    'tab': TEXT.replace(',', '\t'),
    'sep': 'sep=,\n' + TEXT,
    'sep and bar': 'sep=|\r\n' + TEXT.replace(',', '|'),
    'sep and tab': '"sep=\t"\n' + TEXT.replace(',', '\t'),
    'case': HEADER.upper() + ROWS,
    'spaces': 'filename, First Frame, last-frame , phase\u00a0\n' + ROWS,
    'padding': HEADER + ROWS.replace('up', '\u00a0up\u200b').replace('a.', ' a.'),
    'quotes': HEADER + ROWS.replace('a.mp4', '"a.mp4"'),
    'comments': '# by me\n\n' + HEADER + '\n' + ROWS + ',,,\n \n\n',
    'trailing separators': TEXT.replace('\n', ',\n'),
    'empty cells at the end': HEADER + ROWS.replace('\n', ',,\n'),
    'joined files': HEADER + '\ufeff' + ROWS,
}


@pytest.mark.parametrize('form', FORMS)
def test_forms(tmp_path, form):
    path = tmp_path / 'a.csv'
    path.write_bytes(FORMS[form].encode())
    table = read_table(path, COLUMNS)
    assert [tuple(row[name] for name in COLUMNS) for _, row in table.rows] == CELLS
    assert (table.columns, table.unread) == (set(COLUMNS), [])


@pytest.mark.parametrize('encoding', ['utf-16', 'utf-16-le', 'utf-16-be', 'utf-8-sig'])
def test_encodings(tmp_path, encoding):
    mark = '\ufeff' if encoding[-2:] in ('le', 'be') else ''
    text = mark + TEXT.replace(',', '\t').replace('up', '提起')
    (tmp_path / 'a.csv').write_bytes(text.encode(encoding))
    table = read_table(tmp_path / 'a.csv', COLUMNS)
    assert [row['phase'] for _, row in table.rows] == ['提起', 'down']
    assert table.separator == '\t'


def test_lines_are_those_of_the_file(tmp_path):
    (tmp_path / 'a.csv').write_text('sep=;\n\n#\n' + TEXT.replace(',', ';'))
    table = read_table(tmp_path / 'a.csv', COLUMNS)
    assert [line for line, _ in table.rows] == [5, 6]


def test_other_columns_are_named(tmp_path):
    text = ',Filename,x,PHASE,My note,confidence,\n0,a.mp4,1,up,"so, so",0.5,\n'
    (tmp_path / 'a.csv').write_text(text)
    table = read_table(tmp_path / 'a.csv', ('filename', 'phase'), ('confidence', 'b'))
    row = {'filename': 'a.mp4', 'phase': 'up', 'confidence': '0.5'}
    assert table.rows == [(2, row)]
    assert table.columns == {'filename', 'phase', 'confidence'}
    assert table.remarks() == ["not read: 'x', 'My note'"]


@pytest.mark.parametrize(
    ('content', 'message'),
    [
        (b'', "line 1: missing column 'c', 'f' in ''; or d"),
        (b'tier\t00:00\tup\n', "line 1: missing column 'c', 'f' in "),
        (b'f,x\na,b\n', "line 1: missing column 'c' in 'f,x'; or d"),
        (b'f,c,F\na,b,c\n', "line 1: repeated column 'f'"),
        (b'f,c\n', 'has no row under its header'),
        (b'f,c\na\n', "line 2: expected 2 fields, got 'a'"),
        (b'f,c\na,b,c\n', "line 2: expected 2 fields, got 'a,b,c'"),
        (b'f,c\n"a,b\nc,d\n', 'not a CSV file: unexpected end of data'),
        (b'f,c\n"a,b\nc",d\n', 'line 3: f has a line break, as if a quote'),
        (b'f,c\na,1\x009\n', "line 2 has a zero byte; save it as 'CSV UTF-8'"),
        ('f,c\na,b\n'.encode('utf-16-le'), 'line 1 has a zero byte; save it as'),
        (b'\xff\xfef,c', 'not a whole file in UTF-16'),
        (b'PK\x03\x04 a workbook', 'a workbook; save it as .CSV UTF-8'),
        (
            'f,c\na,lev\u00e9\n'.encode('cp1252'),
            "line 2 has the byte 0xe9; if 'a,lev\u00e9' is right, .* Windows-1252",
        ),
    ],
)
def test_what_is_no_such_table(tmp_path, content, message):
    (tmp_path / 'a.csv').write_bytes(content)
    with pytest.raises(ValueError, match=f'a.csv: .*{message}') as error:
        read_table(tmp_path / 'a.csv', ['f'], (), (['c'], ['d']))
    assert '\n' not in str(error.value)
