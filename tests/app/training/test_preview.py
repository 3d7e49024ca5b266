import shutil
import time
from pathlib import Path

import pytest

from carl_mm.apis import align
from carl_mm.app.training import preview as preview_module
from carl_mm.app.training.preview import Preview


@pytest.fixture
def make(video_folder, inferencer, monkeypatch):
    monkeypatch.setattr(preview_module, 'EVERY_S', 0)
    monkeypatch.setattr(
        preview_module, 'FramewiseInferencer', lambda folder, checkpoint: inferencer
    )
    changed = []

    def make(pair=('a.mp4', 'b.mp4')):
        pair = pair and tuple((name, video_folder / name) for name in pair)
        preview = Preview(lambda: pair, lambda: changed.append(1))
        preview.changed = changed
        return preview

    return make


def wait(preview):
    deadline = time.monotonic() + 30
    while not preview.changed and time.monotonic() < deadline:
        time.sleep(0.01)


@pytest.fixture
def work_dir(inferencer, tmp_path):
    shutil.copy(Path(inferencer.provenance['checkpoint']), tmp_path / 'epoch_1.pth')
    return tmp_path


def test_each_checkpoint_once(make, work_dir, inferencer, video_folder):
    preview = make()
    preview.look(work_dir, 25)
    wait(preview)
    a, b = (inferencer.embed_file(video_folder / name) for name in ('a.mp4', 'b.mp4'))
    assert preview.state == {
        'step': 25,
        'a': 'a.mp4',
        'b': 'b.mp4',
        'frames_b': align(a, b).frame_inds_b.tolist(),
        'score': align(a, b).score,
    }
    preview.look(work_dir, 50)
    time.sleep(0.05)
    assert preview.state['step'] == 25


def test_there_is_nothing_to_show(make, work_dir, tmp_path_factory):
    preview = make(pair=None)
    preview.look(work_dir, 25)
    other = make()
    other.look(tmp_path_factory.mktemp('empty'), 25)
    assert preview.state is other.state is None


def test_a_video_that_is_gone_is_told(make, work_dir):
    preview = make(('a.mp4', 'gone.mp4'))
    preview.look(work_dir, 25)
    wait(preview)
    assert 'gone.mp4' in preview.state['error']
