"""Two that write into one place: the second is refused, or both end well."""

import os
import time

import numpy as np
import pytest

from carl_mm.apis import FrameIndex, VideoEmbedding
from carl_mm.apis.embedding.folder_embedding import embed_folder
from carl_mm.apis.search.indexed_frames import IndexedFrames
from carl_mm.datasets.synthetic.dataset import make_synthetic_dataset
from carl_mm.locking import LockedError, lock_beside, lock_folder
from tests.clean_processes import CONTEXT
from tests.tools.processes import run_here, write_config


def hold(lock, path, ready):
    with lock(path, 'wait'):
        ready.set()
        ready.wait(60)
        time.sleep(60)


@pytest.fixture
def held():
    """Let another process hold a lock, as a run that is still working."""
    others = []

    def start(lock, path):
        ready = CONTEXT.Event()
        others.append(
            CONTEXT.Process(target=hold, args=(lock, path, ready), daemon=True)
        )
        others[-1].start()
        assert ready.wait(30)
        return f'process {others[-1].pid} on '

    yield start
    for other in others:
        other.kill()
        other.join()


def embedding(name, num_frames=3):
    eye = np.eye(num_frames, 4, dtype=np.float32)
    return VideoEmbedding(name, eye, np.arange(num_frames) / 10, fps=10.0)


def refused(who):
    return pytest.raises(LockedError, match=f'another process is writing it .{who}')


def test_a_second_training_writes_nothing(make_videos, monkeypatch, held):
    folder = make_videos()
    config = write_config(folder)
    who = held(lock_folder, folder / 'work')
    for options in ([], ['--resume']):
        with refused(who) as error:
            run_here(monkeypatch, 'train', config, *options)
        assert '\n' not in str(error.value)
    assert os.listdir(folder / 'work') == ['.carl_mm.lock']


def test_a_second_run_of_embed_writes_nothing(tmp_path, make_videos, held):
    folder = make_videos()
    who = held(lock_folder, tmp_path / 'out')
    with refused(who) as error:
        embed_folder(None, [folder / 'videos'], tmp_path / 'out')
    assert '--out' in str(error.value)
    assert os.listdir(tmp_path / 'out') == ['.carl_mm.lock']


def test_a_second_maker_of_synthetic_videos_is_refused(tmp_path, held):
    who = held(lock_folder, tmp_path)
    with refused(who):
        make_synthetic_dataset(tmp_path, num_train=1, num_test=0, num_processes=1)
    assert not (tmp_path / 'annotations.json').exists()


def test_an_index_that_another_process_writes_stays(tmp_path, held):
    path = tmp_path / 'index.npz'
    FrameIndex([embedding('a.mp4')]).save(path)
    before = path.read_bytes()
    who = held(lock_beside, path)
    with refused(who):
        FrameIndex([embedding('b.mp4')]).save(path)
    assert path.read_bytes() == before


def test_what_another_has_added_to_an_index_is_not_lost(tmp_path):
    """Each reads it, adds a video, and saves: the second would undo the first."""
    path = tmp_path / 'index.npz'
    FrameIndex([embedding('a.mp4')]).save(path)
    ours, theirs = FrameIndex.load(path), FrameIndex.load(path)
    theirs.add([embedding('theirs.mp4')])
    theirs.save(path)
    ours.add([embedding('ours.mp4')])
    with pytest.raises(ValueError, match='index.npz: has been changed since it was re'):
        ours.save(path)
    assert FrameIndex.load(path).filenames == ['a.mp4', 'theirs.mp4']
    ours.save(tmp_path / 'another.npz')
    again = FrameIndex.load(path)
    again.add([embedding('ours.mp4')])
    again.save(path)
    again.add([embedding('more.mp4')])
    again.save(path)  # its own change is none
    assert len(IndexedFrames.load(path).filenames) == 4


def test_an_index_that_was_removed_meanwhile_is_told(tmp_path):
    path = tmp_path / 'index.npz'
    FrameIndex([embedding('a.mp4')]).save(path)
    index = FrameIndex.load(path)
    path.unlink()
    with pytest.raises(ValueError, match='has been changed'):
        index.save(path)


def fill(folder, name, barrier):
    from tests.engine.small import small_runner

    barrier.wait(60)
    runner = small_runner(folder, cached=True, max_epochs=1)
    runner._work_dir = str(folder / name)  # of two in one the second is refused
    runner.train()


@pytest.mark.slow
def test_two_trainings_may_fill_one_feature_cache(make_videos):
    """It has no lock: files appear whole, and both make the same."""
    folder = make_videos(lengths=(30, 24), test_share=0)
    barrier = CONTEXT.Barrier(2)
    both = [
        CONTEXT.Process(target=fill, args=(folder, name, barrier))
        for name in ('a', 'b')
    ]
    for process in both:
        process.start()
    for process in both:
        process.join(120)
    assert [process.exitcode for process in both] == [0, 0]
    files = sorted((folder / 'cache').rglob('*.npy'))
    assert len(files) == 2
    assert not list((folder / 'cache').rglob('*.part'))
    assert {np.load(file).shape[0] for file in files} == {2}
