"""Every row of configs/README.md: its options arrive in what is built; it trains."""

import re
from copy import deepcopy

import pytest
import torch
from mmaction.registry import METRICS, MODELS, TRANSFORMS
from mmengine.config import ConfigDict
from mmengine.runner import Runner

from carl_mm.datasets import FramewiseVideoDataset
from tests.configs.helpers import crop_of, load, shrink_training, without_evaluation
from tests.tools.processes import ROOT

ROW = re.compile(r'^\|.*\| `(configs/[\w/]+\.py)` \| (?:`([^`]*)`)? *\|', re.MULTILINE)
README = (ROOT / 'configs' / 'README.md').read_text()
ROWS = [(path, options.split()) for path, options in ROW.findall(README)]
IDS = [f'{path[8:-3]} {" ".join(options[1:])}' for path, options in ROWS]


def load_row(path, options):
    """Read a row's config with its options; it downloads nothing."""
    cfg = load(ROOT / path, *options)
    cfg.model.backbone.init_cfg = None
    return cfg


def frozen_stages(built):
    """Count the stages of which no weight learns, the stem included."""
    stages = ('conv1', 'layer1', 'layer2', 'layer3', 'layer4')
    learns = [
        any(w.requires_grad for w in getattr(built.model.backbone, s).parameters())
        for s in stages
    ]
    assert learns == sorted(learns)
    return learns.count(False) - 1


# Where each option must have arrived, read from the built objects alone.
ARRIVED = {
    'num_layers': lambda b: len(b.model.neck.layers),
    'model.neck.type': lambda b: type(b.model.neck).__name__,
    'model.neck.in_channels': lambda b: (
        b.model.neck.convolutions[0].in_channels
        if hasattr(b.model.neck, 'convolutions')
        else b.model.neck.linears[1].in_features
    ),
    'spatial_pooling': lambda b: b.model.spatial_pooling,
    'frozen_stages': frozen_stages,
    'freeze_backbone': lambda b: frozen_stages(b) == 4,
    'variance': lambda b: b.model.cls_head.loss_module.variance,
    'temperature': lambda b: b.model.cls_head.loss_module.temperature,
    'max_crop_ratio': lambda b: b.crop.options['max_crop_ratio'],
    'min_overlap': lambda b: b.crop.options['min_overlap'],
    'sampling': lambda b: b.crop.options['sampling'],
    'num_frames': lambda b: (
        b.crop.num_frames if b.crop.num_frames == b.model.neck.num_frames else None
    ),
    'action': lambda b: (
        b.train.action if b.train.action == b.test.action == b.val.action else None
    ),
    'video_share': lambda b: b.train.video_share,
    'load_from': lambda b: b.cfg.load_from,
    '--data-root': lambda b: (
        b.train.data_root
        if b.train.data_root == b.test.data_root == b.val.data_root
        else None
    ),
}


def build(cfg):
    """Build the model, the crop and the datasets, which read nothing yet."""
    built = ConfigDict(cfg=cfg)
    model = MODELS.build(deepcopy(cfg.model))
    crop = TRANSFORMS.build(crop_of(cfg))
    datasets = {}
    for name in ('train', 'val', 'test'):
        loader = cfg.get(f'{name}_dataloader')
        if loader:
            dataset = deepcopy(loader.dataset)
            dataset.pop('type')
            datasets[name] = _Unread(**dataset)
    return type('Built', (), dict(built, cfg=cfg, model=model, crop=crop, **datasets))


class _Unread(FramewiseVideoDataset):
    def full_init(self):
        pass

    def __len__(self):
        return 0


def test_the_page_lists_the_rows():
    tables = re.findall(r'^\| ([\d, ]+) \|', README, re.MULTILINE)
    counted = [int(n) for cell in tables for n in cell.split(',')]
    counts = {n: counted.count(n) for n in sorted(set(counted))}
    expected = {1: 9, 2: 4, 3: 14, 4: 4, 5: 3, 6: 4, 7: 3, 8: 3, 9: 5, 10: 8, 11: 7}
    assert counts == {**expected, 12: 1, 13: 2, 14: 2}
    assert len(ROWS) >= 42


@pytest.mark.parametrize(('path', 'options'), ROWS, ids=IDS)
def test_every_option_arrives(path, options):
    cfg = load_row(path, options)
    built = build(cfg)
    given = dict(option.split('=') for option in options if '=' in option)
    given.pop('model.neck._delete_', None)
    if '--data-root' in options:
        given['--data-root'] = options[options.index('--data-root') + 1]
    for option, text in given.items():
        found = ARRIVED[option](built)
        assert str(found) == text or float(found) == float(text), option


PROTOCOLS = re.findall(r'^\| ([^|]+) \| ([^|]+) \| `((\w+)\([^`]*\))`', README, re.M)
STRIDES = {  # of Kendall's tau, in each paper's code
    'CARL': (2, 5),
    'TCC': (5, 2),
    'LAV, GTA, AE2': (5, None),
}


def test_protocols_are_metrics_as_they_are_called():
    called = set()
    for paper, task, call, name in PROTOCOLS:
        metric = eval(call, {name: METRICS.get(name)})
        assert type(metric).__name__ == name, (paper, task)
        called.add(name)
    assert len(PROTOCOLS) > 15 and len(called) > 6


def test_strides_of_tau_are_told_by_paper():
    rows = {p: call for p, task, call, _ in PROTOCOLS if task == "Kendall's tau"}
    assert rows.keys() == STRIDES.keys()
    for paper, (stride, on_pouring) in STRIDES.items():
        assert rows[paper] == f'KendallsTau(stride={stride})'
        if on_pouring:
            assert f'| `{rows[paper]}`, on Pouring `stride={on_pouring}`' in README


DISTINCT = {
    'CARL': ('configs/carl_pennaction.py', []),
    'MLP': next(row for row in ROWS if 'model.neck.type=FramewiseMLP' in row[1]),
    'C3D': next(row for row in ROWS if 'model.neck.type=TemporalConv3d' in row[1]),
    'frozen': next(row for row in ROWS if 'freeze_backbone=True' in row[1]),
    'baseline': ('configs/contrastive/contrastive_pennaction.py', []),
    'pairs': ('configs/tcc/tcc_pennaction.py', []),
    'even': next(row for row in ROWS if 'sampling=even' in ' '.join(row[1])),
    'K400': ('configs/carl_k400.py', []),
    'supervised': ('configs/supervised/finegym_supervised.py', []),
    'supervised_published': (
        'configs/supervised/finegym_supervised_published.py',
        [],
    ),
    'published': ('configs/carl_pennaction_published.py', []),
}


@pytest.mark.slow
@pytest.mark.parametrize('name', DISTINCT)
def test_one_row_of_each_kind_trains_a_step(name, make_videos):
    folder = make_videos(lengths=(12, 10, 14, 11), test_share=0.0)
    cfg = load_row(*DISTINCT[name])
    shrink_training(cfg, folder, size=64)
    if cfg.optim_wrapper.type.__name__ == 'AmpOptimWrapper':  # asserts a GPU
        optimizer = cfg.optim_wrapper.optimizer
        cfg.optim_wrapper = dict(type='OptimWrapper', optimizer=optimizer)
    without_evaluation(cfg)
    cfg.train_dataloader.dataset.video_share = 0.5  # two videos
    runner = Runner.from_cfg(cfg)
    before = deepcopy(runner.model.state_dict())
    runner.train()
    assert runner.iter >= 1
    for key, tensor in runner.model.state_dict().items():
        assert torch.isfinite(tensor).all(), key
    changed = [
        k for k, v in runner.model.state_dict().items() if not v.equal(before[k])
    ]
    assert any(key.startswith('neck.') for key in changed)
