import json
import sys
from types import SimpleNamespace
from zipfile import ZipFile

import numpy as np
import pyarrow.parquet
import pytest

from carl_mm.apis.embedding.video_embedding import VideoEmbedding
from tests.apis.embedding.test_video_embedding import FORMS, PROVENANCE, video


def test_a_header_that_is_cut_is_a_broken_file(tmp_path):
    whole = tmp_path / 'whole.npz'
    video().save(whole)
    with ZipFile(whole) as old, ZipFile(tmp_path / 'a.npz', 'w') as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b'}', b'('))
    with pytest.raises(ValueError, match=r'a\.npz: not a file of embeddings'):
        VideoEmbedding.load(tmp_path / 'a.npz')


def test_other_programs_read_the_files(tmp_path):
    saved = video(filename='a.mp4')
    saved.save(tmp_path / 'a.npz')
    with np.load(tmp_path / 'a.npz', allow_pickle=False) as arrays:
        assert set(arrays) == {
            *('embeddings', 'timestamps', 'fps', 'filename', 'provenance')
        }
        assert arrays['fps'] == saved.fps
        assert arrays['filename'] == 'a.mp4'
        assert json.loads(str(arrays['provenance'])) == PROVENANCE
    saved.save(tmp_path / 'a.parquet')
    table = pyarrow.parquet.read_table(tmp_path / 'a.parquet')
    assert table.column_names == ['timestamp', 'embedding']
    assert str(table.schema.field('embedding').type).startswith('fixed_size_list')
    rows = table.to_pylist()
    assert [row['timestamp'] for row in rows] == saved.timestamps.tolist()
    assert [row['embedding'] for row in rows] == saved.embeddings.tolist()
    assert table.schema.metadata[b'filename'] == b'a.mp4'


@pytest.mark.parametrize('form', FORMS)
def test_equal_embeddings_give_equal_bytes(tmp_path, form):
    video().save(tmp_path / f'a.{form}')
    video(provenance=dict(reversed(PROVENANCE.items()))).save(tmp_path / f'b.{form}')
    assert (tmp_path / f'a.{form}').read_bytes() == (
        tmp_path / f'b.{form}'
    ).read_bytes()


def test_a_file_of_objects_runs_no_code(tmp_path):
    ran = tmp_path / 'ran'
    bad = np.array([SimpleNamespace()], dtype=object)
    bad[0] = type('Evil', (), {'__reduce__': lambda _: (ran.touch, ())})()
    np.savez(tmp_path / 'a.npz', embeddings=bad, filename='a', fps=1, provenance=bad)
    with pytest.raises(ValueError, match='not a file of embeddings'):
        VideoEmbedding.load(tmp_path / 'a.npz')
    assert not ran.exists()


def test_without_pyarrow_it_says_what_to_install(tmp_path, monkeypatch):
    video().save(tmp_path / 'a.parquet')
    monkeypatch.setitem(sys.modules, 'pyarrow', None)
    with pytest.raises(ImportError, match='pip install pyarrow'):
        video().save(tmp_path / 'b.parquet')
    with pytest.raises(ImportError, match='pip install pyarrow'):
        VideoEmbedding.load(tmp_path / 'a.parquet')
    video().save(tmp_path / 'b.npz')


@pytest.mark.parametrize('form', FORMS)
@pytest.mark.parametrize('content', ['empty', 'text', 'half', 'other', 'npy'])
def test_another_file_is_refused(tmp_path, form, content):
    path = tmp_path / f'a.{form}'
    video(200).save(path)
    if content == 'half':
        path.write_bytes(path.read_bytes()[:1000])
    elif content == 'other' and form == 'npz':
        np.savez(path, embeddings=np.zeros((2, 2), np.float32))
    elif content == 'other':
        pyarrow.parquet.write_table(pyarrow.table({'x': [1]}), path)
    elif content == 'npy':
        with path.open('wb') as stream:
            np.save(stream, np.zeros(3))
    else:
        path.write_text('' if content == 'empty' else 'filename,phase\n')
    with pytest.raises(ValueError, match=rf'a\.{form}: not a file of emb') as info:
        VideoEmbedding.load(path)
    assert 'tools/embed.py' in str(info.value)
    assert '\n' not in str(info.value)


def test_a_parquet_file_without_a_checksum_is_read(tmp_path):
    """As those that were written before there was one."""
    saved = video()
    saved.save(tmp_path / 'a.parquet')
    table = pyarrow.parquet.read_table(tmp_path / 'a.parquet')
    metadata = dict(table.schema.metadata)
    assert metadata.pop(b'crc32')
    table = table.replace_schema_metadata(metadata)
    pyarrow.parquet.write_table(table, tmp_path / 'b.parquet')
    loaded = VideoEmbedding.load(tmp_path / 'b.parquet')
    np.testing.assert_array_equal(loaded.embeddings, saved.embeddings)
