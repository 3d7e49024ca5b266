"""Find, read and shrink the configs."""

from argparse import ArgumentParser
from pathlib import Path

from mmengine.config import Config

from carl_mm.apis.config_paths import find_part
from carl_mm.apis.launch import add_common_arguments, load_config
from tests.tools.processes import ROOT

CONFIGS = sorted(
    path
    for path in (ROOT / 'configs').rglob('*.py')
    if path.parent.name not in ('_base_', 'examples')
)


def config_path(name):
    """Return the file of a config, in whichever folder it is."""
    (path,) = (path for path in CONFIGS if path.stem == name)
    return path


def load(path, *options):
    """Read a config as the tools do, with options of their command line."""
    parser = ArgumentParser()
    parser.add_argument('config')
    add_common_arguments(parser)
    return load_config(parser.parse_args([str(path), *options]))


def dumped(path, folder):
    """Read a config, and read back the text that a work dir keeps of it."""
    cfg = Config.fromfile(path)
    cfg.dump(folder / path.name)
    return Config.fromfile(folder / path.name)


def step(loader, name):
    """Return the step of a data loader that is of a class."""
    return find_part(loader.dataset.pipeline, name)


def crop_of(cfg):
    """Return the temporal crop that a config trains with."""
    return step(cfg.train_dataloader, '*Crop')


def spatial(loader, container, name):
    """Return a transform inside `DecodeViews` or `WholeVideo`."""
    return find_part(step(loader, container).transforms, name)


def shrink_training(cfg, folder, *, num_frames=8, size=32, crop='*Crop'):
    """Train on a folder of short videos, in this process, on small pictures."""
    if 'init_cfg' in cfg.model.backbone:
        cfg.model.backbone.init_cfg = None  # downloads nothing
    if 'num_frames' in cfg.model.get('neck', {}):
        cfg.model.neck.num_frames = num_frames
    loader = cfg.train_dataloader
    loader.update(num_workers=0, persistent_workers=False)
    loader.dataset.data_root = str(folder)
    step(loader, crop).num_frames = num_frames
    spatial(loader, 'DecodeViews', 'ClipConsistentResize*').size = size
    cfg.default_hooks.checkpoint = None  # 300 MB each
    cfg.work_dir = str(folder / 'work')
    cfg.experiment_name = f'{Path(cfg.filename).stem}_{folder.name}'


def shrink(cfg, folder):
    """Train and judge on a folder of short videos, in this process, for an epoch."""
    shrink_training(cfg, folder)
    for loader in (cfg.val_dataloader, cfg.test_dataloader):
        loader.num_workers = 0
        loader.dataset.data_root = str(folder)
        spatial(loader, 'WholeVideo', 'ClipConsistentCenterCrop').size = 32
    cfg.train_cfg.update(max_epochs=1, val_interval=1)
    return cfg


def without_evaluation(cfg):
    """Train for an epoch and judge nothing."""
    for part in ('cfg', 'dataloader', 'evaluator'):
        cfg[f'val_{part}'] = cfg[f'test_{part}'] = None
    cfg.train_cfg = dict(by_epoch=True, max_epochs=1)
