"""Training steps on cached features, against the same on pictures.

The demo's network and sizes, a batch of eight videos of 640x360, loader included.
"""

import json
import shutil
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.runner import Runner
from parts.videos import make_video

from carl_mm.apis.config_paths import find_part
from carl_mm.apis.launch import build_runner

CONFIGS = Path(__file__).parents[3] / 'configs'
NUM_VIDEOS, VIDEO_FRAMES = 8, 300
WARM_UP = 2  # steps


class StepTimes(Hook):
    """Record when each step ends, and when the first one starts."""

    priority = 'LOWEST'

    def __init__(self) -> None:
        self.ends = [time.perf_counter()]

    def before_train_epoch(self, runner: Runner) -> None:
        """Mark the start of the first step."""
        if len(self.ends) == 1:
            self.ends.append(time.perf_counter())

    def after_train_iter(self, runner: Runner, *_: Any, **__: Any) -> None:
        """Mark the end of a step."""
        self.ends.append(time.perf_counter())

    def median(self) -> float:
        """Return the seconds of a step, without the first few."""
        spent = [b - a for a, b in zip(self.ends[1:], self.ends[2:], strict=False)]
        return statistics.median(spent[WARM_UP:])


def run(repeats: int = 20, frames: int = VIDEO_FRAMES) -> dict[str, Any]:
    """Time steps with and without the cache.

    Args:
        repeats: Number of steps of each, of which the median counts.
        frames: Number of frames of each video.
    """
    with tempfile.TemporaryDirectory() as folder:
        write_data(Path(folder), frames)
        cached = train(cached_config(folder), repeats)
        pictures = train(pictures_config(folder), repeats)
    return {
        'ours': cached.median(),
        'reference': pictures.median(),
        'ratio': pictures.median() / cached.median(),
        'making the cache': cached.ends[1] - cached.ends[0],
        'its frames': NUM_VIDEOS * frames,
    }


def write_data(folder: Path, frames: int) -> None:
    """Write a folder of videos and its annotation file."""
    names = [f'{index}.mp4' for index in range(NUM_VIDEOS)]
    (folder / 'videos').mkdir()
    for name in names:
        shutil.copy(make_video(frames), folder / 'videos' / name)
    entries = [{'filename': name, 'split': 'train'} for name in names]
    (folder / 'annotations.json').write_text(
        json.dumps({'metainfo': {}, 'data_list': entries})
    )


def cached_config(folder: str) -> Config:
    """Return the demo's config, trained on the folder."""
    cfg = Config.fromfile(CONFIGS / 'carl_synthetic.py')
    cfg.work_dir, cfg.log_level = f'{folder}/work', 'WARNING'
    cfg.val_cfg = cfg.val_dataloader = cfg.val_evaluator = None
    cfg.test_cfg = cfg.test_dataloader = cfg.test_evaluator = None
    cfg.train_dataloader.dataset.data_root = folder
    find_part(cfg.custom_hooks, 'FeatureCacheHook').cache_dir = f'{folder}/cache'
    return cfg


def pictures_config(folder: str) -> Config:
    """Return the same without the cache."""
    cfg = cached_config(folder)
    cache = find_part(cfg.custom_hooks, 'FeatureCacheHook')
    cfg.custom_hooks.remove(cache)
    spatial = find_part(cache.transforms, 'WholeVideo').transforms
    steps = cfg.train_dataloader.dataset.pipeline
    cfg.train_dataloader.dataset.pipeline = [
        find_part(cache.transforms, 'OpenVideo'),
        find_part(steps, 'DualViewTemporalCrop'),
        {'type': 'DecodeViews', 'transforms': spatial},
        find_part(steps, 'PackFramewiseInputs'),
    ]
    cfg.train_dataloader.update(num_workers=2, persistent_workers=True)
    return cfg


def train(cfg: Config, repeats: int) -> StepTimes:
    """Train for some steps; each epoch has one."""
    cfg.train_cfg.max_epochs = repeats + WARM_UP
    cfg.train_cfg.val_interval = repeats + WARM_UP + 1
    cfg.default_hooks.checkpoint.update(interval=-1, save_last=False)
    cfg.experiment_name = f'benchmark_{time.time_ns()}'
    runner = build_runner(cfg)
    times = StepTimes()
    runner.register_hook(times)
    runner.train()
    return times
