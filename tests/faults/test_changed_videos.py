"""Videos that change while they are in use."""

import os
import shutil

import cv2
import numpy as np
import pytest

from carl_mm.datasets.video_io.indexing.frame_index import index_frames
from carl_mm.datasets.video_io.open_video import VideoDecodeError, open_video
from carl_mm.datasets.video_io.video_writer import write_mp4
from tests.conftest import moving_square
from tests.datasets.video_io.odd_files import packed
from tests.engine.small import small_runner


def replace(path, num_frames):
    """As another program does: by renaming a finished file."""
    write_mp4(path.with_name('other.mp4'), moving_square(num_frames, 64), 25)
    os.replace(path.with_name('other.mp4'), path)


@pytest.mark.parametrize('num_frames', [5, 60])
def test_an_opened_video_does_not_show_frames_of_another(tmp_path, num_frames):
    """Its frames are found by the times that the first file had."""
    path = tmp_path / 'a.mp4'
    write_mp4(path, moving_square(30, 64), 25)
    reader = open_video(str(path))
    reader.read([3, 20])
    replace(path, num_frames)
    with pytest.raises(VideoDecodeError, match=r'a\.mp4: has changed since it was op'):
        reader.read([3, 20])
    os.remove(path)
    with pytest.raises(VideoDecodeError, match=r'a\.mp4: has changed since it was op'):
        reader.read([3])


def test_an_opened_video_that_had_to_be_decoded_says_so_too(tmp_path):
    path = packed(tmp_path / 'a.avi')
    reader = open_video(path)
    reader.read([3, 20])
    replace(path, 60)
    with pytest.raises(VideoDecodeError, match=r'a\.avi: has changed since it was op'):
        reader.read([3, 20])


def test_a_file_that_is_replaced_while_it_is_decoded_is_not_taken_for_the_new_one(
    tmp_path, monkeypatch
):
    """As when it is opened before it is copied whole: its index would stay wrong."""
    path = packed(tmp_path / 'a.avi', count=20)
    whole = packed(tmp_path / 'whole.avi')

    def while_copied(*args, **settings):
        index = index_frames(*args, **settings)
        os.replace(whole, path)
        return index

    with monkeypatch.context() as patch:
        patch.setattr('carl_mm.datasets.video_io.pyav_video.index_frames', while_copied)
        assert open_video(path).num_frames == 20
    assert open_video(path).num_frames == 41


def test_an_image_that_is_gone_is_a_frame_that_is_missing(tmp_path):
    for number in range(3):
        image = np.full((8, 8, 3), number, np.uint8)
        cv2.imwrite(str(tmp_path / f'{number}.png'), image)
    reader = open_video(str(tmp_path))
    (tmp_path / '1.png').unlink()
    with pytest.raises(VideoDecodeError, match=r'1\.png cannot be read \(No such file'):
        reader.read([0, 1])


@pytest.mark.parametrize('cached', [False, True], ids=['pictures', 'cached'])
def test_training_goes_on_when_a_video_changes_between_epochs(make_videos, cached):
    """On its new frames; cached features stay those of the old ones until next time."""
    folder = make_videos(lengths=(30, 24, 36, 20), labelled=False, test_share=0)
    runner = small_runner(folder, cached=cached, max_epochs=3)
    video = folder / 'videos' / 'video_0.mp4'
    changes = iter([lambda: replace(video, 9), lambda: os.remove(video)])
    step = runner.train_loop.run_epoch

    def run_epoch():
        step()
        next(changes, lambda: None)()

    runner.train_loop.run_epoch = run_epoch
    for hook in runner.hooks:
        if hasattr(hook, 'max_share'):
            hook.max_share = 1.0
    runner.train()
    assert runner.epoch == 3
    failed = runner.train_dataloader.dataset.failed_videos
    assert [name[-11:] for name in failed] == ([] if cached else ['video_0.mp4'])
    if cached:
        files = {file.name for file in (folder / 'cache').glob('*/*.npy')}
        shutil.copy(folder / 'videos' / 'video_1.mp4', video)
        again = small_runner(folder, cached=True, max_epochs=1)
        again.train()
        made = {file.name for file in (folder / 'cache').glob('*/*.npy')} - files
        assert len(made) == 1
        dataset = again.train_dataloader.dataset
        by_name = {k: np.load(v).shape[1] for k, v in dataset.feature_files.items()}
        assert by_name['video_0.mp4'] == 24
