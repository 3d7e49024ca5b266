import numpy as np
import pyarrow.parquet
import pytest

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


def test_a_run_ends_when_the_next_frame_appears():
    frames = np.eye(3, dtype=np.float32)
    video = VideoEmbedding('a.mp4', frames, np.array([0.5, 0.7, 1.5]), 2.0)
    spans = [video.span_s(frame, frame) for frame in range(3)]
    assert spans == [(0.5, 0.7), (0.7, 1.5), (1.5, 2.0)]
    assert video.span_s(0, 2) == (0.5, 2.0)
