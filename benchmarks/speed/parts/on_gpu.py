"""Figures of a GPU alone: compiled steps, the matrix rate, the longest T."""

import statistics
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from mmengine.optim import build_optim_wrapper
from parts import data
from parts.network import (
    base_config,
    build_model,
    count_flops,
    make_batch,
    matrix_rate,
)
from parts.timing import timed
from parts.videos import make_video

SKIPPED = 'no CUDA GPU: skipped'
LENGTHS = (80, 240)
REPEATS = 10


def step_figures(
    size: int, depth: int, lengths: tuple[int, ...] = LENGTHS
) -> dict[str, Any] | str:
    """Return the figures of bfloat16 steps on the GPU, or that there is none."""
    if not torch.cuda.is_available():
        return SKIPPED
    rate = matrix_rate('cuda')
    figures: dict[str, Any] = {'bf16 matrix rate, Tflop/s': rate / 1e12}
    for num_frames in lengths:
        if not step_fits('cuda', num_frames, size, depth):
            figures[f'T = {num_frames}'] = 'does not fit'
            continue
        figures[f'T = {num_frames}'] = {
            **measure('cuda', rate, num_frames, size, depth),
            'samples a second of one loader worker': worker_rate(num_frames),
        }
    figures['largest T'] = largest_length(
        lambda num_frames: step_fits('cuda', num_frames, size, depth)
    )
    return figures


def measure(
    device: str, rate: float, num_frames: int, size: int, depth: int, **options: Any
) -> dict[str, Any]:
    """Time the config's step, eager and compiled.

    Args:
        device: Device to run on.
        rate: What `matrix_rate` returned.
        num_frames: Number of frames of each view.
        size: Side of the pictures, in pixels.
        depth: Number of layers of the ResNet.
        **options: Options of `torch.compile`.
    """
    figures: dict[str, Any] = {}
    flops = 0
    for name, compile_backbone in {'eager': False, 'compiled': options or True}.items():
        step = make_step(device, num_frames, size, depth, compile_backbone)
        flops = flops or count_flops(step)  # of the eager one; this warms up as well
        step()
        seconds = statistics.median(timed(step)[0] for _ in range(REPEATS))
        share = flops / seconds / rate
        figures[name] = {
            'seconds': seconds,
            'samples a second': 1 / seconds,
            'share of the matrix rate': share,
        }
    return figures


def make_step(
    device: str, num_frames: int, size: int, depth: int, compile_backbone: Any = False
) -> Any:
    """Return the config's training step on a device."""
    changes = {'compile_backbone': compile_backbone}
    model = build_model(num_frames, depth, **changes).to(device).train()
    batch = model.data_preprocessor(make_batch(num_frames, size), training=True)
    wrapper = build_optim_wrapper(model, base_config('carl_r50').optim_wrapper)
    return lambda: float(model.train_step(batch, wrapper)['loss'].detach())


def worker_rate(num_frames: int, repeats: int = 5) -> float:
    """Return the samples per second that one worker of the loader prepares."""
    path, steps = make_video(data.LONG_VIDEO_FRAMES), data.pipeline(num_frames)
    runs = [
        timed(lambda s=seed: data.load(steps, path, s))[0] for seed in range(repeats)
    ]
    return 1 / float(np.median(runs))


def largest_length(
    fits: Callable[[int], bool], start: int = 8, limit: int = 10_000
) -> int:
    """Return the largest T that fits, to within an eighth; 0 where ``start`` does not.

    Args:
        fits: Tells whether a T fits.
        start: The T that is tried first.
        limit: The largest T that is tried.
    """
    if not fits(start):
        return 0
    good, bad = start, limit + 1
    while bad - good > max(1, good // 8):
        tried = min(2 * good, (good + bad) // 2)
        if fits(tried):
            good = tried
        else:
            bad = tried
    return good


def step_fits(device: str, num_frames: int, size: int, depth: int) -> bool:
    """Return whether one step runs without running out of memory."""
    try:
        make_step(device, num_frames, size, depth)()
    except torch.OutOfMemoryError:
        return False
    finally:
        torch.cuda.empty_cache()
    return True
