"""The folder's videos and the uploads."""

import threading

import cv2
import numpy as np
import pytest

from carl_mm.app.media.playable import frame_jpeg, playable
from carl_mm.app.project.library import VideoLibrary
from carl_mm.datasets.video_io.video_writer import write_mp4
from tests.conftest import moving_square


@pytest.fixture
def make(inferencer, tmp_path):
    def library(folder, model=inferencer):
        return VideoLibrary(folder, model, tmp_path / 'emb', tmp_path / 'uploads')

    return library


class Counting:
    """An inferencer that counts."""

    def __init__(self, inferencer):
        self.inferencer, self.calls = inferencer, []
        self.provenance, self.device = inferencer.provenance, inferencer.device

    def embed_file(self, path, advance=None):
        self.calls.append(str(path))
        return self.inferencer.embed_file(path, advance)


def test_the_folder_is_embedded_once(make, inferencer, video_folder):
    model = Counting(inferencer)
    library = make(video_folder, model)
    assert (library.progress.total, library.names) == (4, [])
    library.prepare()
    assert library.names == ['a.mp4', 'b.mp4', 'c.mp4', 'sub/d.mp4']
    assert (library.progress.ready, library.progress.done) == (True, 4)
    for name in library.names:
        video = library.video(name)
        assert video.filename == name
        expected = inferencer.embed_file(video_folder / name).embeddings
        np.testing.assert_array_equal(video.embeddings, expected)
    shown = [call for call in model.calls if 'link' not in call]
    assert len(shown) == 4
    again = Counting(inferencer)
    library = make(video_folder, again)
    library.prepare()
    assert again.calls == []
    assert len(library.names) == 4


def test_damaged_videos_are_left_out(make, tmp_path):
    folder = tmp_path / 'videos'
    for name in 'ab':
        write_mp4(folder / f'{name}.mp4', moving_square(8), 25)
    (folder / 'bad.mp4').write_text('no video')
    library = make(folder)
    library.prepare()
    assert library.names == ['a.mp4', 'b.mp4']
    assert 'cannot be decoded' in library.left_out['bad.mp4']
    assert library.progress.ready
    with pytest.raises(ValueError, match=r'^bad\.mp4: .*cannot be decoded'):
        library.video('bad.mp4')


def test_an_embedding_of_a_video_that_is_gone_is_not_shown(make, tmp_path):
    folder = tmp_path / 'videos'
    for name in 'ab':
        write_mp4(folder / f'{name}.mp4', moving_square(8), 25)
    make(folder).prepare()
    (folder / 'a.mp4').unlink()
    library = make(folder)
    library.prepare()
    assert library.names == ['b.mp4']


def test_a_disk_that_fills_is_told(make, video_folder, monkeypatch):
    def full(*_, **__):
        raise OSError(28, 'No space left on device')

    monkeypatch.setattr(np, 'savez', full)
    library = make(video_folder)
    library.prepare()
    assert 'cannot be written: No space left on device' in library.progress.error
    assert not library.progress.ready


def test_before_it_is_ready(make, video_folder):
    library = make(video_folder)
    with pytest.raises(ValueError, match='no embeddings yet'):
        library.video('a.mp4')
    with pytest.raises(ValueError, match='choose a video first'):
        library.video(None)  # what an empty picker gives
    assert library.path('a.mp4') == video_folder.resolve() / 'a.mp4'


def test_an_upload_does_not_wait_for_the_folder(
    make, inferencer, video_folder, tmp_path
):
    """It comes in between two videos."""
    write_mp4(tmp_path / 'new.mp4', moving_square(8), 25)
    names = []

    class Slow(Counting):
        def embed_file(self, path, advance=None):
            if not names and 'uploads' not in str(path):
                started.set()
                done.wait(0.3)
            return super().embed_file(path, advance)

    started, done = threading.Event(), threading.Event()
    library = make(video_folder, Slow(inferencer))
    thread = threading.Thread(target=library.prepare)
    thread.start()
    assert started.wait(20)
    names.append(library.add_upload(tmp_path / 'new.mp4', 'new.mp4'))
    done.set()
    assert not (tmp_path / 'new.mp4').exists()
    thread.join(60)
    assert library.names[0] == 'uploaded_new.mp4'
    assert len(library.names) == 5


def test_an_upload_is_removed(make, video_folder, tmp_path):
    library = make(video_folder)
    for index in range(3):
        write_mp4(tmp_path / 'new.mp4', moving_square(3), 25)
        library.add_upload(tmp_path / 'new.mp4', f'{index}.mp4')
    library.remove_upload(library.path('uploaded_0.mp4'))
    assert library.names == ['uploaded_2.mp4', 'uploaded_1.mp4']
    kept = sorted(path.name for path in (tmp_path / 'uploads').iterdir())
    assert kept == ['uploaded_1.mp4', 'uploaded_2.mp4']
    with pytest.raises(ValueError, match='no such video'):
        library.video('uploaded_0.mp4')
    # What was known of a name stays true: browsers and caches keep it.
    write_mp4(tmp_path / 'new.mp4', moving_square(5), 25)
    assert library.add_upload(tmp_path / 'new.mp4', '0.mp4') == 'uploaded_0_2.mp4'


@pytest.mark.parametrize('error', [ValueError, RuntimeError])
def test_an_upload_that_cannot_be_embedded_is_removed(
    make, inferencer, video_folder, tmp_path, monkeypatch, error
):
    def embed_file(path, on_progress=None):
        raise error('out of memory')

    library = make(video_folder)
    monkeypatch.setattr(inferencer, 'embed_file', embed_file)
    write_mp4(tmp_path / 'new.mp4', moving_square(3), 25)
    with pytest.raises(error, match='out of memory'):
        library.add_upload(tmp_path / 'new.mp4', 'new.mp4')
    assert not list((tmp_path / 'uploads').iterdir())
    assert library.names == []


def test_folders_of_images_and_links_inside_are_shown(make, tmp_path):
    folder = tmp_path / 'videos'
    for name in ('one', 'sub/two'):
        (folder / name).mkdir(parents=True)
        for number, picture in enumerate(moving_square(8)):
            cv2.imwrite(f'{folder / name}/{number}.png', picture)
    (folder / 'again').symlink_to(folder / 'sub', target_is_directory=True)
    (tmp_path / 'far' / 'three').mkdir(parents=True)
    cv2.imwrite(str(tmp_path / 'far' / 'three' / '1.png'), next(moving_square(1)))
    (folder / 'far').symlink_to(tmp_path / 'far', target_is_directory=True)
    library = make(folder)
    library.prepare()
    assert library.names == ['one', 'sub/two']
    assert list(library.left_out) == ['far/three']
    assert not list((tmp_path / 'emb').rglob('three*'))  # nor embedded
    shown = playable(library.path('one'), tmp_path / 'copies')
    assert (shown.media_type, len(shown.times)) == ('video/mp4', 8)
    assert frame_jpeg(library.path('one'), 7)
