"""Train and test a config on cached features, many times in one process.

Shared by the searches and comparisons here: with a frozen backbone a run takes seconds
once the features of the train and test videos are cached.
"""

import json
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.logging import MMLogger
from mmengine.runner import Runner

import carl_mm  # noqa: F401  (mends and registers, before any config is read)
from carl_mm.apis.config_paths import find_part, set_options
from carl_mm.models.recognizers.chunked_backbone import has_fast_bfloat16

LOADERS = ('train_dataloader', 'test_dataloader')


def read_config(
    file: str, data_root: Path, work_dir: Path, seed: int, changes: dict[str, Any]
) -> Config:
    """Read a config with a frozen backbone, and let it test on cached features.

    Args:
        file: The config file.
        data_root: Folder with the annotation file and the videos.
        work_dir: Folder that the run writes to.
        seed: Seed of all random draws.
        changes: Knobs of the config, or paths into it, to their new values.
    """
    cfg = Config.fromfile(file)
    set_options(cfg, changes)
    for loader in LOADERS:
        cfg[loader].dataset.data_root = str(data_root.resolve())
    steps = cfg.test_dataloader.dataset.pipeline
    pack = find_part(steps, 'PackFramewiseInputs')
    cache = find_part(cfg.custom_hooks, 'FeatureCacheHook')
    cfg.custom_hooks.append(
        {
            'type': 'FeatureCacheHook',
            'cache_dir': cache.cache_dir,
            'num_copies': 1,
            'loop': 'test',
            'transforms': [
                find_part(steps, 'OpenVideo'),
                find_part(steps, 'WholeVideo'),
                pack,
            ],
        }
    )
    cfg.test_dataloader.dataset.pipeline = [
        {'type': 'OpenCachedFeatures'},
        {'type': 'WholeCachedFeatures'},
        find_part(steps, 'EvaluationCuts'),
        pack,
    ]
    cfg.val_cfg = cfg.val_dataloader = cfg.val_evaluator = None
    cfg.default_hooks.checkpoint.update(interval=-1, save_last=False)
    cfg.default_hooks.visualization.enable = False
    if has_fast_bfloat16():  # half the time of a step
        cfg.optim_wrapper.type = 'AutocastOptimWrapper'
    cfg.log_level = 'WARNING'
    cfg.randomness = {'seed': seed}
    cfg.work_dir, cfg.launcher = str(work_dir), 'none'
    cfg.experiment_name = '_'.join(work_dir.resolve().parts[-3:])
    return cfg


def train_and_test(cfg: Config) -> dict[str, float]:
    """Train and test, unless the work dir has the figures already; return them."""
    results = Path(cfg.work_dir) / 'results.json'
    if results.exists():
        return json.loads(results.read_text())
    runner = Runner.from_cfg(cfg)
    runner.train()
    metrics = {key: float(value) for key, value in runner.test().items()}
    results.parent.mkdir(parents=True, exist_ok=True)
    results.write_text(json.dumps(metrics, indent=1))
    MMLogger._instance_dict.clear()
    return metrics
