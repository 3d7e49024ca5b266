"""Texts in the encodings that tables have."""

import zipfile

import pytest

from carl_mm.datasets.converters.formats.tables.table_text import read_text


def test_text(tmp_path):
    (tmp_path / 'a.txt').write_bytes('\ufeffä\r\n'.encode('utf-16-le'))
    assert read_text(tmp_path / 'a.txt') == 'ä\r\n'
    with pytest.raises(FileNotFoundError):
        read_text(tmp_path / 'none.txt')


@pytest.mark.parametrize(
    ('content', 'message'),
    [
        (b'a\r\n\xff', "UTF-8: line 2 has the byte 0xff; if 'ÿ' is right, it is in "),
        (b'\xff\xfea', 'not a whole file in UTF-16; save it as'),
        (b'ab\n\0', 'line 2 has a zero byte; save it as'),
        (b'PK\x03\x04', 'not a CSV file, but a workbook; save it as'),
    ],
)
def test_what_is_no_such_text(tmp_path, content, message):
    (tmp_path / 'a.csv').write_bytes(content)
    with pytest.raises(ValueError, match=message):
        read_text(tmp_path / 'a.csv')


@pytest.mark.parametrize(
    ('names', 'message'),
    [
        (['annotations.xml', 'images/a.jpg'], "an archive with 'annotations.xml'; unp"),
        (['[Content_Types].xml', 'xl/workbook.xml'], 'a workbook; save it as'),
        (['mimetype', 'content.xml'], 'a workbook; save it as'),
    ],
)
def test_an_archive_is_told_from_a_workbook(tmp_path, names, message):
    with zipfile.ZipFile(tmp_path / 'task.zip', 'w') as archive:
        for name in names:
            archive.writestr(name, '<annotations/>')
    with pytest.raises(ValueError, match=f'task.zip: not a CSV file, but {message}'):
        read_text(tmp_path / 'task.zip')
