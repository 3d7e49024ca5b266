import shutil

import numpy as np
import pytest

from carl_mm.apis import VideoEmbedding
from carl_mm.apis.embedding.folder_embedding import embed_folder
from carl_mm.app.models.embedder import Embedder
from carl_mm.app.project.library import VideoLibrary
from carl_mm.datasets.video_io.video_writer import write_mp4
from tests.conftest import moving_square

NAMES = ['a.mp4', 'b.mp4', 'c.mp4', 'sub/d.mp4']


class Counting:
    """An inferencer that counts, under another model's name if told so."""

    def __init__(self, inferencer, checkpoint=None):
        self.inferencer, self.calls = inferencer, []
        self.provenance, self.device = dict(inferencer.provenance), inferencer.device
        if checkpoint:
            self.provenance['checkpoint_sha256'] = checkpoint

    def embed_file(self, path, on_progress=None):
        self.calls.append(path.name)
        video = self.inferencer.embed_file(path, on_progress)
        provenance = {**video.provenance, **self.provenance}
        return VideoEmbedding(
            video.filename, video.embeddings, video.timestamps, video.fps, provenance
        )


class Models:
    def __init__(self, **models):
        self.models = models

    def load(self, name):
        return self.models[name]


@pytest.fixture
def make(inferencer, video_folder, tmp_path):
    def make(folder=video_folder, more_dirs=()):
        library = VideoLibrary(folder, tmp_path / 'up')
        one, two = Counting(inferencer), Counting(inferencer, 'another')
        models = Models(one=one, two=two)
        embedder = Embedder(library, models, tmp_path / 'emb', more_dirs)
        return embedder, library, one, two

    return make


def test_a_closed_one_embeds_no_more(make):
    embedder, library, one, _ = make()
    embedder.close()
    embedder.close(0.01)  # it is not waited for what does not end
    assert one.calls == [] and library.names == []


def test_nothing_is_embedded_twice(make, inferencer, video_folder):
    embedder, library, one, _ = make()
    embedder.use('one')
    assert library.names == NAMES and sorted(one.calls) == [
        *('a.mp4', 'b.mp4', 'c.mp4', 'd.mp4')
    ]
    for name in NAMES:
        expected = inferencer.embed_file(video_folder / name).embeddings
        np.testing.assert_array_equal(library.video(name).embeddings, expected)
    state = embedder.state()
    assert (state['done'], state['total'], state['error']) == (4, 4, '')
    assert embedder.seconds_a_frame > 0
    embedder.use('one')
    again, library, one, _ = make()
    again.use('one')
    assert one.calls == [] and library.names == NAMES


def test_what_the_commands_made_is_used(make, inferencer, video_folder, tmp_path):
    outside = [video_folder.resolve() / 'link.mp4']
    embed_folder(inferencer, [video_folder], tmp_path / 'made', left_out=outside)
    (tmp_path / 'made' / 'damaged.npz').write_bytes(b'PK')
    embedder, library, one, two = make(more_dirs=(tmp_path / 'made',))
    embedder.use('one')
    assert one.calls == [] and library.names == NAMES
    embedder.use('two')  # they are another model's
    assert len(two.calls) == 4


def test_another_model_replaces_all_at_once(make):
    embedder, library, one, two = make()
    embedder.use('one')
    before = {name: library.video(name) for name in NAMES}
    seen = []
    embed = two.embed_file

    def embed_file(path, on_progress=None):
        seen.append([library.video(name) for name in NAMES] == list(before.values()))
        assert embedder.current == 'one'
        return embed(path, on_progress)

    two.embed_file = embed_file
    embedder.use('two')
    assert seen == [True] * 4
    assert embedder.current == 'two'
    made_by = {library.video(n).provenance['checkpoint_sha256'] for n in NAMES}
    assert made_by == {'another'}


def test_a_damaged_video_or_file_stops_nothing(make, tmp_path):
    folder = tmp_path / 'videos'
    for name in 'ab':
        write_mp4(folder / f'{name}.mp4', moving_square(8), 25)
    (folder / 'bad.mp4').write_text('no video')
    embedder, library, one, _ = make(folder)
    embedder.use('one')
    assert library.names == ['a.mp4', 'b.mp4']
    with pytest.raises(ValueError, match=r'bad\.mp4: .*cannot be decoded'):
        library.video('bad.mp4')
    kept = tmp_path / 'emb' / 'one' / 'a.npz'
    kept.write_bytes(kept.read_bytes()[:-20])
    shutil.copy(folder / 'a.mp4', folder / 'b.mp4')  # another video of this name
    embedder, library, one, _ = make(folder)
    embedder.use('one')
    assert sorted(one.calls) == ['a.mp4', 'b.mp4', 'bad.mp4']
    assert library.names == ['a.mp4', 'b.mp4']


def test_a_full_disk_and_a_missing_model_are_told(make, monkeypatch):
    def full(*_, **__):
        raise OSError(28, 'No space left on device')

    embedder, library, _, _ = make()
    embedder.use('none')
    assert 'none' in embedder.state()['error']
    monkeypatch.setattr(np, 'savez', full)
    embedder.use('one')
    assert 'cannot be written: No space left' in embedder.state()['error']


def test_uploads_wait_for_a_model(make, video_folder):
    embedder, _, _, _ = make()
    with pytest.raises(ValueError, match='wait until the model is there'):
        embedder.embed_upload(video_folder / 'a.mp4')
    embedder.use('one')
    assert len(embedder.embed_upload(video_folder / 'b.mp4')) == 31
