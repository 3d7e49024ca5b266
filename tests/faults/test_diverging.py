"""tools/train.py where the loss is no longer a number, alone and with two processes."""

import subprocess

import pytest

from carl_mm.engine import RunStopped
from tests.tools.processes import (
    environment,
    load,
    python_tool,
    run_here,
    shell_tool,
    write_config,
)

SPOILING = """
from mmaction.registry import HOOKS
from mmengine.hooks import Hook


@HOOKS.register_module()
class SpoilingHook(Hook):
    def before_train_iter(self, runner, batch_idx, data_batch=None):
        if runner.iter == 3 and runner.rank == runner.world_size - 1:
            for frames in data_batch['inputs']:
                frames[:] = float('nan')
"""


@pytest.mark.slow
@pytest.mark.parametrize('num_processes', [1, 2])
def test_the_tool_says_why_in_one_line_and_fails(make_videos, num_processes):
    """A video of one process is at fault: all stop, and it is named."""
    folder = make_videos(lengths=(30, 24, 36, 20), test_share=0)
    (folder / 'spoiling.py').write_text(SPOILING)

    def change(config):
        config.custom_imports.imports.append('spoiling')
        config.custom_hooks += [dict(type='DivergenceHook'), dict(type='SpoilingHook')]
        config.default_hooks.checkpoint.max_keep_ckpts = 1

    batch_size = 3 - num_processes  # two steps an epoch
    config = write_config(
        folder, change, cached=True, batch_size=batch_size, max_epochs=4
    )
    command = [*python_tool('train'), config]
    if num_processes > 1:
        command = [*shell_tool('dist_train'), config, '2']
    env = environment()
    env['PYTHONPATH'] += f':{folder}'
    done = subprocess.run(
        command, cwd=folder, env=env, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 1
    lines = [line for line in done.stderr.splitlines() if 'error: ' in line]
    if num_processes == 1:
        assert len(lines) == 1
        assert 'Traceback' not in done.stderr
    assert lines, done.stderr
    for line in lines:
        assert 'error: step 4 (epoch 2): the loss is nan' in line
        assert line.count('.mp4') == batch_size
        assert 'videos whose input is not finite: ' in line
        assert f'{folder / "work" / "epoch_1.pth"} is kept' in line
    assert [p.name for p in (folder / 'work').glob('*.pth')] == ['epoch_1.pth']
    saved = load(folder / 'work' / 'epoch_1.pth')['state_dict']
    assert all(weight.isfinite().all() for weight in saved.values())


@pytest.mark.slow
def test_the_way_on_that_is_named_works(make_videos, monkeypatch):
    """From the kept weights, at a lower rate."""
    folder = make_videos(test_share=0)

    def change(config):
        config.custom_hooks.append(dict(type='DivergenceHook'))

    config = write_config(folder, change, cached=True, max_epochs=1)
    rate, name = 'optim_wrapper.optimizer.lr', 'experiment_name='
    options = ['--cfg-options', f'{name}{folder.name}']
    run_here(monkeypatch, 'train', config, *options)
    good = folder / 'work' / 'epoch_1.pth'
    before = good.read_bytes()
    options = ['--cfg-options', 'train_cfg.max_epochs=3', f'{rate}=1e30']
    options.append(f'{name}{folder.name}2')
    resume = ['--resume', '--accept-changes']
    with pytest.raises(RunStopped, match=f'load_from={good}'):
        # Resumed, the rate would be the checkpoint's: from its weights it is this.
        run_here(monkeypatch, 'train', config, *options, f'load_from={good}')
    assert good.read_bytes() == before
    run_here(
        monkeypatch,
        *('train', config, *resume, '--work-dir', folder / 'work'),
        *('--cfg-options', 'train_cfg.max_epochs=2', f'{name}{folder.name}3'),
    )
    assert load(folder / 'work' / 'epoch_2.pth')['meta']['epoch'] == 2
