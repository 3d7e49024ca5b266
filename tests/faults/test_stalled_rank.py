"""A process that stands still ends the run in the time that was set, and is named."""

import subprocess
import time

import pytest

from tests.tools.processes import environment, run, shell_tool, write_config

STANDING_STILL = """
import os
import signal

import carl_mm
from mmaction.registry import HOOKS, TRANSFORMS
from mmengine.hooks import Hook

from carl_mm.datasets import OpenVideo


def stand_still():
    if os.environ['RANK'] == '1':
        with open('who', 'w') as file:
            file.write(str(os.getpid()))
        os.kill(os.getpid(), signal.SIGSTOP)


@HOOKS.register_module()
class StandingHook(Hook):
    def before_train_iter(self, runner, batch_idx, data_batch=None):
        if runner.iter == 3:
            stand_still()


@TRANSFORMS.register_module()
class StandingOpen(OpenVideo):
    def transform(self, results):
        stand_still()
        return super().transform(results)
"""
SAID = {
    'training': 'an operation of all processes did not end in time',
    'caching': 'has made no progress for 3 s',
}


@pytest.mark.slow
@pytest.mark.parametrize('place', SAID)
def test_a_stopped_process_ends_the_run_and_is_named(make_videos, place):
    """Minutes instead of 12 hours; here seconds."""
    folder = make_videos(lengths=(30, 24, 36, 20, 28, 22), test_share=0)
    (folder / 'standing.py').write_text(STANDING_STILL)

    def change(config):
        config.custom_imports.imports.append('standing')
        config.env_cfg = dict(dist_cfg=dict(backend='nccl', timeout=6))
        config.custom_hooks.append(dict(type='HeartbeatHook', max_silence_s=3))
        if place == 'training':
            config.custom_hooks.append(dict(type='StandingHook'))
        else:
            config.custom_hooks[2].transforms[0].type = 'StandingOpen'

    config = write_config(folder, change, cached=place == 'caching', batch_size=1)
    env = environment()
    env['PYTHONPATH'] += f':{folder}'
    start = time.monotonic()
    done = subprocess.run(
        [*shell_tool('dist_train'), config, '2'],
        cwd=folder,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
    )
    assert done.returncode == 1, done.stdout
    # Of these torchrun waits 30 for the stopped process before it kills it.
    assert time.monotonic() - start < 120
    # torch puts the rank before what a process of several says.
    lines = [line for line in done.stdout.splitlines() if ']: error: ' in line]
    assert len(lines) == 1, done.stdout
    line = lines[0]
    pid = (folder / 'who').read_text()
    assert SAID[place] in line
    assert f'rank 1 (process {pid} on ' in line
    assert 'rank 0 (' not in line


@pytest.mark.slow
def test_a_process_that_caches_longer_than_the_timeout_is_waited_for(make_videos):
    folder = make_videos(lengths=(30, 24, 36, 20, 28, 22), test_share=0)
    slow = STANDING_STILL.replace(
        'os.kill(os.getpid(), signal.SIGSTOP)', 'import time; time.sleep(4)'
    )
    (folder / 'standing.py').write_text(slow)

    def change(config):
        config.custom_imports.imports.append('standing')
        config.env_cfg = dict(dist_cfg=dict(backend='nccl', timeout=8))
        config.custom_hooks.append(dict(type='HeartbeatHook', max_silence_s=6))
        config.custom_hooks[2].transforms[0].type = 'StandingOpen'

    config = write_config(folder, change, cached=True, batch_size=1)
    env = environment()
    env['PYTHONPATH'] += f':{folder}'
    run(*shell_tool('dist_train'), config, 2, cwd=folder, env=env)
    assert (folder / 'work' / 'epoch_2.pth').exists()
