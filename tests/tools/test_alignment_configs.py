"""Configs of the methods that align pairs of videos: LAV, GTA, D3TW."""

from functools import cache

import pytest
import torch
from mmaction.registry import MODELS, TRANSFORMS
from mmaction.structures import ActionDataSample
from mmengine.config import Config
from mmengine.runner import Runner

from carl_mm.datasets import SameActionBatchSampler, SingleViewTemporalCrop
from carl_mm.models import (
    AlignmentInTimeLoss,
    DiscriminativeDTWLoss,
    FramewiseLossHead,
    GlobalAlignmentLoss,
)
from tests.tools.processes import ROOT

LOSSES = {
    'lav': AlignmentInTimeLoss,
    'gta': GlobalAlignmentLoss,
    'd3tw': DiscriminativeDTWLoss,
}
# Of the authors' code; D3TW's are ours.
OPTIONS = {
    'lav': {
        'gamma': 0.1,
        'regularisation': 0.5,
        'window': 10,
        'margin': 2,
        'divergence': False,
    },
    'gta': {
        'gamma': 0.1,
        'temperature': 0.1,
        'alignment_weight': 0.1,
        'cycle_weight': 1,
        'label_smoothing': 0.1,
    },
    'd3tw': {'gamma': 0.1, 'margin': 1},
}
DATA = ('pennaction', 'pouring', 'finegym', 'synthetic')


@cache
def load(name):
    return Config.fromfile(next((ROOT / 'configs').rglob(f'{name}.py')))


def dumped(name, folder):
    """Read back the text that a work dir keeps of a config."""
    load(name).dump(folder / 'dumped.py')
    return Config.fromfile(folder / 'dumped.py')


@pytest.mark.parametrize('data', DATA)
@pytest.mark.parametrize('method', LOSSES)
def test_is_the_carl_config_with_another_loss_and_pairs(method, data, tmp_path):
    name, carl = f'{method}_{data}', load(f'carl_{data}')
    for cfg in (load(name), dumped(name, tmp_path)):
        head = MODELS.build(cfg.model.cls_head)
        assert type(head) is FramewiseLossHead and head.normalize
        assert type(head.loss_module) is LOSSES[method]
        assert head.loss_module.options == OPTIONS[method]
        crop = TRANSFORMS.build(cfg.train_dataloader.dataset.pipeline[1])
        assert type(crop) is SingleViewTemporalCrop
        assert crop.num_frames == cfg.model.neck.num_frames == carl.num_frames
        assert crop.options == {'max_crop_ratio': 1}
        loader = cfg.train_dataloader
        assert loader.batch_size == (
            carl.train_dataloader.batch_size if data == 'synthetic' else 2
        )
        assert loader.batch_sampler.type in (
            SameActionBatchSampler,
            'carl_mm.datasets.SameActionBatchSampler',
        )
    for key in ('optim_wrapper', 'test_dataloader', 'test_evaluator', 'train_cfg'):
        assert load(name)[key] == carl[key], key
    assert load(name).model.neck == carl.model.neck


@pytest.mark.parametrize('method', LOSSES)
def test_its_model_learns_from_a_batch(method):
    cfg = Config.fromfile(next((ROOT / 'configs').rglob(f'{method}_synthetic.py')))
    model = MODELS.build(cfg.model)
    inputs, frame_inds = torch.rand(3, 1, 8, 2560), torch.arange(0, 32, 4)
    samples = [ActionDataSample(metainfo={'total_frames': 32}) for _ in range(3)]
    valid = torch.ones(3, 1, 8, dtype=torch.bool)
    valid[0, 0, 5:] = False
    losses = model.loss(
        inputs, samples, frame_inds=frame_inds.expand(3, 1, 8), valid=valid
    )
    losses['loss'].backward()
    assert losses['loss'].isfinite()
    for name, weight in model.neck.named_parameters():
        assert weight.grad is not None and weight.grad.isfinite().all(), name


@pytest.mark.slow
@pytest.mark.parametrize('method', LOSSES)
def test_trains_on_pictures(method, make_videos):
    folder = make_videos(lengths=(12, 10, 14, 7), test_share=0.0)
    cfg = Config.fromfile(next((ROOT / 'configs').rglob(f'{method}_pennaction.py')))
    cfg.model.backbone.init_cfg = None
    cfg.model.neck.num_frames = 8
    cfg.train_dataloader.update(num_workers=0, persistent_workers=False)
    dataset = cfg.train_dataloader.dataset
    dataset.data_root = str(folder)
    dataset.pipeline[1].num_frames = 8
    dataset.pipeline[2].transforms[0].size = 32
    for part in ('cfg', 'dataloader', 'evaluator'):
        cfg[f'val_{part}'] = cfg[f'test_{part}'] = None
    cfg.train_cfg = dict(by_epoch=True, max_epochs=1)
    cfg.default_hooks.checkpoint = None
    cfg.work_dir = str(folder / 'work')
    cfg.experiment_name = f'{method}_{folder.name}'
    runner = Runner.from_cfg(cfg)
    before = {k: v.clone() for k, v in runner.model.state_dict().items()}
    runner.train()
    assert runner.iter == 2
    after = runner.model.state_dict()
    assert all(torch.isfinite(tensor).all() for tensor in after.values())
    assert any(not after[k].equal(before[k]) for k in after if k.startswith('neck.'))
