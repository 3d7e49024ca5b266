import time

import pytest

from carl_mm.datasets.video_io.video_writer import write_mp4
from tests.app.conftest import make_workspace
from tests.conftest import moving_square


@pytest.fixture
def workspace(inferencer, video_folder, tmp_path):
    return make_workspace(inferencer, video_folder, tmp_path)


def until(condition):
    deadline = time.monotonic() + 60
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert condition()


def test_it_is_prepared_in_threads(workspace):
    state = workspace.state()
    assert state['videos']['ready'] == 0 and state['training'] is None
    assert state['model']['name'] == 'given'
    workspace.prepare()
    until(lambda: workspace.state()['videos']['ready'] == 4)
    until(lambda: workspace.state()['videos']['known'] == 4)
    state = workspace.state()
    assert (state['folder'], state['windows']) == ('videos', 0)
    assert state['embedding']['error'] == ''


def test_what_training_costs(workspace):
    with pytest.raises(ValueError, match='at least two videos, there are 0'):
        workspace.train()
    workspace.library.measure()
    found = workspace.estimate()
    assert (found['videos'], found['steps']) == (4, 600)
    assert found['seconds'] > 0 and found['disk_mb'] > 0


def test_the_previews_pair_is_the_pages(workspace):
    assert [name for name, _ in workspace._pair()] == ['a.mp4', 'b.mp4']
    workspace.project.choose({'pair': ['sub/d.mp4', 'gone.mp4']})
    assert [name for name, _ in workspace._pair()] == ['sub/d.mp4', 'a.mp4']
    workspace.project.choose({'pair': 3})
    assert [name for name, _ in workspace._pair()] == ['a.mp4', 'b.mp4']


def test_the_chosen_model_is_kept(workspace):
    with pytest.raises(ValueError, match='no such model'):
        workspace.use_model('none')
    workspace.use_model('given')
    until(lambda: workspace.embedder.current == 'given')
    assert workspace.project.choices['model'] == 'given'


def upload(tmp_path, length=8):
    write_mp4(tmp_path / 'new.mp4', moving_square(length), 25)
    return tmp_path / 'new.mp4'


def test_an_upload_is_embedded_and_shown_first(workspace, tmp_path):
    workspace.embedder.use('given')
    assert workspace.add_upload(upload(tmp_path), 'my new.mp4') == 'uploaded_my_new.mp4'
    assert not (tmp_path / 'new.mp4').exists()
    assert workspace.library.names[0] == 'uploaded_my_new.mp4'
    again = workspace.add_upload(upload(tmp_path), 'my new.mp4')
    assert again == 'uploaded_my_new_2.mp4'
    workspace.embedder.use('given')  # also by the next model
    assert len(workspace.library.video(again)) == 8


@pytest.mark.parametrize('error', [ValueError, RuntimeError])
def test_an_upload_that_cannot_be_embedded_is_removed(
    workspace, tmp_path, monkeypatch, error
):
    def embed_upload(path):
        raise error(f'{path}: out of memory')

    monkeypatch.setattr(workspace.embedder, 'embed_upload', embed_upload)
    with pytest.raises(error, match='out of memory') as info:
        workspace.add_upload(upload(tmp_path), 'new.mp4')
    assert error is RuntimeError or str(tmp_path) not in str(info.value)
    assert not list((tmp_path / 'uploads').iterdir())
    assert workspace.library.names == []
