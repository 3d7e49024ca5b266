"""torchrun starts a run anew whose process died."""

import pytest

from tests.tools.processes import (
    environment,
    load,
    run,
    shell_tool,
    weight_difference,
    write_config,
)

DYING = """
import os, signal
from pathlib import Path
from mmaction.registry import HOOKS
from mmengine.hooks import Hook

@HOOKS.register_module()
class DyingHook(Hook):
    # Kills its process once, after the second epoch is saved.
    priority = 'LOWEST'
    def before_train_epoch(self, runner):
        alive = Path(runner.work_dir, 'died')
        if runner.epoch == 2 and runner.rank == 1 and not alive.exists():
            alive.touch()
            os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.slow
def test_a_run_that_is_started_anew_goes_on(make_videos):
    """From its newest checkpoint, to the weights of a run that did not die."""
    folder = make_videos(lengths=(30, 24, 36, 20), test_share=0)
    (folder / 'dying_hook.py').write_text(DYING)

    def change(config):
        config.custom_imports.imports += ['dying_hook']
        config.custom_hooks += [dict(type='DyingHook')]

    dying = write_config(folder, change, name='dying.py', batch_size=1, max_epochs=4)
    env = environment(MAX_RESTARTS='1')
    env['PYTHONPATH'] += f':{folder}'
    train = shell_tool('dist_train')
    said = run(*train, dying, 2, '--work-dir', 'died', cwd=folder, env=env)
    assert (folder / 'died' / 'died').exists()
    assert 'epoch_2.pth' in said
    whole = write_config(folder, name='whole.py', batch_size=1, max_epochs=4)
    run(*train, whole, 2, '--work-dir', 'whole', cwd=folder)
    last = folder / 'died' / 'epoch_4.pth'
    assert load(last)['meta']['epoch'] == 4
    assert weight_difference(last, folder / 'whole' / 'epoch_4.pth') < 1e-5
