"""Hook: the weights that agree best on videos' moments, found without labels."""

import os
from typing import Any

import numpy as np
import torch
from mmaction.registry import HOOKS
from mmengine import dist
from mmengine.hooks import EMAHook, Hook
from mmengine.model import is_model_wrapper
from mmengine.runner import Runner
from torch import Tensor

from carl_mm.datasets.framewise_video import FramewiseVideoDataset
from carl_mm.engine.features.feature_files import read_copy
from carl_mm.engine.framewise_datasets import framewise_datasets
from carl_mm.functional.metrics.cut_cycle import cut_cycle_error
from carl_mm.functional.sampling.evaluation_cuts import draw_speeds
from carl_mm.models.recognizers.framewise_recognizer import FramewiseRecognizer

Pair = tuple[str, str]  # files of the features of two videos of one action
MAX_FRAMES = 1000  # of a video: the matching holds an array of all pairs of frames


@HOOKS.register_module()
class KeepBestHook(Hook):
    """Judge the weights from time to time, and end with the best ones, not the last.

    The judgement needs no labels: a frame of a training video is matched with another
    video of its action, and from there with a cut of the first one, where it is known
    (`cut_cycle_error`). Its mean over pairs of videos is logged as ``cycle_error``; on
    real clips it falls as the error at events does (`docs/quality.md`). It needs cached
    features, and at least two videos of an action; otherwise the last weights are kept.

    With an `EMAHook` the averaged weights are judged, as they are what is tested and
    saved. Evaluations before the end, and checkpoints, are of the weights at that time;
    checkpoints hold the best so far beside them, so that a resumed run knows it.

    Args:
        interval: Number of steps between judgements; the last step is judged too.
        num_pairs: Number of pairs of videos.
        seed: Seed of their draw.

    Raises:
        ValueError: A number is below 1.
    """

    # Once features are cached and weights averaged, before logs and checkpoints.
    priority = 55

    def __init__(self, interval: int = 100, num_pairs: int = 24, seed: int = 0) -> None:
        if min(interval, num_pairs) < 1:
            raise ValueError(
                f'interval and num_pairs must be at least 1, got {interval} and '
                f'{num_pairs}'
            )
        self.interval = interval
        self.num_pairs = num_pairs
        self.seed = seed
        self.pairs: list[Pair] = []
        self.best: dict[str, Any] | None = None  # step, cycle_error and weights

    def before_train(self, runner: Runner) -> None:
        """Choose the pairs of videos; needs the features to be cached by now."""
        if runner.iter == 0:  # load_from, too, reads a checkpoint, but of another run
            self.best = None
        rng = np.random.default_rng(self.seed)
        found = [
            pair
            for dataset in framewise_datasets(runner.train_dataloader.dataset)
            for pair in _pairs(dataset, rng)
        ]
        chosen = rng.permutation(len(found))[: self.num_pairs]
        self.pairs = [found[index] for index in chosen]
        if not self.pairs:
            runner.logger.info(
                'no two videos of an action have cached features: the last weights '
                'will be kept, not the best'
            )

    def after_train_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: Any = None,
        outputs: dict[str, Tensor] | None = None,
    ) -> None:
        """Judge the weights; after the last step, take the best."""
        step = runner.iter + 1
        is_last = step == runner.max_iters
        if not self.pairs or not (is_last or step % self.interval == 0):
            return
        models = _trained_and_averaged(runner)
        error = self.judge(models[-1])
        if np.isfinite(error):
            runner.message_hub.update_scalar('train/cycle_error', error)
        if self.best is None or error <= self.best['cycle_error']:
            names = _learnt_names(models[0])  # no average has gradients
            state = models[-1].state_dict().items()
            copy = {n: w.detach().cpu().clone() for n, w in state if n in names}
            self.best = {'step': step, 'cycle_error': error, 'weights': copy}
        if is_last:
            for model in models:
                model.load_state_dict(self.best['weights'], strict=False)
            runner.logger.info(
                f'kept the weights of step {self.best["step"]} of {step}: cycle error '
                f'{self.best["cycle_error"]:.4f}, at the end {error:.4f}'
            )

    def judge(self, model: FramewiseRecognizer) -> float:
        """Return the mean error over the pairs, the same on every process.

        It is infinite if an embedding is not finite, as where training diverged.
        """
        training = model.training
        model.eval()
        for buffer in model.buffers():
            dist.broadcast(buffer)  # each process has running means of its own
        rank, world_size = dist.get_dist_info()
        errors = {
            index: self._judge_pair(model, index)
            for index in range(rank, len(self.pairs), world_size)
        }
        model.train(training)
        for part in dist.all_gather_object(errors):
            errors |= part
        return float(np.mean([errors[index] for index in range(len(self.pairs))]))

    def _judge_pair(self, model: FramewiseRecognizer, index: int) -> float:
        rng = np.random.default_rng([self.seed, index])  # the same cut every time
        device = model.data_preprocessor.device
        files = self.pairs[index]
        first, second = (read_copy(file, MAX_FRAMES).to(device) for file in files)
        inds = _draw_cut(len(first), rng)
        parts = first, second, first[torch.as_tensor(inds, device=device)]
        whole, other, cut = (model.embed_features(part).numpy() for part in parts)
        if not all(np.isfinite(video).all() for video in (whole, other, cut)):
            return float('inf')
        return cut_cycle_error(whole, other, cut, inds)

    def before_save_checkpoint(
        self, runner: Runner, checkpoint: dict[str, Any]
    ) -> None:
        """Keep the best so far, so that a resumed run knows it.

        A finished run's weights are the best, and not held twice.
        """
        if self.best is not None:
            best = dict(self.best)
            if runner.iter >= runner.max_iters:
                del best['weights']
            checkpoint['keep_best'] = best

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Take up what an interrupted run, or a finished one, had found."""
        best = checkpoint.get('keep_best')
        self.best = best and {'weights': checkpoint.get('state_dict'), **best}


def _trained_and_averaged(runner: Runner) -> list[FramewiseRecognizer]:
    """Return the model, and behind it the average of its weights if there is one."""
    averages = [h.ema_model.module for h in runner.hooks if isinstance(h, EMAHook)]
    found: list[Any] = [runner.model, *averages]
    return [model.module if is_model_wrapper(model) else model for model in found]


def _pairs(dataset: FramewiseVideoDataset, rng: np.random.Generator) -> list[Pair]:
    """Pair each video with another one of its action, at random."""
    groups: dict[str, list[str]] = {}
    for index in range(len(dataset)):
        info = dataset.get_data_info(index)
        file = dataset.feature_files.get(info['name'], '')
        if os.path.isfile(file):
            groups.setdefault(info.get('action') or '', []).append(file)
    pairs: list[Pair] = []
    for files in groups.values():
        order = [files[place] for place in rng.permutation(len(files))]
        if len(order) > 1:
            pairs += zip(order, [*order[1:], order[0]], strict=True)
    return pairs


def _draw_cut(num_frames: int, rng: np.random.Generator) -> np.ndarray:
    """Draw a window of half to 0.9 of a video, played at changing speeds, ascending."""
    length = max(1, round(rng.uniform(0.5, 0.9) * num_frames))
    start = int(rng.integers(num_frames - length + 1))
    cut: np.ndarray = start + draw_speeds(length, rng)
    return cut


def _learnt_names(model: FramewiseRecognizer) -> set[str]:
    """Name what training changes: not a frozen backbone."""
    fixed = {
        name for name, weight in model.named_parameters() if not weight.requires_grad
    }
    frozen = ('backbone.',) if getattr(model, 'freeze_backbone', False) else ()
    return {
        n for n in model.state_dict() if n not in fixed and not n.startswith(frozen)
    }
