"""Hook: features of a frozen backbone, computed once and read from then on."""

import hashlib
import json
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmaction.registry import HOOKS
from mmcv.transforms import Compose
from mmengine import dist
from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper
from mmengine.runner import Runner
from rich.progress import track

from carl_mm.datasets.framewise_video import FramewiseVideoDataset
from carl_mm.datasets.transforms import FrameStream
from carl_mm.datasets.video_io.open_video import VideoDecodeError
from carl_mm.engine.features.feature_files import (
    check_disk_space,
    check_width,
    is_whole,
    video_key,
    write_features,
)
from carl_mm.engine.features.feature_key import feature_key, name_of
from carl_mm.engine.framewise_datasets import framewise_datasets
from carl_mm.files import atomic_write
from carl_mm.heartbeat import wait_for_all
from carl_mm.models.recognizers.framewise_recognizer import FramewiseRecognizer
from carl_mm.prefetching import prefetch


@HOOKS.register_module()
class FeatureCacheHook(Hook):
    """Before a loop, cache the features of K copies of every video.

    This needs a wholly frozen backbone. Each copy has one draw of the spatial and
    photometric augmentation, while training on pictures draws again each time. The name
    of a file depends on everything that changes its content (configs and weights of the
    backbone, transforms, the video's size and time of change). It appears only when it
    is whole, a damaged one is replaced, and an interrupted run continues where it
    stopped.

    Args:
        cache_dir: Folder for the files, ``(K, S, C)`` float32 for each video.
        transforms: Transforms of a whole video up to ``inputs``: `OpenVideo`,
            `WholeVideo` with random spatial transforms, `PackFramewiseInputs`.
        num_copies: Number of copies per video, K.
        seed: Seed of the augmentation.
        loop: 'train' caches before training, with colours augmented as the model's data
            preprocessor says. 'test' caches before testing and validation, without
            that, for tests of the same videos again and again (`OpenCachedFeatures`,
            `WholeCachedFeatures`).

    Raises:
        ValueError: ``num_copies`` < 1, or ``loop`` is unknown.
    """

    def __init__(
        self,
        cache_dir: str,
        transforms: list[Any],
        num_copies: int = 4,
        seed: int = 0,
        loop: str = 'train',
    ) -> None:
        if num_copies < 1:
            raise ValueError(f'num_copies must be at least 1, got {num_copies}')
        if loop not in ('train', 'test'):
            raise ValueError(f"loop must be 'train' or 'test', got {loop!r}")
        self.loop = loop
        self.cache_dir = Path(cache_dir)
        self.recipe = json.dumps(transforms, default=name_of, sort_keys=True)
        self.transforms = Compose(transforms)
        self.num_copies = num_copies
        self.seed = seed

    def before_train(self, runner: Runner) -> None:
        """Make the missing files of the training videos."""
        if self.loop == 'train':
            self._fill_all(runner.train_dataloader.dataset, runner)

    def before_val(self, runner: Runner) -> None:
        """Make the missing files of the validation videos."""
        if self.loop == 'test':
            self._fill_all(runner.val_dataloader.dataset, runner)

    def before_test(self, runner: Runner) -> None:
        """Make the missing files of the test videos."""
        if self.loop == 'test':
            self._fill_all(runner.test_dataloader.dataset, runner)

    def _fill_all(self, dataset: Any, runner: Runner) -> None:
        """Make the missing files, shared out over the processes."""
        model = runner.model.module if is_model_wrapper(runner.model) else runner.model
        if not getattr(model, 'freeze_backbone', False):
            raise ValueError(
                'FeatureCacheHook needs a frozen backbone: set freeze_backbone=True in '
                'the recognizer, or train on pictures'
            )
        if self.loop == 'train' and model.data_preprocessor.view_augmentations:
            raise ValueError(
                'FeatureCacheHook needs one augmentation for all views: give '
                'data_preprocessor.augmentation a dict, or train on pictures'
            )
        folder = self.cache_dir / self.recipe_key(model)
        training = model.training
        model.eval()
        for part in framewise_datasets(dataset):
            self._fill(folder, part, model, runner)
        wait_for_all('caching features')
        dist.barrier()
        model.train(training)

    def recipe_key(self, model: FramewiseRecognizer) -> str:
        """Return a hash of everything but the video that changes the features."""
        augmentation = repr(self._augmentation(model))
        return feature_key(
            model, [self.recipe, self.num_copies, self.seed, augmentation]
        )

    def _augmentation(self, model: FramewiseRecognizer) -> Any:
        return model.data_preprocessor.augmentation if self.loop == 'train' else None

    def _fill(
        self,
        folder: Path,
        dataset: FramewiseVideoDataset,
        model: FramewiseRecognizer,
        runner: Runner,
    ) -> None:
        entries = [dataset.get_data_info(index) for index in range(len(dataset))]
        files = [folder / video_key(entry['filename']) for entry in entries]
        dataset.feature_files = {
            entry['name']: str(file) for entry, file in zip(entries, files, strict=True)
        }
        # Shared out before looking: by then another process may have made some.
        share = list(zip(entries, files, strict=True))[runner.rank :: runner.world_size]
        done = dict.fromkeys(f for _, f in share if is_whole(f, self.num_copies))
        mine = [pair for pair in share if pair[1] not in done]
        runner.logger.info(
            f'{len(share) - len(mine)} of {len(share)} videos of this process have '
            f'cached features in {folder}; making {len(mine)}'
        )
        if done:
            check_width(next(iter(done)), model)
        if not mine:
            return
        folder.mkdir(parents=True, exist_ok=True)
        told = False
        show = track(mine, 'caching features') if runner.rank == 0 else mine
        for entry, file in show:
            try:
                copies = self._copies(entry, model)
            except VideoDecodeError as error:
                # Without its file the dataset skips the video and counts it.
                runner.logger.warning(f'no features: {error}')
                continue
            if not told:
                check_disk_space(folder, copies, [e for e, _ in mine], runner)
                told = True
            atomic_write(file, partial(write_features, copies=copies))

    def _copies(self, entry: dict[str, Any], model: FramewiseRecognizer) -> np.ndarray:
        """Return ``(K, S, C)``; the video is decoded once for all copies."""
        # By name, not by place in the list: other videos do not change it.
        name = int(hashlib.sha256(entry['name'].encode()).hexdigest()[:15], 16)
        draws = [
            np.random.SeedSequence([self.seed, copy, name]).generate_state(2)
            for copy in range(self.num_copies)
        ]
        results = {'filename': entry['filename'], 'rng': np.random.default_rng(0)}
        frames: FrameStream = self.transforms(results)['inputs']
        frames.seeds = [int(spatial) for spatial, _ in draws]
        preprocessor = model.data_preprocessor
        operations: list[list[tuple[str, float]]] = [[] for _ in draws]
        if self._augmentation(model) is not None:
            operations = [
                preprocessor.draw(torch.Generator().manual_seed(int(photometric)))
                for _, photometric in draws
            ]
        gathered = [
            model.video_features(len(frames), torch.device('cpu')) for _ in draws
        ]
        with torch.no_grad():
            for views in prefetch(frames.chunks(model.chunk_size)):
                for video, view, drawn in zip(gathered, views, operations, strict=True):
                    picture = view.to(preprocessor.device)
                    video.add(view, preprocessor.augment(picture, drawn))
        return np.stack([video.result().numpy() for video in gathered])
