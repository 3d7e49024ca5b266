"""A checkpoint of another training is found out, and what differs is named."""

import copy

import pytest
from mmengine.config import Config

from carl_mm.apis.resuming import (
    SHOWN,
    Change,
    check_training,
    find_changes,
    followed,
    refuse_changes,
    what_is_left,
    world_size,
)
from tests.configs.helpers import config_path
from tests.engine.small import small_config


def checkpoint_of(cfg, epoch=2, **meta):
    meta = {
        'epoch': epoch,
        'iter': 2 * epoch,
        'cfg': cfg.pretty_text,
        'seed': 0,
        **meta,
    }
    return {'meta': meta, 'optimizer': {}, 'state_dict': {}}


@pytest.fixture
def cfg(tmp_path):
    return Config(small_config(tmp_path, cached=True))


def paths(before, now, **meta):
    found = find_changes(checkpoint_of(before, **meta), now, 'it.pth')
    return [change.path for change in found]


def test_the_same_training_has_no_change(cfg):
    assert paths(cfg, copy.deepcopy(cfg)) == []


MATTERS = {
    'optim_wrapper.optimizer.lr': 2e-3,
    'optim_wrapper.type': 'AutocastOptimWrapper',
    'train_dataloader.batch_size': 3,
    'train_dataloader.dataset.pipeline.1.num_frames': 9,
    'train_dataloader.dataset.split': 'test',
    'train_dataloader.dataset.ann_file': 'others.json',
    'train_cfg.max_epochs': 5,
    'model.neck.num_layers': 2,
    'model.cls_head.loss.variance': 1.0,
    'custom_hooks.2.num_copies': 3,
    'custom_hooks.2.transforms.1.transforms.0.size': 64,
    'param_scheduler.0.type': 'LinearLR',
    'randomness.seed': 1,
    'randomness.diff_rank_seed': True,
}


@pytest.mark.parametrize(('path', 'value'), MATTERS.items(), ids=MATTERS)
def test_what_matters_is_named(cfg, path, value):
    now = copy.deepcopy(cfg)
    now.merge_from_dict({path: value})
    found = find_changes(checkpoint_of(cfg), now, 'it.pth')
    assert found
    assert str(value) in str(found[-1])
    last = path.rsplit('.', 1)[-1]
    assert any(change.path.endswith(last) for change in found)


HARMLESS = {
    'work_dir': 'elsewhere',
    'train_dataloader.dataset.data_root': '/moved',
    'train_dataloader.dataset.data_prefix.video': 'clips',
    'train_dataloader.num_workers': 3,
    'custom_hooks.2.cache_dir': '/fast/disk',
    'custom_hooks.1.max_share': 0.5,
    'default_hooks.logger.interval': 50,
    'default_hooks.checkpoint.interval': 5,
    'test_dataloader.batch_size': 1,
    'model.init_cfg.checkpoint': '/weights.pth',
    'log_level': 'ERROR',
    'randomness.deterministic': True,
}


@pytest.mark.parametrize(('path', 'value'), HARMLESS.items(), ids=HARMLESS)
def test_paths_logging_and_tests_do_not_matter(cfg, path, value):
    now = copy.deepcopy(cfg)
    now.merge_from_dict({path: value})
    assert paths(cfg, now) == []


def test_hooks_that_only_watch_may_come_and_go(cfg):
    now = copy.deepcopy(cfg)
    now.custom_hooks.append(dict(type='carl_mm.engine.DivergenceHook', max_steps=1))
    assert paths(cfg, now) == []
    now.custom_hooks.append(dict(type='EMAHook'))
    assert paths(cfg, now) == ['custom_hooks', 'custom_hooks.EMAHook.type']


def test_another_order_of_steps_is_a_change(cfg):
    now = copy.deepcopy(cfg)
    steps = now.train_dataloader.dataset.pipeline
    steps[1], steps[2] = steps[2], steps[1]
    assert paths(cfg, now) == ['train_dataloader.dataset.pipeline']


def test_a_class_that_moved_is_the_same(cfg):
    now = copy.deepcopy(cfg)
    now.model.type = 'carl_mm.models.recognizers.elsewhere.FramewiseRecognizer'
    assert paths(cfg, now) == []


def test_a_pure_python_config_equals_itself_in_a_checkpoint():
    cfg = Config.fromfile(config_path('carl_synthetic'))
    assert paths(cfg, Config.fromfile(config_path('carl_synthetic'))) == []
    other = Config.fromfile(config_path('tcc_synthetic'))
    assert 'model.cls_head.loss.type' in paths(cfg, other)


def test_a_seed_that_the_run_drew_is_taken_over(cfg):
    cfg.pop('randomness')
    assert paths(cfg, cfg, seed=12345) == []


def test_another_number_of_processes_is_a_change(cfg, monkeypatch):
    cfg.launcher = 'pytorch'
    monkeypatch.setenv('WORLD_SIZE', '2')
    assert world_size(cfg) == 2
    assert paths(cfg, cfg, world_size=2) == []
    assert paths(cfg, cfg, world_size=4) == ['the number of processes']
    assert paths(cfg, cfg) == []  # of an older version, which did not tell


def test_settings_without_effect_may_come_and_go(cfg):
    """A checkpoint of before they were in every config can be resumed."""
    now = copy.deepcopy(cfg)
    now.sync_bn, now.auto_scale_lr = 'torch', dict(enable=False, base_batch_size=4)
    assert paths(cfg, now) == []
    now.auto_scale_lr.enable = True
    assert paths(cfg, now) == ['auto_scale_lr.base_batch_size', 'auto_scale_lr.enable']
    now.auto_scale_lr.enable = False
    assert 'sync_bn' in paths(cfg, now, world_size=2)


@pytest.mark.parametrize('missing', ['optimizer', 'meta'])
def test_weights_alone_cannot_be_resumed(cfg, missing):
    checkpoint = checkpoint_of(cfg)
    del checkpoint[missing]
    with pytest.raises(ValueError, match=r'it\.pth: holds weights.*load_from=it\.pth'):
        check_training(checkpoint, 'it.pth')


def test_a_config_that_is_code_is_not_run(cfg, tmp_path):
    checkpoint = checkpoint_of(cfg)
    text = f"model = open({str(tmp_path / 'ran')!r}, 'w')"
    checkpoint['meta']['cfg'] = text
    with pytest.raises(ValueError, match='it.pth: the config kept in it'):
        find_changes(checkpoint, cfg, 'it.pth')
    assert not (tmp_path / 'ran').exists()


def test_changes_are_refused_in_one_line_that_says_how_to_go_on():
    changes = [Change(f'model.part_{n}', n, n + 1) for n in range(SHOWN + 2)]
    with pytest.raises(ValueError, match='model.part_0 was 0, is 1; ') as error:
        refuse_changes(changes, 'it.pth')
    said = str(error.value)
    assert '\n' not in said
    assert f'part_{SHOWN}' not in said
    assert '(and 2 more)' in said
    assert '--accept-changes' in said
    refuse_changes([], 'it.pth')


def test_a_longer_training_is_told_apart():
    change = Change('train_cfg.max_epochs', 2, 4)
    end = Change('param_scheduler.CosineAnnealingLR.T_max', 2, 4)
    assert change.is_length
    assert end.is_length
    refuse_changes([change, end], 'it.pth')
    assert 'max_epochs was 2, is 4; param_sch' in followed([change, end], 'it.pth')
    for path in ('train_cfg.type', 'param_scheduler.CosineAnnealingLR.eta_min'):
        other = Change(path, 1, 2)
        assert not other.is_length
        with pytest.raises(ValueError, match=f'{path} was 1, is 2.*its rates too'):
            refuse_changes([change, other], 'it.pth')


@pytest.mark.parametrize(('epoch', 'left'), [(1, 1), (2, 0), (6, 0)])
def test_how_much_is_left(cfg, epoch, left):
    assert what_is_left(checkpoint_of(cfg, epoch), cfg) == left
    by_step = Config(dict(train_cfg=dict(max_iters=4)))
    assert what_is_left(checkpoint_of(cfg, epoch), by_step) == max(0, 4 - 2 * epoch)
