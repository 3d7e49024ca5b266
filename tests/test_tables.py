import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carl_mm.datasets.converters.formats.folder_csv import read_labels
from carl_mm.files import atomic_write_csv
from carl_mm.tables import csv_text, read_cell, write_cell

RUN = [
    '=1+1',
    '+1+1',
    '-1+1',
    '@SUM(A1)',
    '\t=1',
    '\r=1',
    ' =1',
    '＝1',
    "'=1",
    '-a.mp4',
]


@pytest.mark.parametrize('text', RUN)
def test_no_spreadsheet_runs_a_text(text):
    assert write_cell(text) == f"'{text}"
    assert read_cell(f"'{text}") == text


@pytest.mark.parametrize(
    'value', [-1, -2.5, '-1', '-2.50', '+3', '-1e-5', '-inf', 'a=b', "it's", "'a", '']
)
def test_numbers_and_other_texts_stay(value):
    assert write_cell(value) == value
    assert read_cell(str(value)) == str(value)


@given(st.text())
def test_every_text_comes_back(text):
    assert read_cell(str(write_cell(text))) == text


def test_a_table_of_others_is_not_protected():
    assert csv_text(['a'], [['-x']], protect=False) == 'a\n-x\n'
    assert list(csv.reader(io.StringIO(csv_text(['=a'], [['-x', -1]])))) == [
        ["'=a"],
        ["'-x", '-1'],
    ]


def test_labels_come_back(tmp_path):
    row = ('-a.mp4', 0, 3, '=HYPERLINK("x")')
    header = ('filename', 'first_frame', 'last_frame', 'phase')
    atomic_write_csv(tmp_path / 'a.csv', header, [row])
    assert '"\'=HYPER' in (tmp_path / 'a.csv').read_text()
    (found,) = read_labels(tmp_path / 'a.csv', None, None, None).rows
    assert (found.filename, *found.frames, found.phase) == row
