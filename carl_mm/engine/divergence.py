"""Hook: what becomes of a training whose loss or weights are no longer numbers."""

import math
from collections.abc import Iterable
from typing import Any

import torch
from mmaction.registry import HOOKS
from mmengine import dist
from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper
from mmengine.runner import Runner
from torch import Tensor, nn

from carl_mm import compat
from carl_mm.run_stopped import RunStopped


@HOOKS.register_module()
class DivergenceHook(Hook):
    """Stop training once the loss or a weight is NaN or infinite, on all processes.

    Such weights are never saved, and no checkpoint before them is removed. A step that
    leaves such a weight ends training at once: no later step can mend it.

    Args:
        max_steps: Number of steps in a row without a finite loss at which training
            stops, though the weights are finite. Usually one has spoilt the weights
            already. Where a loss scale (`AmpOptimWrapper`) skips steps, the gradients
            overflow and the loss does not, so that these do not count; give more than 1
            if a loss in float16 itself is expected to overflow now and then.

    Raises:
        ValueError: ``max_steps`` is below 1.
    """

    priority = 'HIGH'  # before weights are averaged, judged and saved

    def __init__(self, max_steps: int = 1) -> None:
        if max_steps < 1:
            raise ValueError(f'max_steps must be at least 1, got {max_steps}')
        self.max_steps = max_steps
        self._num_steps = 0  # in a row, without a finite loss

    def after_train_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: Any = None,
        outputs: dict[str, Tensor] | None = None,
    ) -> None:
        """Look at the loss and the weights of this step.

        Raises:
            RunStopped: Names the step, the videos and the last good checkpoint.
        """
        loss = float(torch.as_tensor((outputs or {}).get('loss', 0.0)).detach())
        model = runner.model.module if is_model_wrapper(runner.model) else runner.model
        bad = torch.tensor([not math.isfinite(loss), not _is_finite(_changing(model))])
        bad = bad.to(torch.int64)
        dist.all_reduce(bad, 'max')  # all stop together, or none
        bad_loss, bad_weights = bad.tolist()
        self._num_steps = self._num_steps + 1 if bad_loss else 0
        if bad_weights or self._num_steps >= self.max_steps:
            raise RunStopped(_describe(runner, loss, data_batch, bad_weights))

    def before_save_checkpoint(
        self, runner: Runner, checkpoint: dict[str, Any]
    ) -> None:
        """Refuse to save weights that are not finite.

        Raises:
            RunStopped: Names the first such weight.
        """
        for name, tensor in checkpoint['state_dict'].items():
            if not _is_finite([tensor]):
                raise RunStopped(
                    f'step {runner.iter + 1}: {name} is not finite, so nothing is '
                    f'saved. {_way_on(runner)}'
                )


def _changing(model: nn.Module) -> Iterable[Tensor]:
    """Return what a step can change."""
    yield from (weight for weight in model.parameters() if weight.requires_grad)
    yield from model.buffers()


def _is_finite(tensors: Iterable[Tensor]) -> bool:
    found = [part.isfinite().all() for part in tensors if part.is_floating_point()]
    return not found or bool(torch.stack(found).all())


def _describe(runner: Runner, loss: float, data_batch: Any, bad_weights: bool) -> str:
    parts = dist.all_gather_object((loss, *_videos(data_batch)))
    losses = [loss for loss, _, _ in parts]
    bad_loss = next((loss for loss in losses if not math.isfinite(loss)), losses[0])
    broken = [name for _, names, is_bad in parts for name in names if is_bad]
    videos = broken or [name for _, names, _ in parts for name in names]
    which = 'whose input is not finite: ' if broken else 'of this step: '
    weights = ', and weights that are not finite' if bad_weights else ''
    return (
        f'step {runner.iter + 1} (epoch {runner.epoch + 1}): the loss is {bad_loss}'
        f'{weights}; videos {which}{", ".join(videos) or "unknown"}. {_way_on(runner)}'
    )


def _videos(data_batch: Any) -> tuple[list[str], bool]:
    """Name this process's videos; of bad inputs, if there are any, theirs alone."""
    batch = data_batch if isinstance(data_batch, dict) else {}
    names = [
        str(sample.get('filename', 'unknown'))
        for sample in batch.get('data_samples') or ()
    ]
    inputs = batch.get('inputs')
    if not isinstance(inputs, (Tensor, list, tuple)) or len(inputs) != len(names):
        return names, False
    bad = [
        name
        for name, video in zip(names, inputs, strict=True)
        if isinstance(video, Tensor) and not _is_finite([video])
    ]
    return bad or names, bool(bad)


def _way_on(runner: Runner) -> str:
    saved = compat.newest_checkpoint(runner.work_dir)
    ways = 'Look at the videos, and train with a lower optim_wrapper.optimizer.lr'
    if not saved:
        return f'No checkpoint was saved before. {ways}'
    return f'{saved} is kept. {ways} from its weights: --cfg-options load_from={saved}'
