"""Train and test a config on cached features, many times in one process.

Shared by the comparisons here: with a frozen backbone a run takes seconds once the
features of the train and test videos are cached.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.logging import MMLogger

import carl_mm  # noqa: F401  (mends and registers, before any config is read)
from carl_mm.apis.config_paths import find_part, numbered_path, set_options
from carl_mm.apis.launch import build_runner
from carl_mm.engine import FeatureCacheHook
from carl_mm.files import atomic_write_text
from carl_mm.models.recognizers.chunked_backbone import has_fast_bfloat16

LOADERS = ('train_dataloader', 'test_dataloader')
REMOVED = '(removed)'  # as the new value of a part of a list: it goes
# What the figures depend on, beside the videos and the code.
SETTINGS = (
    'model',
    *LOADERS,
    'test_evaluator',
    'custom_hooks',
    'optim_wrapper',
    'param_scheduler',
    'train_cfg',
    'randomness',
)


def read_config(
    file: str, data_root: Path, work_dir: Path, seed: int, changes: dict[str, Any]
) -> Config:
    """Read a config with a frozen backbone, and let it test on cached features.

    Args:
        file: The config file.
        data_root: Folder with the annotation file and the videos.
        work_dir: Folder that the run writes to.
        seed: Seed of all random draws.
        changes: Knobs of the config, or paths into it, to their new values; `REMOVED`
            takes the part of a list that a path ends in away.
    """
    cfg = Config.fromfile(file)
    change_config(cfg, changes)
    for loader in LOADERS:
        cfg[loader].dataset.data_root = str(data_root.resolve())
    _cache_test_features(cfg)
    cfg.val_cfg = cfg.val_dataloader = cfg.val_evaluator = None
    cfg.default_hooks.checkpoint.update(interval=-1, save_last=False)
    cfg.default_hooks.visualization.enable = False
    if has_fast_bfloat16():  # half the time of a step
        cfg.optim_wrapper.type = 'AutocastOptimWrapper'
    cfg.log_level = 'WARNING'
    cfg.randomness = {'seed': seed}
    cfg.launcher = 'none'
    set_work_dir(cfg, work_dir)
    return cfg


def change_config(cfg: Config, changes: dict[str, Any]) -> None:
    """Remove parts of lists, then change settings, in place.

    Raises:
        ValueError: A change leads to nothing.
    """
    for path in [path for path, value in changes.items() if value == REMOVED]:
        *owner, name = path.split('.')
        parts: Any = cfg
        for key in numbered_path(cfg, '.'.join(owner)).split('.'):
            parts = parts[int(key) if key.isdecimal() else key]
        parts.remove(find_part(parts, name))
    kept = {path: value for path, value in changes.items() if value != REMOVED}
    set_options(cfg, kept)


def set_work_dir(cfg: Config, work_dir: Path) -> None:
    """Name the folder that a run writes to, and the run after it."""
    cfg.work_dir = str(work_dir)
    cfg.experiment_name = '_'.join(work_dir.resolve().parts[-3:])


def _cache_test_features(cfg: Config) -> None:
    """Let the steps before the cuts run once, into the cache of the train features."""
    steps = cfg.test_dataloader.dataset.pipeline
    pack = find_part(steps, 'PackFramewiseInputs')
    first = steps.index(find_part(steps, 'EvaluationCuts'))
    cache = find_part(cfg.custom_hooks, 'FeatureCacheHook')
    cfg.custom_hooks.append(
        {
            'type': 'FeatureCacheHook',
            'cache_dir': cache.cache_dir,
            'num_copies': 1,
            'loop': 'test',
            'transforms': [*steps[:first], pack],
        }
    )
    cfg.test_dataloader.dataset.pipeline = [
        {'type': 'OpenCachedFeatures'},
        {'type': 'WholeCachedFeatures'},
        *steps[first:],
    ]


def make_features(cfg: Config) -> None:
    """Cache the features of the train and test videos, without a run."""
    runner = build_runner(cfg)
    for hook in runner.hooks:
        if isinstance(hook, FeatureCacheHook):
            hook.before_train(runner)
            hook.before_test(runner)
    MMLogger._instance_dict.clear()


def settings_digest(cfg: Config) -> str:
    """Return a name for all settings that the figures of a run depend on."""
    settings = {key: cfg.to_dict().get(key) for key in SETTINGS}
    for hook in settings['custom_hooks']:
        hook.pop('cache_dir', None)
    text = settings_text(settings)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def settings_text(settings: Any) -> str:
    """Write settings as text, classes by their names."""

    def name(kind: type) -> str:
        return f'{kind.__module__}.{kind.__name__}'

    return json.dumps(settings, sort_keys=True, default=name)


def train_and_test(cfg: Config, train: bool = True) -> dict[str, float]:
    """Train and test, unless the work dir has the figures already; return them.

    Args:
        cfg: The config.
        train: Whether to train; otherwise the network is tested as it is made, for its
            controls.
    """
    results = Path(cfg.work_dir) / 'results.json'
    if results.exists():
        return json.loads(results.read_text())
    runner = build_runner(cfg)
    if train:
        runner.train()
    metrics = {key: float(value) for key, value in runner.test().items()}
    results.parent.mkdir(parents=True, exist_ok=True)
    atomic_write_text(results, json.dumps(metrics, indent=1))
    MMLogger._instance_dict.clear()
    return metrics
