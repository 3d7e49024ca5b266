"""A training ends with the weights that its signal calls the best."""

import json
from copy import deepcopy
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.hooks import EMAHook
from mmengine.runner import Runner

from carl_mm.engine import KeepBestHook
from carl_mm.engine import keep_best as module
from tests.engine.small import flat_weights, small_config
from tests.tools.processes import load, run_by_two

LENGTHS = (30, 24, 36, 20, 28, 22)  # of which the first three are trained on


def make_config(folder, *, max_epochs=2, hook=None, work='work', **kwargs):
    """Two steps an epoch: three videos, in batches of two."""
    config = Config(small_config(folder, cached=True, max_epochs=max_epochs, **kwargs))
    config.custom_hooks.append(dict(type='KeepBestHook', **(hook or {'interval': 1})))
    config.experiment_name = f'run{np.random.default_rng().integers(10**12)}'
    config.work_dir = str(folder / work)
    return config


def neck_weights(model):
    model = getattr(model, 'module', model)
    return torch.cat([w.detach().flatten().clone() for w in model.neck.parameters()])


def watch(monkeypatch, errors=None):
    """Note the weights at each judgement; say ``errors`` instead of judging."""
    seen, script, judge = [], list(errors or []), KeepBestHook.judge

    def watched(hook, model):
        error = script.pop(0) if script else judge(hook, model)
        if error is KeyboardInterrupt:
            raise error
        seen.append((error, neck_weights(model)))
        return error

    monkeypatch.setattr(KeepBestHook, 'judge', watched)
    return seen


def said(runner):
    """All that a run has logged."""
    (log,) = Path(runner.log_dir).glob('*.log')
    return log.read_text()


def hook_of(runner, kind=KeepBestHook):
    (found,) = [hook for hook in runner.hooks if isinstance(hook, kind)]
    return found


def train(config):
    runner = Runner.from_cfg(config)
    runner.train()
    return runner


@pytest.fixture
def folder(make_videos):
    return make_videos(lengths=LENGTHS)


def test_the_best_step_is_kept_and_not_the_last(folder, monkeypatch):
    seen = watch(monkeypatch, [0.4, 0.1, 0.3, 0.2])
    runner = train(make_config(folder))
    assert len(seen) == 4
    best, last = seen[1][1], seen[3][1]
    assert not torch.equal(best, last)
    assert torch.equal(neck_weights(runner.model), best)
    state = load(folder / 'work' / 'epoch_2.pth')
    assert state['keep_best'] == {'step': 2, 'cycle_error': 0.1}
    loaded = {n: w for n, w in state['state_dict'].items() if n.startswith('neck.')}
    for name, weight in runner.model.state_dict().items():
        if name in loaded:
            assert torch.equal(weight, loaded[name])
    assert 'kept the weights of step 2 of 4: cycle error 0.1000' in said(runner)


def test_of_equally_good_steps_the_later_is_kept(folder, monkeypatch):
    seen = watch(monkeypatch, [0.2, 0.1, 0.1, 0.3])
    runner = train(make_config(folder))
    assert torch.equal(neck_weights(runner.model), seen[2][1])


def test_judging_changes_nothing_but_the_end(folder, monkeypatch):
    """The same steps are taken, whether and how often they are judged."""
    seen = watch(monkeypatch, [0.4, 0.3, 0.2, 0.1])
    judged = train(make_config(folder))
    assert len(seen) == 4
    config = make_config(folder, work='plain')
    config.custom_hooks.pop()
    assert torch.equal(flat_weights(train(config)), flat_weights(judged))


def test_for_real_the_smallest_error_is_kept_and_logged(folder, monkeypatch):
    seen = watch(monkeypatch)
    runner = train(make_config(folder, max_epochs=3, hook={'interval': 2}))
    errors = [error for error, _ in seen]
    assert len(errors) == 3
    assert all(0 <= error < 1 for error in errors)
    best = max(i for i, error in enumerate(errors) if error == min(errors))
    assert torch.equal(neck_weights(runner.model), seen[best][1])
    found = runner.message_hub.get_scalar('train/cycle_error').data[0]
    assert found.tolist() == errors
    # The best weights have the error that was logged.
    assert hook_of(runner).judge(runner.model) == min(errors)
    assert runner.model.training


def test_the_last_step_is_judged_though_no_multiple(folder, monkeypatch):
    seen = watch(monkeypatch)
    train(make_config(folder, hook={'interval': 3}))
    assert len(seen) == 2


@pytest.mark.parametrize('errors', [[0.1, 0.3, 0.2, 0.4], [0.4, 0.3, 0.1, 0.2]])
def test_a_resumed_run_equals_the_uninterrupted_one(folder, monkeypatch, errors):
    """Also if the best step was taken before the interruption."""
    watch(monkeypatch, errors)
    whole = train(make_config(folder, work='whole'))
    watch(monkeypatch, [*errors[:2], KeyboardInterrupt])
    with pytest.raises(KeyboardInterrupt):
        train(make_config(folder))
    assert load(folder / 'work' / 'epoch_1.pth')['keep_best']['weights']
    watch(monkeypatch, errors[2:])
    resumed = make_config(folder)
    resumed.resume = True
    runner = train(resumed)
    assert runner.iter == 4
    assert torch.equal(neck_weights(runner.model), neck_weights(whole.model))
    one, other = (
        load(folder / name / 'epoch_2.pth')['keep_best'] for name in ('whole', 'work')
    )
    assert one == other


def test_a_finished_run_that_goes_on_knows_its_best(folder, monkeypatch):
    seen = watch(monkeypatch, [0.4, 0.1, 0.3, 0.2])
    train(make_config(folder))
    watch(monkeypatch, [0.5, 0.6])
    longer = make_config(folder, max_epochs=3)
    longer.resume = True
    runner = train(longer)
    assert torch.equal(neck_weights(runner.model), seen[1][1])


def test_the_best_of_another_run_is_not_taken_up(folder, monkeypatch):
    """`load_from` starts anew from weights, perhaps on other videos."""
    watch(monkeypatch, [0.1, 0.2, 0.3, 0.4])
    train(make_config(folder))
    seen = watch(monkeypatch, [0.8, 0.6, 0.7, 0.9])
    config = make_config(folder, work='second')
    config.load_from = str(folder / 'work' / 'epoch_1.pth')
    runner = train(config)
    assert torch.equal(neck_weights(runner.model), seen[1][1])


def test_a_checkpoint_without_a_best_is_resumed(folder, monkeypatch):
    config = make_config(folder, max_epochs=1)
    config.custom_hooks.pop()
    train(config)
    assert 'keep_best' not in load(folder / 'work' / 'epoch_1.pth')
    seen = watch(monkeypatch, [0.5, 0.6])
    resumed = make_config(folder)
    resumed.resume = True
    runner = train(resumed)
    assert torch.equal(neck_weights(runner.model), seen[0][1])


@pytest.mark.parametrize('lengths', [(30, 24), (30, 24, 20, 22)])
def test_without_a_pair_the_last_weights_are_kept_and_it_is_told(make_videos, lengths):
    """One training video; or two, each of an action of its own."""
    folder = make_videos(lengths=lengths)
    if len(lengths) == 4:
        content = json.loads((folder / 'annotations.json').read_text())
        content['metainfo']['phases']['turn'] = ['a', 'b', 'c']
        content['data_list'][0]['action'] = 'turn'
        (folder / 'annotations.json').write_text(json.dumps(content))
    runner = train(make_config(folder, max_epochs=1))
    assert 'no two videos of an action have cached features' in said(runner)
    assert 'keep_best' not in load(folder / 'work' / 'epoch_1.pth')
    assert hook_of(runner).best is None


def test_without_cached_features_the_last_weights_are_kept(make_videos):
    folder = make_videos(lengths=LENGTHS)
    config = Config(small_config(folder, max_epochs=1))
    config.custom_hooks.append(dict(type='KeepBestHook'))
    config.experiment_name = f'run{np.random.default_rng().integers(10**12)}'
    assert 'the last weights will be kept' in said(train(config))


class Videos:
    """Ten videos of three actions; the last has no features."""

    feature_files = {f'{n}.mp4': f'{n}.npy' for n in range(9)}

    def __len__(self):
        return 10

    def get_data_info(self, index):
        return {'name': f'{index}.mp4', 'action': index % 3}


def test_each_video_is_paired_with_another_one_of_its_action(monkeypatch):
    monkeypatch.setattr(module.os.path, 'isfile', lambda file: file != '')
    draws = set()
    for seed in range(5):
        pairs = module._pairs(Videos(), np.random.default_rng(seed))
        numbers = [tuple(int(file[0]) for file in pair) for pair in pairs]
        assert sorted(a for a, _ in numbers) == list(range(9))
        assert sorted(b for _, b in numbers) == list(range(9))
        assert all(a != b and a % 3 == b % 3 for a, b in numbers)
        draws.add(tuple(numbers))
    assert len(draws) > 1


def test_long_videos_are_thinned(folder, monkeypatch):
    monkeypatch.setattr(module, 'MAX_FRAMES', 10)
    lengths, judge = [], module.cut_cycle_error

    def watched(whole, other, cut, inds):
        lengths.append((len(whole), len(other), len(cut)))
        return judge(whole, other, cut, inds)

    monkeypatch.setattr(module, 'cut_cycle_error', watched)
    train(make_config(folder, max_epochs=1))
    assert len(lengths) == 6  # three pairs, two judgements
    assert {(n, m) for n, m, _ in lengths} == {(10, 10)}
    assert all(length <= 18 for _, _, length in lengths)


@pytest.mark.parametrize('num_frames', [1, 2, 3, 50, 51])
def test_cuts_are_windows_at_other_speeds(num_frames):
    for seed in range(50):
        inds = module._draw_cut(num_frames, np.random.default_rng(seed))
        assert len(inds) and inds[0] >= 0 and inds[-1] < num_frames
        assert (np.diff(inds) >= 0).all() and (np.diff(inds) <= 2).all()
        assert inds[-1] - inds[0] < max(1, round(0.9 * num_frames))


def test_weights_that_diverged_are_not_kept(folder, monkeypatch):
    runner = train(make_config(folder, max_epochs=1))
    with torch.no_grad():
        next(runner.model.neck.parameters()).fill_(float('nan'))
    assert hook_of(runner).judge(runner.model) == float('inf')
    seen = watch(monkeypatch, [float('inf'), 0.2, float('inf'), float('inf')])
    runner = train(make_config(folder, work='second'))
    assert torch.equal(neck_weights(runner.model), seen[1][1])
    found = runner.message_hub.get_scalar('train/cycle_error').data[0]
    assert found.tolist() == [0.2]


def test_the_averaged_weights_are_judged_and_kept(folder, monkeypatch):
    """They are what is saved and tested, not the weights that are trained."""
    seen = watch(monkeypatch, [0.4, 0.1, 0.3, 0.2])
    config = make_config(folder)
    config.custom_hooks.append(dict(type='EMAHook', momentum=0.3))
    runner = train(config)
    averaged = neck_weights(hook_of(runner, EMAHook).ema_model.module)
    assert not torch.equal(seen[1][1], seen[3][1])
    assert torch.equal(averaged, seen[1][1])
    state = load(folder / 'work' / 'epoch_2.pth')['state_dict']
    weights = [state[f'neck.{n}'] for n, _ in runner.model.neck.named_parameters()]
    assert torch.equal(torch.cat([w.flatten() for w in weights]), seen[1][1])


def test_the_last_evaluation_is_of_the_best_weights(folder, monkeypatch):
    seen, judged = watch(monkeypatch, [0.4, 0.1, 0.3, 0.2]), []
    config = make_config(folder)
    config.val_dataloader = deepcopy(config.test_dataloader)
    config.val_evaluator = [dict(type='AlignmentError')]
    config.val_cfg = dict(type='ValLoop')
    config.train_cfg.val_interval = 1
    runner = Runner.from_cfg(config)
    test = runner.model.val_step

    def watched(data):
        judged.append(neck_weights(runner.model))
        return test(data)

    monkeypatch.setattr(runner.model, 'val_step', watched)
    runner.train()
    assert len(judged) == 12
    assert all(torch.equal(weights, seen[1][1]) for weights in judged[6:])
    assert torch.equal(judged[0], seen[1][1])


def test_what_is_frozen_is_not_copied(folder):
    runner = train(make_config(folder, max_epochs=1))
    names = module._learnt_names(runner.model)
    assert names == {n for n in runner.model.state_dict() if 'backbone.' not in n}
    assert any(name.startswith('cls_head.') for name in names)


@pytest.mark.parametrize('option', ['interval', 'num_pairs'])
def test_numbers_below_one_are_named(option):
    with pytest.raises(ValueError, match=r'at least 1, got .*0'):
        KeepBestHook(**{option: 0})


TWO = """
import sys

import torch
from mmengine.config import Config
from mmengine.dist import get_rank

import carl_mm.apis.launch
import carl_mm.apis.training
import carl_mm.compat

runner = carl_mm.apis.launch.build_runner(Config.fromfile(sys.argv[1]))
carl_mm.apis.training.train(runner)
(hook,) = [hook for hook in runner.hooks if type(hook).__name__ == 'KeepBestHook']
state = {n: w for n, w in runner.model.module.state_dict().items() if 'neck.' in n}
best = hook.best['step'], hook.best['cycle_error']
alone = sum(hook._judge_pair(runner.model.module.eval(), i) for i in range(3)) / 3
torch.save([best, alone, state], f'{sys.argv[1]}.{get_rank()}.pth')
carl_mm.compat.end_distributed()
"""


@pytest.mark.slow
def test_two_processes_keep_the_same(folder):
    config = make_config(folder, max_epochs=3, batch_size=1)
    config.launcher = 'pytorch'
    config.dump(folder / 'config.py')
    run_by_two(folder, TWO, folder / 'config.py')
    one, other = (load(folder / f'config.py.{rank}.pth') for rank in (0, 1))
    assert one[0] == other[0]
    assert one[1] == pytest.approx(one[0][1], abs=1e-9)
    assert [n for n in one[2] if not torch.equal(one[2][n], other[2][n])] == []
    saved = load(folder / 'work' / 'epoch_3.pth')
    assert saved['keep_best'] == {'step': one[0][0], 'cycle_error': one[0][1]}
    kept = saved['state_dict']
    assert [n for n in one[2] if not torch.equal(one[2][n], kept[n])] == []
