"""Files of others, as bytes, text, JSON and XML."""

import gzip

import pytest

from carl_mm.datasets.converters.formats.annotations import source as module
from carl_mm.datasets.converters.formats.annotations.source import Source
from tests.datasets.converters.formats.annotations.samples import source


def test_text_in_both_encodings_and_compressed(tmp_path):
    for encoding in ('utf-8', 'utf-8-sig', 'utf-16'):
        file = source(tmp_path, 'a', ' \n{"é": 1}', encoding)
        assert file.head == '{"é": 1}'
        assert file.json == {'é': 1}
    packed = source(tmp_path, 'a.boris.gz', gzip.compress('{"é": 1}'.encode()))
    assert packed.json == {'é': 1}


def test_large_files_are_refused_before_they_are_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(module, 'MAX_BYTES', 2**20)
    for name, data in (('a', bytes(2**20 + 1)), ('b', gzip.compress(bytes(2**26)))):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(ValueError, match=f'{name}: has more than 1 MB'):
            Source(tmp_path / name)


def test_what_is_cut_off_or_of_another_kind(tmp_path):
    with pytest.raises(FileNotFoundError, match='absent'):
        Source(tmp_path / 'absent')
    with pytest.raises(ValueError, match='a.gz: not a whole gzip file'):
        source(tmp_path, 'a.gz', gzip.compress(b'{}' * 99)[:-9])
    with pytest.raises(ValueError, match='a: not a JSON file: nested more than 64'):
        source(tmp_path, 'a', '[' * 100_000).json  # noqa: B018
    with pytest.raises(ValueError, match='a: not a JSON file'):
        source(tmp_path, 'a', f'{{"a": {"9" * 10_000}}}').json  # noqa: B018
    with pytest.raises(ValueError, match=r'a: line 2 is not in UTF-8 \(byte 0xfc\)'):
        source(tmp_path, 'a', '{\n"ü": 1}', 'latin-1').json  # noqa: B018
    with pytest.raises(ValueError, match='a: not an XML file: no element'):
        source(tmp_path, 'a', '<a>').xml  # noqa: B018


def test_its_video_is_called_like_it(tmp_path):
    assert source(tmp_path, 'a b.vtt', '').video == 'a b'
    assert Source(tmp_path / 'a b.vtt', 'sub/a b').video == 'sub/a b'
