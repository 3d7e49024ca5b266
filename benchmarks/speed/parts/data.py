"""From a video file to the normalised float tensor of two views of 80 frames.

All in one thread, as in one worker of a data loader. The reference takes the same
frames and makes the same random draws.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from mmcv.transforms import Compose
from parts.plain_data import SIZE, reference
from parts.timing import median_seconds
from parts.videos import make_video
from torch import Tensor

from carl_mm.datasets import (
    ClipConsistentFlip,
    ClipConsistentPhotometric,
    ClipConsistentResizedCrop,
    DecodeViews,
    DualViewTemporalCrop,
    OpenVideo,
    PackFramewiseInputs,
    open_video,
)
from carl_mm.models import FramewiseDataPreprocessor

VIDEO_FRAMES, NUM_FRAMES = 300, 80
LONG_VIDEO_FRAMES, LONG_NUM_FRAMES = 2000, 240
NUM_SEEDS = 6  # samples, of which means are taken
MAX_DIFFERENCE = 0.35  # of the two sides' mean pixels, in standard deviations
SPEED = Path(__file__).parents[1]


def pipeline(num_frames: int = NUM_FRAMES, colour_in_worker: bool = False) -> Compose:
    """Return the configs' training pipeline."""
    spatial = [
        {'type': ClipConsistentResizedCrop, 'size': SIZE, 'scale': (0.8, 1.0)},
        {'type': ClipConsistentFlip, 'prob': 0.5},
    ]
    colour = [{'type': ClipConsistentPhotometric}] if colour_in_worker else []
    return Compose(
        [
            {'type': OpenVideo},
            {'type': DualViewTemporalCrop, 'num_frames': num_frames},
            {'type': DecodeViews, 'transforms': [*spatial, *colour]},
            {'type': PackFramewiseInputs},
        ]
    )


def load(steps: Compose, path: Path, seed: int) -> dict[str, Any]:
    """Return the sample that a worker loads."""
    return steps({'filename': str(path), 'rng': np.random.default_rng(seed)})


def to_device(
    preprocessor: FramewiseDataPreprocessor, sample: dict, seed: int
) -> Tensor:
    """Do what the device would: colour, blur, normalisation."""
    torch.manual_seed(seed)
    batch = {'inputs': sample['inputs'][None]}
    return preprocessor(batch, training=True)['inputs']


def decode_window(path: Path, frame_inds: np.ndarray) -> None:
    """Decode from the first frame to the last, and do nothing else."""
    for _ in open_video(path).stream(range(frame_inds.min(), frame_inds.max() + 1)):
        pass


def run(seeds: int = NUM_SEEDS, repeats: int = 3) -> dict[str, Any]:
    """Time both sides, and check that they compute the same.

    In ``ours`` the worker does all augmentation, as suits a CPU; in the rows of the
    split the device does colour and blur, which are timed here as well.

    Args:
        seeds: Number of samples, over which the times are averaged.
        repeats: Number of runs of each sample, of which the median counts.

    Raises:
        ValueError: The pixels of the two sides differ by more than their filters do.
    """
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    path = make_video(VIDEO_FRAMES)
    steps = {'split': pipeline(), 'whole': pipeline(colour_in_worker=True)}
    augment = FramewiseDataPreprocessor(augmentation={})
    normalize = FramewiseDataPreprocessor()
    seconds: dict[str, float] = {}

    def time(name: str, call: Callable[[], Any]) -> Any:
        taken, result = median_seconds(call, repeats)
        seconds[name] = seconds.get(name, 0.0) + taken / seeds
        return result

    load(steps['split'], path, 0)  # what any sample needs once
    for seed in range(seeds):
        draw = {'path': path, 'seed': seed}
        sample = time('split: worker', lambda d=draw: load(steps['split'], **d))
        inds = sample['frame_inds'].numpy()
        time(
            'split: device part, here',
            lambda x=sample, s=seed: to_device(augment, x, s),
        )
        whole = time('worker', lambda d=draw: load(steps['whole'], **d))
        ours = time('normalisation', lambda x=whole, s=seed: to_device(normalize, x, s))
        time('decoding the window alone', lambda i=inds: decode_window(path, i))
        plain = time('reference', lambda d=draw, i=inds: reference(frame_inds=i, **d))
        _check(ours, plain)
    window = seconds['decoding the window alone']
    total = seconds['worker'] + seconds['normalisation']
    return {
        'ours': total,
        **seconds,
        'split: worker / decoding': seconds['split: worker'] / window,
        'worker / decoding': seconds['worker'] / window,
        'ratio': seconds['reference'] / total,
        'peak MB, T = 240 of 2,000 frames': peak_memory(),
    }


def _check(ours: Tensor, plainly: Tensor) -> None:
    """Raise ValueError where the sides' pixels are further apart than filters are."""
    difference = float((ours - plainly).abs().mean())
    if ours.shape != plainly.shape or not difference < MAX_DIFFERENCE:
        raise ValueError(
            f'{ours.shape} and {plainly.shape} differ by {difference:.3f} on average'
        )


def peak_memory() -> float:
    """Return the megabytes that loading one long sample adds to an idle process."""
    make_video(LONG_VIDEO_FRAMES)
    code = 'from parts import data; data.say_peak()'
    done = subprocess.run(
        [sys.executable, '-c', code], cwd=SPEED, capture_output=True, text=True
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])


def say_peak() -> None:
    """Print, in a process of its own, how much its memory rises."""
    steps = pipeline(LONG_NUM_FRAMES)
    load(pipeline(8), make_video(VIDEO_FRAMES), 0)  # what any sample needs once
    idle = _status('VmRSS')
    Path('/proc/self/clear_refs').write_text('5')  # the peak starts anew
    load(steps, make_video(LONG_VIDEO_FRAMES), 0)
    sys.stdout.write(f'{json.dumps((_status("VmHWM") - idle) / 1024)}\n')


def _status(key: str) -> int:
    lines = Path('/proc/self/status').read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(key))
