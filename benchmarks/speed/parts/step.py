"""A training step of ResNet-50 on two views of 80 frames, against a plain one.

Both start from normalised pictures on the device and end with the updated weights.
Ours runs in a process that is set up as by tools/train.py, with huge pages and kept
memory; the reference runs in a process of its own, with PyTorch's defaults.
"""

import statistics
from collections.abc import Callable
from functools import partial
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812
from mmengine.optim import OptimWrapper, build_optim_wrapper
from parts.apart import Apart
from parts.network import base_config, build_model, make_batch
from parts.on_gpu import step_figures
from parts.timing import timed
from torch import Tensor

from carl_mm.compat import keep_freed_memory
from carl_mm.models import FramewiseRecognizer
from carl_mm.models.recognizers.chunked_backbone import has_fast_bfloat16

NUM_FRAMES, SIZE, DEPTH = 80, 224, 50
KEPT = 'reference with our memory settings'
PLAIN = {'THP_MEM_ALLOC_ENABLE': '0'}  # carl_mm turns it on
# Of the first losses, relative: then both sides still have the same weights.
MAX_DIFFERENCE = {'bf16': 0.01, 'fp32': 1e-4}


def our_step(
    model: FramewiseRecognizer, batch: dict[str, Tensor], **changes: Any
) -> Callable[[], float]:
    """Return the config's training step, which returns the loss.

    Args:
        model: The model to train.
        batch: What `network.make_batch` returned.
        **changes: Changes of the config's optim_wrapper.
    """
    batch = model.data_preprocessor(batch, training=True)
    cfg = {**base_config('carl_r50').optim_wrapper, **changes}
    wrapper = build_optim_wrapper(model.train(), cfg)
    return lambda: float(model.train_step(batch, wrapper)['loss'].detach())


def reference_step(
    model: FramewiseRecognizer, batch: dict[str, Tensor]
) -> Callable[[], float]:
    """Return the same step written plainly: fp32, NCHW, one frame after the other."""
    data = model.data_preprocessor(batch, training=True)
    views, frame_inds = data['inputs'][0].contiguous(), data['frame_inds'][0]
    model.train().to(memory_format=torch.contiguous_format)
    learns = [weight for weight in model.parameters() if weight.requires_grad]
    cfg = base_config('carl_r50').optim_wrapper
    settings = {key: value for key, value in cfg.optimizer.items() if key != 'type'}
    optimizer = torch.optim.Adam(learns, **settings)
    loss_module = model.cls_head.loss_module

    def step() -> float:
        features = model.backbone(views.flatten(0, 1))[-1].amax((2, 3))
        embedding = model.neck(features.unflatten(0, views.shape[:2]))
        latent = model.cls_head.projection(embedding.flatten(0, 1))
        latent = F.normalize(latent, dim=1).unflatten(0, views.shape[:2])
        loss = reference_loss(
            latent, frame_inds, loss_module.variance, loss_module.temperature
        )
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(learns, cfg.clip_grad.max_norm)
        optimizer.step()
        return loss.item()

    return step


def make_reference(
    frames: int, size: int, depth: int, keep: bool = False
) -> Callable[[], float]:
    """Return the plain step; ``keep`` keeps freed memory, as our side does."""
    keep_freed_memory(keep)
    return reference_step(build_model(frames, depth), make_batch(frames, size))


def reference_loss(
    latent: Tensor, frame_inds: Tensor, variance: float, temperature: float
) -> Tensor:
    """Compare two views ``(2, T, D)`` query by query (CARL, Eq. 1 to 3)."""
    divergences = []
    for query, other in ((0, 1), (1, 0)):
        for z, index in zip(latent[query], frame_inds[query], strict=True):
            gaps = (frame_inds[other] - index).float()
            log_prior = (-gaps.square() / (2 * variance)).log_softmax(0)
            share = (latent[other] @ z / temperature).softmax(0)
            log_ratio = log_prior - torch.log(share + 1e-6)
            divergences.append((log_prior.exp() * log_ratio).sum())
    return torch.stack(divergences).mean()


def run(
    repeats: int = 3,
    frames: int = NUM_FRAMES,
    size: int = SIZE,
    depth: int = DEPTH,
    max_difference: dict[str, float] = MAX_DIFFERENCE,
) -> dict[str, Any]:
    """Time both sides, and check that their losses agree.

    Args:
        repeats: Number of steps that are timed, after one to warm up.
        frames: Number of frames of each view (T).
        size: Side of the pictures, in pixels.
        depth: Number of layers of the ResNet.
        max_difference: Largest relative difference of the first losses, by precision.

    Raises:
        ValueError: The losses differ by more.
    """
    references = {
        'reference': Apart(make_reference, frames, size, depth, **PLAIN),
        KEPT: Apart(make_reference, frames, size, depth, True),
    }
    keep_freed_memory()  # as tools/train.py does on a CPU
    batch = make_batch(frames, size)
    changes: dict[str, dict[str, Any]] = {
        'bf16': {},
        'fp32': {'type': OptimWrapper},
        'accumulating': {'accumulative_counts': repeats + 2},  # the last never comes
    }
    sides: dict[str, Callable[[], tuple[float, float]]] = {**references}
    for name, change in changes.items():
        step = our_step(build_model(frames, depth), batch, **change)
        sides[name] = partial(timed, step)
    seconds: dict[str, list[float]] = {name: [] for name in sides}
    losses: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(repeats + 1):
        for name, side in sides.items():  # in turns: a busy machine hits all alike
            spent, loss = side()
            seconds[name].append(spent)
            losses[name].append(loss)
    for reference in references.values():
        reference.end()
    medians = {name: statistics.median(runs[1:]) for name, runs in seconds.items()}
    compared = {
        name: compare(name, medians, losses, limit)
        for name, limit in max_difference.items()
    }
    main = 'bf16' if has_fast_bfloat16() else 'fp32'
    figures = {key: compared[main][key] for key in ('ours', 'reference', 'ratio')}
    return {
        **figures,
        'precision': main,
        **compared,
        'bf16, a step that only accumulates': medians['accumulating'],
        KEPT: medians[KEPT],
        'gpu': step_figures(size, depth),
    }


def compare(
    name: str, medians: dict[str, float], losses: dict[str, list[float]], limit: float
) -> dict[str, float]:
    """Compare one side with the reference; raise ValueError if the losses differ."""
    # The first: with every update Adam makes more of the difference.
    loss, expected = losses[name][0], losses['reference'][0]
    apart = abs(loss - expected) / abs(expected)
    if not apart <= limit:
        raise ValueError(
            f'{name}: loss {loss}, reference {expected}: more than {limit:g} apart'
        )
    return {
        'ours': medians[name],
        'reference': medians['reference'],
        'ratio': medians['reference'] / medians[name],
        'losses apart': apart,
    }
