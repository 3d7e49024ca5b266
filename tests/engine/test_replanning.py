"""A resumed training whose settings changed has the rates of its config."""

import copy

import pytest
import torch
from mmengine.hooks import Hook
from mmengine.model import BaseModel
from mmengine.runner import Runner

from carl_mm.apis.training import train
from tests.engine.small import flat_weights

WARM_UP = dict(type='LinearLR', start_factor=0.1, begin=0, end=1)
COSINE = dict(type='CosineAnnealingLR', by_epoch=True, begin=1, eta_min=1e-5)
BY_STEP = dict(convert_to_iter_based=True)
PLANS = {
    'epochs': [dict(type='CosineAnnealingLR', by_epoch=True)],
    'steps': [WARM_UP | BY_STEP, COSINE | BY_STEP],
    'both': [WARM_UP | BY_STEP, COSINE],
    'momentum': [
        dict(type='CosineAnnealingLR', by_epoch=True),
        dict(type='LinearMomentum', start_factor=0.5, begin=0, end=4),
    ],
}


class Notes(Hook):
    """What each step is made with."""

    def __init__(self):
        self.rates = []

    def before_train_iter(self, runner, batch_idx, data_batch=None):
        group = runner.optim_wrapper.param_groups[0]
        seen = [group[key] for key in ('lr', 'momentum', 'weight_decay')]
        self.rates.append((runner.epoch, *seen))


class OnePoint(BaseModel):
    """The smallest network."""

    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(2, 1)

    def forward(self, inputs, mode):
        return {'loss': self.layer(inputs).square().mean()}


def run(folder, plan, epochs, name, resume=None, follow=True, **options):
    """Train on 4 rows; the seed is the same, so are the rows of an epoch."""
    config = dict(
        model=OnePoint(),
        train_dataloader=dict(
            batch_size=options.get('batch_size', 1),
            num_workers=0,
            sampler=dict(type='DefaultSampler', shuffle=False),
            collate_fn=dict(type='default_collate'),
            dataset=[dict(inputs=torch.tensor([i, i + 1.0])) for i in range(4)],
        ),
        train_cfg=dict(by_epoch=True, max_epochs=epochs),
        optim_wrapper=dict(
            type='OptimWrapper',
            optimizer=dict(
                type='SGD',
                lr=options.get('lr', 1e-2),
                momentum=0.9,
                weight_decay=options.get('weight_decay', 1e-4),
            ),
        ),
        param_scheduler=copy.deepcopy(plan),
        default_hooks=dict(checkpoint=dict(type='CheckpointHook', interval=1)),
        randomness=dict(seed=0),
        work_dir=str(folder / name),
        experiment_name=f'{folder.name}{name}',
        load_from=resume and str(resume),
        resume=bool(resume),
    )
    runner = Runner(**config)
    notes = Notes()
    runner.register_hook(notes)
    train(runner, follow_config=bool(resume) and follow)
    return runner, notes.rates


@pytest.mark.parametrize('plan', PLANS.values(), ids=PLANS)
def test_a_longer_run_has_the_rates_of_a_run_of_that_length(tmp_path, plan):
    _, whole = run(tmp_path, plan, 4, 'whole')
    run(tmp_path, plan, 2, 'short')
    kept = tmp_path / 'short' / 'epoch_2.pth'
    _, longer = run(tmp_path, plan, 4, 'longer', kept)
    assert [row[0] for row in longer] == [2] * 4 + [3] * 4
    assert longer == whole[8:]  # to the last bit
    _, former = run(tmp_path, plan, 4, 'former', kept, follow=False)
    assert former != whole[8:], 'mmengine follows by itself now'


def test_a_run_that_was_planned_anew_is_resumed_as_it_is(tmp_path):
    """Its own checkpoints hold the new plan."""
    plan = PLANS['both']
    run(tmp_path, plan, 2, 'short')
    kept = tmp_path / 'short' / 'epoch_2.pth'
    ours, whole = run(tmp_path, plan, 5, 'whole', kept)
    saved = tmp_path / 'whole' / 'epoch_3.pth'
    theirs, rates = run(tmp_path, plan, 5, 'again', saved, follow=False)
    assert rates == whole[4:]
    assert (flat_weights(ours) == flat_weights(theirs)).all()


def test_replanning_what_did_not_change_changes_nothing(tmp_path):
    whole, rates = run(tmp_path, PLANS['both'], 3, 'whole')
    saved = tmp_path / 'whole' / 'epoch_1.pth'
    again, after = run(tmp_path, PLANS['both'], 3, 'again', saved)
    assert after == rates[4:]
    assert (flat_weights(whole) == flat_weights(again)).all()


def test_other_rates_and_batches_are_followed(tmp_path):
    """Two steps an epoch, not four: a warm-up in steps ends where it would."""
    plan = [dict(type='LinearLR', start_factor=0.1, begin=0, end=3) | BY_STEP]
    options = dict(lr=2e-2, weight_decay=0.0, batch_size=2)
    _, whole = run(tmp_path, plan, 3, 'whole', **options)
    run(tmp_path, plan, 1, 'short')
    kept = tmp_path / 'short' / 'epoch_1.pth'
    runner, other = run(tmp_path, plan, 3, 'other', kept, **options)
    assert runner.iter == runner.max_iters == 6  # what ends with the last step does
    assert other == whole[2:]
    assert other[-1][-1] == 0.0


def test_a_scheduler_that_follows_measurements_is_named(tmp_path):
    run(tmp_path, [], 1, 'short')
    plan = [dict(type='ReduceOnPlateauLR', monitor='loss')]
    with pytest.raises(ValueError, match='ReduceOnPlateauLR: follows what was'):
        run(tmp_path, plan, 2, 'plateau', tmp_path / 'short' / 'epoch_1.pth')
