import json
import sys
from types import SimpleNamespace
from zipfile import ZipFile

import numpy as np
import pyarrow.parquet
import pytest

from carl_mm.apis.embedding.embedding_files import read_provenance
from carl_mm.apis.embedding.video_embedding import VideoEmbedding

FORMS = ('npz', 'parquet')
PROVENANCE = {'config': 'ü.py', 'version': '0.1.0'}


def video(num_frames=5, size=3, **changes):
    rng = np.random.default_rng(0)
    fields = {
        'filename': 'clips/ü \udcff.mp4',  # Linux allows names that are no text
        'embeddings': rng.normal(size=(num_frames, size)).astype(np.float32),
        'timestamps': np.cumsum(rng.random(num_frames)),
        'fps': 30000 / 1001,
        'provenance': PROVENANCE,
    }
    return VideoEmbedding(**(fields | changes))


@pytest.mark.parametrize('form', FORMS)
@pytest.mark.parametrize('num_frames', [0, 1, 5])
def test_a_file_gives_back_all_of_it(tmp_path, form, num_frames):
    saved = video(num_frames)
    saved.save(tmp_path / 'new' / f'a.{form}')
    loaded = VideoEmbedding.load(str(tmp_path / 'new' / f'a.{form}'))
    assert len(loaded) == num_frames
    np.testing.assert_array_equal(loaded.embeddings, saved.embeddings, strict=True)
    np.testing.assert_array_equal(loaded.timestamps, saved.timestamps, strict=True)
    assert (loaded.filename, loaded.fps) == (saved.filename, saved.fps)
    assert loaded.provenance == PROVENANCE
    assert read_provenance(tmp_path / 'new' / f'a.{form}') == PROVENANCE
    assert [path.name for path in (tmp_path / 'new').iterdir()] == [f'a.{form}']


@pytest.mark.parametrize('form', FORMS)
@pytest.mark.parametrize('num_frames', [0, 1, 5])
def test_frame_features_are_kept(tmp_path, form, num_frames):
    features = np.random.default_rng(1).random((num_frames, 7), dtype=np.float32)
    video(num_frames, frame_features=features).save(tmp_path / f'a.{form}')
    loaded = VideoEmbedding.load(tmp_path / f'a.{form}')
    np.testing.assert_array_equal(loaded.frame_features, features, strict=True)
    assert video().frame_features is None


@pytest.mark.parametrize('dtype, shape', [('f8', (5, 7)), ('f4', (4, 7)), ('f4', (5,))])
def test_frame_features_of_another_form_are_refused(dtype, shape):
    with pytest.raises(ValueError, match=r'frame_features must be \(T, F\) float32'):
        video(frame_features=np.zeros(shape, dtype))


@pytest.mark.parametrize('form', FORMS)
def test_equal_embeddings_give_equal_bytes(tmp_path, form):
    video().save(tmp_path / f'a.{form}')
    video(provenance=dict(reversed(PROVENANCE.items()))).save(tmp_path / f'b.{form}')
    assert (tmp_path / f'a.{form}').read_bytes() == (
        tmp_path / f'b.{form}'
    ).read_bytes()


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
    for read in (VideoEmbedding.load, read_provenance):
        with pytest.raises(ValueError, match=rf'a\.{form}: not a file of emb') as info:
            read(path)
        assert 'tools/embed.py' in str(info.value)
        assert '\n' not in str(info.value)


def test_a_header_that_is_cut_is_a_broken_file(tmp_path):
    whole = tmp_path / 'whole.npz'
    video().save(whole)
    with ZipFile(whole) as old, ZipFile(tmp_path / 'a.npz', 'w') as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b'}', b'('))
    for read in (VideoEmbedding.load, read_provenance):
        with pytest.raises(ValueError, match=r'a\.npz: not a file of embeddings'):
            read(tmp_path / 'a.npz')


def test_a_file_of_objects_runs_no_code(tmp_path):
    ran = tmp_path / 'ran'
    bad = np.array([SimpleNamespace()], dtype=object)
    bad[0] = type('Evil', (), {'__reduce__': lambda _: (ran.touch, ())})()
    np.savez(tmp_path / 'a.npz', embeddings=bad, filename='a', fps=1, provenance=bad)
    with pytest.raises(ValueError, match='not a file of embeddings'):
        VideoEmbedding.load(tmp_path / 'a.npz')
    with pytest.raises(ValueError, match='not a file of embeddings'):
        read_provenance(tmp_path / 'a.npz')
    assert not ran.exists()


@pytest.mark.parametrize(
    ('changes', 'message'),
    [
        ({'embeddings': np.zeros(5, np.float32)}, r'\(5,\) and \(5,\)'),
        ({'timestamps': np.zeros(4)}, r'\(5, 3\) and \(4,\)'),
        ({'embeddings': np.zeros((5, 3))}, 'got float64 and float64'),
        ({'timestamps': np.arange(5)}, 'got float32 and int64'),
        ({'timestamps': np.array([0.0, 1, 2, 1.5, 3])}, 'must ascend'),
        ({'timestamps': np.array([0.0, 1, 2, np.nan, 3])}, 'finite'),
    ],
)
def test_what_is_no_video_embedding_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        video(**changes)


def test_wrong_names(tmp_path):
    with pytest.raises(FileNotFoundError, match=r'none\.npz: no such file'):
        VideoEmbedding.load(tmp_path / 'none.npz')
    for call in (video().save, VideoEmbedding.load):
        with pytest.raises(ValueError, match=r"kept in \.npz or .*not '\.csv'"):
            call(tmp_path / 'a.csv')


def test_without_pyarrow_it_says_what_to_install(tmp_path, monkeypatch):
    video().save(tmp_path / 'a.parquet')
    monkeypatch.setitem(sys.modules, 'pyarrow', None)
    with pytest.raises(ImportError, match='pip install pyarrow'):
        video().save(tmp_path / 'b.parquet')
    with pytest.raises(ImportError, match='pip install pyarrow'):
        VideoEmbedding.load(tmp_path / 'a.parquet')
    video().save(tmp_path / 'b.npz')


@pytest.mark.parametrize('form', FORMS)
def test_a_full_disk_leaves_the_old_file(tmp_path, monkeypatch, form):
    path = tmp_path / f'a.{form}'
    video().save(path)
    before = path.read_bytes()

    def full(*_, **__):
        raise OSError(28, 'No space left on device')

    monkeypatch.setattr(np, 'savez', full)
    monkeypatch.setattr(pyarrow.parquet, 'write_table', full)
    with pytest.raises(OSError, match=rf'a\.{form} cannot be written: No space'):
        video(9).save(path)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == [f'a.{form}']
