"""The runs of `real_videos.py`: their configs, and the processes that run them."""

import argparse
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from copy import deepcopy
from dataclasses import dataclass
from multiprocessing import get_context

import by_action  # noqa: F401  (registers, in every process)
import relatedness  # noqa: F401
from cached_runs import (
    REMOVED,
    make_features,
    read_config,
    set_work_dir,
    settings_digest,
    train_and_test,
)
from mmengine.config import Config
from recipes import RECIPES
from rich.progress import track

CONFIG = 'configs/carl_folder.py'
EVERYTHING = '_all'  # as the action of a job: all of them
TRAINING = ('train_dataloader', 'optim_wrapper', 'param_scheduler', 'train_cfg')


@dataclass(frozen=True)
class Job:
    """One training and test, or one test of controls.

    Attributes:
        recipe: Name of the recipe.
        action: Name of the action, or `EVERYTHING`.
        fold: Number of the fold that is judged.
        seed: Seed of the training; None for the controls, which are not trained.
    """

    recipe: str
    action: str
    fold: int
    seed: int | None

    @property
    def name(self) -> str:
        """Name of its folder."""
        what = 'controls' if self.seed is None else f'{self.recipe}-seed{self.seed}'
        return f'{what}-{self.action}-fold{self.fold}'


def config_of(
    args: argparse.Namespace, recipe: str, seed: int, annotations: str
) -> Config:
    """Read the config of a recipe, judged action by action."""
    changes = {
        **RECIPES[recipe],
        'custom_hooks.FeatureCacheHook.cache_dir': str(args.feature_cache.resolve()),
        'custom_hooks.ProgressBarHook': REMOVED,
        'env_cfg.mp_cfg.mp_start_method': 'spawn',  # as the pool's processes are
        'train_dataloader.dataset.ann_file': annotations,
        'test_dataloader.dataset.ann_file': annotations,
    }
    if args.max_epochs:
        changes['max_epochs'] = args.max_epochs
    cfg = read_config(CONFIG, args.videos, args.work_dir, seed, changes)
    metrics = {'type': 'ByAction', 'metrics': list(cfg.test_evaluator)}
    cfg.test_evaluator = [metrics, {'type': 'Relatedness'}]
    return cfg


def job_config(args: argparse.Namespace, job: Job, annotations: str) -> Config:
    """Read the config of a job, with the folder that its settings name."""
    cfg = config_of(args, job.recipe, job.seed or 0, annotations)
    known = cfg
    if job.seed is None:  # neither the head nor the training changes a control
        known = deepcopy(cfg)
        known.model = {**cfg.model, 'cls_head': None}
        *_, test_features = cfg.custom_hooks
        known.custom_hooks = [test_features]
        for key in TRAINING:
            known[key] = None
    else:
        cfg.model.controls = ()  # those of all seeds are judged once
    set_work_dir(cfg, args.work_dir / 'runs' / f'{job.name}-{settings_digest(known)}')
    return cfg


def all_jobs(args: argparse.Namespace, actions: list[str]) -> Iterator[Job]:
    """Yield all jobs: the controls, of all actions, then seed by seed."""
    for seed in (None, *args.seeds):
        for recipe in args.recipes:
            for fold in range(args.folds):
                if seed is None or 'all' in args.encoders:
                    yield Job(recipe, EVERYTHING, fold, seed)
                if seed is not None and 'each' in args.encoders:
                    yield from (Job(recipe, name, fold, seed) for name in actions)


def run_jobs(
    args: argparse.Namespace, configs: dict[Job, Config], features: Iterable[Config]
) -> dict[Job, dict[str, float]]:
    """Cache all features, then run the jobs in processes of one thread."""
    os.environ['OMP_NUM_THREADS'] = '1'  # read when a process imports its libraries
    # Controls of several recipes may be one run.
    runs = {cfg.work_dir: (cfg, job.seed is not None) for job, cfg in configs.items()}
    pool = ProcessPoolExecutor(args.jobs, get_context('spawn'), use_one_thread)
    try:
        for cfg in features:
            pool.submit(make_features, cfg).result()
        futures = {pool.submit(train_and_test, *run): run[0] for run in runs.values()}
        for future in track(as_completed(futures), 'runs', total=len(futures)):
            future.result()  # raises what the run raised
        return {job: train_and_test(cfg) for job, cfg in configs.items()}  # reads
    finally:
        pool.shutdown(cancel_futures=True)


def use_one_thread() -> None:
    """Keep the processes of a pool from fighting over the cores."""
    import cv2
    import torch

    torch.set_num_threads(1)
    cv2.setNumThreads(0)
