"""The text of a table, in whichever encoding it is."""

import codecs
import re
import zipfile
from io import BytesIO
from pathlib import Path

from carl_mm.quoting import quote

ARCHIVE = b'PK\x03\x04'  # how zip archives start; .xlsx and .ods files are some
IN_WORKBOOKS = {'[Content_Types].xml', 'mimetype'}
AROUND = 30  # bytes on each side of a bad one that a message shows
REMEDY = "save it as 'CSV UTF-8'"


def read_text(path: str | Path) -> str:
    """Read a text in UTF-8, or in UTF-16 with a byte order mark.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: The file is in another encoding; says what it may be.
    """
    data = Path(path).read_bytes()
    is_wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if data.startswith(ARCHIVE):
        raise ValueError(f'{path}: not a CSV file, but {_archive(data)}')
    try:
        text = data.decode('utf-16' if is_wide else 'utf-8-sig')
    except UnicodeDecodeError as error:
        if is_wide:
            raise ValueError(f'{path}: not a whole file in UTF-16; {REMEDY}') from error
        line = data.count(b'\n', 0, error.start) + 1
        before = re.split(rb'[\r\n]', data[: error.start])[-1][-AROUND:]
        after = re.split(rb'[\r\n]', data[error.start : error.start + AROUND])[0]
        seen = (before + after).decode('cp1252', errors='replace')
        raise ValueError(
            f'{path}: not a CSV file in UTF-8: line {line} has the byte '
            f'{data[error.start]:#04x}; if {quote(seen)} is right, it is in '
            f'Windows-1252: {REMEDY}'
        ) from error
    if '\0' in text:
        line = text.count('\n', 0, text.index('\0')) + 1
        raise ValueError(f'{path}: line {line} has a zero byte; {REMEDY}')
    return text


def _archive(data: bytes) -> str:
    """Say what an archive is, and what to do; programs of annotators export some."""
    try:
        names = zipfile.ZipFile(BytesIO(data)).namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        names = []
    if not names or IN_WORKBOOKS.intersection(names):
        return f'a workbook; {REMEDY}'
    return f'an archive with {quote(names[0])}; unpack it'
