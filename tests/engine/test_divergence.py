"""A training whose loss or weights are no longer numbers stops, and loses nothing."""

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.runner import Runner

from carl_mm.engine import DivergenceHook, RunStopped
from carl_mm.engine.features.feature_files import write_features
from tests.engine.small import small_config
from tests.tools.processes import load


class Spoil(Hook):
    """Put a value into a weight, before a step or after it, from some step on."""

    def __init__(self, step, value=float('nan'), before=False, once=False):
        self.step, self.value, self.before, self.once = step, value, before, once

    def _spoil(self, runner):
        late = runner.iter + 1 > self.step and not self.once
        if runner.iter + 1 == self.step or late:
            with torch.no_grad():
                next(runner.model.neck.parameters()).view(-1)[0] = self.value

    def before_train_iter(self, runner, batch_idx, data_batch=None):
        if self.before:
            self._spoil(runner)

    def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None):
        if not self.before:
            self._spoil(runner)


def make_runner(folder, hooks=(), change=None, max_steps=1, **kwargs):
    config = Config(small_config(folder, **kwargs))
    config.custom_hooks.append(dict(type='DivergenceHook', max_steps=max_steps))
    config.default_hooks.checkpoint.max_keep_ckpts = 1
    config.experiment_name = f'run{np.random.default_rng().integers(10**12)}'
    if change:
        change(config)
    runner = Runner.from_cfg(config)
    for hook in hooks:
        runner.register_hook(hook, priority='VERY_HIGH')
    return runner


def stop(runner):
    with pytest.raises(RunStopped) as error:
        runner.train()
    assert '\n' not in str(error.value)
    return str(error.value)


@pytest.fixture
def folder(make_videos):
    """Two steps an epoch."""
    return make_videos(test_share=0)


@pytest.mark.parametrize('value', [float('nan'), float('inf')])
def test_a_loss_that_is_not_finite_stops_at_once(folder, value):
    """The last good checkpoint stays, though one alone is kept."""
    runner = make_runner(folder, [Spoil(4, value, before=True)], max_epochs=6)
    said = stop(runner)
    assert 'step 4 (epoch 2): the loss is nan, and weights that are not finite' in said
    assert said.count('.mp4') == 2
    assert f'{folder / "work" / "epoch_1.pth"} is kept' in said
    assert 'optim_wrapper.optimizer.lr' in said
    assert [path.name for path in (folder / 'work').glob('*.pth')] == ['epoch_1.pth']
    saved = load(folder / 'work' / 'epoch_1.pth')['state_dict']
    assert all(weight.isfinite().all() for weight in saved.values())


def test_weights_that_are_not_finite_stop_though_the_loss_is(folder):
    """As after the gradient of a square root at zero; else they would be saved."""
    said = stop(make_runner(folder, [Spoil(2)], max_epochs=3))
    assert 'step 2 (epoch 1)' in said
    assert 'the loss is nan' not in said
    assert 'weights that are not finite' in said
    assert 'No checkpoint was saved before' in said
    assert not list((folder / 'work').glob('*.pth'))


def test_a_rate_that_is_too_high_stops(folder):
    def change(config):
        config.optim_wrapper.optimizer.lr = 1e30

    assert 'weights that are not finite' in stop(make_runner(folder, change=change))


def test_a_video_whose_input_is_not_finite_is_named_alone(folder):
    runner = make_runner(folder, cached=True, max_epochs=1)
    runner.train()
    for file in sorted((folder / 'cache').rglob('*.npy'))[:1]:
        features = np.load(file)
        with file.open('wb') as stream:
            write_features(stream, np.full_like(features, np.nan))
    said = stop(make_runner(folder, cached=True, max_epochs=2))
    assert said.count('.mp4') == 1
    assert 'videos whose input is not finite: ' in said


class Overflow(Hook):
    """Tell of losses that a loss scale has skipped; the weights stay."""

    def __init__(self, steps):
        self.steps = steps

    def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None):
        if runner.iter + 1 in self.steps:
            outputs['loss'] = torch.tensor(float('inf'))


@pytest.mark.parametrize(('steps', 'stops'), [([1, 2, 4, 5], 0), ([2, 3, 4], 4)])
def test_so_many_skipped_steps_in_a_row_stop(folder, steps, stops):
    runner = make_runner(folder, [Overflow(steps)], max_steps=3, max_epochs=3)
    if stops:
        said = stop(runner)
        assert f'step {stops} (epoch 2): the loss is inf; videos' in said
    else:
        runner.train()
        assert runner.iter == 6


@pytest.mark.parametrize('name', ['neck.to_out.weight', 'backbone.conv1.weight'])
def test_weights_that_are_not_finite_are_never_saved(folder, name):
    """Also those that no step changes, and whoever saves them."""
    runner = make_runner(folder, max_epochs=1)
    runner.train()
    before = (folder / 'work' / 'epoch_1.pth').read_bytes()
    runner.model.get_parameter(name).data[0] = float('nan')
    with pytest.raises(RunStopped, match=f'{name} is not finite') as error:
        runner.save_checkpoint(str(folder / 'work'), 'epoch_1.pth')
    assert '\n' not in str(error.value)
    assert (folder / 'work' / 'epoch_1.pth').read_bytes() == before


def test_a_hook_of_no_steps_is_refused():
    with pytest.raises(ValueError, match='at least 1, got 0'):
        DivergenceHook(max_steps=0)
