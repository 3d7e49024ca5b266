"""Clocks that jump, and file times that lie in the future."""

import itertools
import os
import time

import torch

from carl_mm import compat
from carl_mm.engine.features.feature_files import video_key
from tests.engine.small import small_runner

FUTURE = time.time() + 1e9


def test_no_module_measures_time_by_a_clock_that_may_jump():
    """A new use of time.time wants a look: perf_counter and monotonic never jump."""
    from tests.tools.processes import ROOT

    for folder in ('carl_mm', 'tools'):
        for path in (ROOT / folder).rglob('*.py'):
            assert 'time.time()' not in path.read_text(), path


def test_training_goes_on_while_the_clock_runs_backwards(make_videos, monkeypatch):
    folder = make_videos()
    runner = small_runner(folder)
    steps = itertools.count()
    monkeypatch.setattr(time, 'time', lambda: FUTURE - 1000 * next(steps))
    runner.train()
    assert runner.epoch == 2
    newest = compat.newest_checkpoint(runner.work_dir)
    assert newest.endswith('epoch_2.pth')


def test_the_last_checkpoint_is_known_by_its_name_not_its_time(tmp_path):
    for epoch, changed in ((1, FUTURE), (2, 1000)):
        torch.save({'meta': {'epoch': epoch}}, tmp_path / f'epoch_{epoch}.pth')
        os.utime(tmp_path / f'epoch_{epoch}.pth', (changed, changed))
    (tmp_path / 'last_checkpoint').write_text('epoch_2.pth')
    assert compat.newest_checkpoint(str(tmp_path)).endswith('epoch_2.pth')


def test_a_video_is_another_whichever_way_its_time_jumps(tmp_path):
    path = tmp_path / 'a.mp4'
    path.write_bytes(b'abc')
    keys = set()
    for changed in (FUTURE, 0, 1000):
        os.utime(path, (changed, changed))
        keys.add(video_key(str(path)))
    assert len(keys) == 3
