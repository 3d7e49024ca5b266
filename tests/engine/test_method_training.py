"""The compared methods train end to end: on pictures, cached, on two processes."""

import json
from copy import deepcopy

import pytest
import torch
from mmengine.config import Config
from mmengine.runner import Runner

from carl_mm.models import CycleConsistencyLoss
from tests.engine.small import small_config
from tests.tools.processes import load, run, shell_tool, write_config

METHODS = {
    'contrastive': ({'type': 'NearestFrameContrastiveLoss'}, None),
    'tcn': ({'type': 'NPairsLoss'}, {'type': 'AnchorPositiveCrop'}),
    'tcc': (
        {'type': 'CycleConsistencyLoss'},
        {'type': 'SingleViewTemporalCrop', 'max_crop_ratio': 1.5},
    ),
    'sal': ({'type': 'ShuffleAndLearnLoss'}, {'type': 'SingleViewTemporalCrop'}),
    'speednet': ({'type': 'SpeedinessLoss'}, {'type': 'TwoSpeedCrop'}),
}


def take(config, method):
    """Change a small config as the method's own config changes CARL's."""
    loss, crop = METHODS[method]
    config.model.cls_head = dict(type='FramewiseLossHead', loss=dict(**loss))
    if crop:
        config.train_dataloader.dataset.pipeline[1] = dict(num_frames=8, **crop)
    if method == 'tcc':
        sampler = dict(type='SameActionBatchSampler')
        config.train_dataloader.update(batch_sampler=sampler)


def trained(folder, method, **options):
    """Train for an epoch; what each step lost, and which weights it changed."""
    config = Config(small_config(folder, max_epochs=1, **options))
    config.model.freeze_backbone = options.get('cached', False)
    config.default_hooks = dict(checkpoint=None)
    for part in ('test_dataloader', 'test_evaluator', 'test_cfg'):
        config[part] = None
    config.experiment_name = f'{folder.name}_{method}'
    take(config, method)
    runner = Runner.from_cfg(config)
    runner.model.init_weights()  # as training would first do
    before = deepcopy(runner.model.state_dict())
    runner.train()
    after = runner.model.state_dict()
    assert all(tensor.isfinite().all() for tensor in after.values())
    losses = runner.message_hub.get_scalar('train/loss').data[0]
    return losses, {key for key in after if not torch.equal(after[key], before[key])}


@pytest.mark.parametrize('method', METHODS)
def test_on_pictures(make_videos, method):
    folder = make_videos(lengths=(30, 24, 7), test_share=0)
    losses, changed = trained(folder, method)
    assert len(losses) == 2
    assert any(key.startswith('backbone.') for key in changed)
    assert any(key.startswith('neck.') for key in changed)
    learns = {'sal', 'speednet'}
    assert any('classifier' in key for key in changed) == (method in learns)


@pytest.mark.parametrize('method', ['tcc', 'speednet'])
def test_on_cached_features(make_videos, method):
    folder = make_videos(lengths=(30, 24), test_share=0)
    losses, changed = trained(folder, method, cached=True)
    assert len(losses) == 1
    assert any(key.startswith('neck.') for key in changed)
    assert not any(key.startswith('backbone.') for key in changed)


def test_a_batch_is_of_one_action(make_videos, monkeypatch):
    folder = make_videos(lengths=(9, 9, 9, 9, 9), test_share=0, labelled=False)
    annotations = json.loads((folder / 'annotations.json').read_text())
    actions = ['slide', 'jump', 'slide', 'jump', 'slide']
    for entry, action in zip(annotations['data_list'], actions, strict=True):
        entry['action'] = action
    (folder / 'annotations.json').write_text(json.dumps(annotations))
    seen = []

    def remember(self, batch):
        actions, lengths = batch.actions, batch.video_lengths.tolist()
        seen.append((set(actions), len(actions), lengths))
        return batch.embedding.mean()

    monkeypatch.setattr(CycleConsistencyLoss, 'forward', remember)
    trained(folder, 'tcc')
    slide, jump = ({'slide'}, 2, [9, 9]), ({'jump'}, 2, [9, 9])
    assert sorted(seen, key=str) == [jump, slide, slide]


def test_what_a_method_needs_is_said_before_training(make_videos):
    folder = make_videos(lengths=(9, 9), test_share=0.5)
    with pytest.raises(
        ValueError, match='at least 2 of each action, but there is only 1 of slide'
    ):
        trained(folder, 'tcc')
    folder = make_videos(lengths=(9, 1), test_share=0)
    with pytest.raises(ValueError, match=r'video_1\.mp4: TCN needs videos of'):
        trained(folder, 'tcn')


@pytest.mark.slow
def test_pairs_over_two_processes(make_videos):
    """Three videos are two batches of two: one a process in each epoch."""
    folder = make_videos(lengths=(30, 24, 36, 20, 28), test_share=0.4)
    config = write_config(
        folder, lambda c: take(c, 'tcc'), name='tcc.py', batch_size=2, cached=True
    )
    run(*shell_tool('dist_train'), config, 2, cwd=folder)
    saved = load(folder / 'work' / 'epoch_2.pth')
    assert saved['meta']['iter'] == 2
    assert all(w.isfinite().all() for w in saved['state_dict'].values())
