"""A file of labels that another program wrote."""

import codecs
import gzip
import zlib
from functools import cached_property
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from carl_mm.datasets.converters.formats.annotations.xml_tree import parse_xml
from carl_mm.json_files import parse_json
from carl_mm.quoting import clip

MAX_BYTES = 2**26
HEAD_BYTES = 4096
GZIP = b'\x1f\x8b'


class Source:
    """A file, as bytes, text, JSON or XML; each is made when it is asked for.

    Args:
        path: File, which may be compressed by gzip.
        video: Name of its video, where its form tells none; by default the name of the
            file without its ending.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: The file is larger than 64 MB.
    """

    def __init__(self, path: str | Path, video: str | None = None) -> None:
        self.path = Path(path)
        self.video = video or self.path.stem
        self.data = self._read()

    def _read(self) -> bytes:
        with self.path.open('rb') as file:
            data = file.read(MAX_BYTES + 1)
        if data.startswith(GZIP):
            try:
                with gzip.open(self.path) as stream:
                    data = stream.read(MAX_BYTES + 1)
            except (OSError, EOFError, zlib.error) as error:
                raise self.error(f'not a whole gzip file: {clip(error)}') from error
        if len(data) > MAX_BYTES:
            raise self.error(
                f'has more than {MAX_BYTES // 2**20} MB, which labels have not; export '
                'fewer videos at once'
            )
        return data

    def error(self, problem: str) -> ValueError:
        """Return an error that names the file."""
        return ValueError(f'{self.path}: {problem}')

    @property
    def head(self) -> str:
        """The start of the text, whatever its bytes are."""
        start = self.data[:HEAD_BYTES]
        return start.decode(self._encoding, errors='replace').lstrip()

    @property
    def _encoding(self) -> str:
        marks = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
        return 'utf-16' if self.data.startswith(marks) else 'utf-8-sig'

    @cached_property
    def text(self) -> str:
        """The whole text, in UTF-8, or in UTF-16 with a byte order mark.

        Raises:
            ValueError: It is in another encoding; says where that shows.
        """
        try:
            return self.data.decode(self._encoding)
        except UnicodeDecodeError as error:
            line = self.data.count(b'\n', 0, error.start) + 1
            raise self.error(
                f'line {line} is not in UTF-8 (byte {self.data[error.start]:#04x}); '
                'save the file in UTF-8'
            ) from error

    @cached_property
    def json(self) -> Any:
        """The value.

        Raises:
            ValueError: It is not JSON, or nested more than 64 deep.
        """
        try:
            return parse_json(self.text)
        except ValueError as error:
            if str(error).startswith(f'{self.path}'):
                raise
            raise self.error(f'not a JSON file: {clip(error)}') from error

    @cached_property
    def xml(self) -> Element:
        """The root.

        Raises:
            ValueError: It is not XML, declares entities, or is nested too deep.
        """
        try:
            return parse_xml(self.data)
        except ValueError as error:
            raise self.error(f'not an XML file: {clip(error)}') from error
