"""A long video through the test pipeline, ResNet-50 and the neck, without controls.

The whole is held against its decoder alone and its backbone alone: at best it takes as
long as the slower of the two.
"""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import cv2
import torch
from mmcv.transforms import Compose
from parts.network import base_config, build_model, count_flops, matrix_rate
from parts.timing import timed
from parts.videos import make_video
from torch import Tensor

from carl_mm.apis.config_paths import find_part
from carl_mm.datasets.transforms import FrameStream
from carl_mm.models import FramewiseRecognizer

NUM_FRAMES, SHORT_FRAMES = 10_000, 1_000
BACKBONE_FRAMES = 2_000  # enough to know its rate
SIZE, DEPTH, TRAINED_FRAMES = 224, 50, 80
SPEED = Path(__file__).parents[1]


def open_sample(path: str | Path, size: int = SIZE) -> dict[str, Any]:
    """Return a video as the configs' test pipeline packs it."""
    steps = base_config('testing').test_dataloader.dataset.pipeline
    whole_video = find_part(steps, 'WholeVideo')
    find_part(whole_video.transforms, 'ClipConsistentCenterCrop').update(size=size)
    return Compose(steps)({'filename': str(path)})


def embed(model: FramewiseRecognizer, sample: dict[str, Any]) -> Tensor:
    """Return the embeddings of a video, ``(T, D)``."""
    batch = {'inputs': [sample['inputs']], 'data_samples': [sample['data_samples']]}
    (result,) = model.test_step(batch)
    return result.pred_embedding


def decode(stream: FrameStream, chunk_size: int) -> Tensor:
    """Decode, resize and crop all frames; return the first chunk."""
    first = None
    for (chunk,) in stream.chunks(chunk_size):
        first = chunk if first is None else first
    return first


def run(
    frames: int = NUM_FRAMES,
    short: int = SHORT_FRAMES,
    size: int = SIZE,
    depth: int = DEPTH,
) -> dict[str, Any]:
    """Time a video, and compare its memory with that of a short one.

    Args:
        frames: Number of frames of the video.
        short: Number of frames of the video whose memory is subtracted.
        size: Side of the pictures that the backbone sees, in pixels.
        depth: Number of layers of the ResNet.
    """
    figures = _in_a_process(make_video(frames), size, depth)
    less = _in_a_process(make_video(short), size, depth)
    memory = figures['peak MB'] - less['peak MB']
    figures |= {f'peak MB above {short} frames': memory}
    if torch.cuda.is_available():
        figures['compiled'] = _in_a_process(make_video(frames), size, depth, True)
    return figures


def _in_a_process(
    path: Path, size: int, depth: int, compile_backbone: bool = False
) -> dict[str, Any]:
    """Call `measure` in a fresh process, whose peak memory is that of the call."""
    arguments = (str(path), size, depth, compile_backbone)
    code = f'from parts import embed; embed.say_figures{arguments!r}'
    done = subprocess.run(
        [sys.executable, '-c', code], cwd=SPEED, capture_output=True, text=True
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])


def say_figures(*arguments: Any) -> None:
    """Print what `measure` returns."""
    sys.stdout.write(f'{json.dumps(measure(*arguments))}\n')


def measure(
    path: str, size: int, depth: int, compile_backbone: bool = False
) -> dict[str, Any]:
    """Time the whole, then the decoder and the backbone alone."""
    cv2.setNumThreads(0)  # as the configs' env_cfg
    device = 'cuda' if torch.cuda.is_available() else 'cpu'
    model = build_model(
        TRAINED_FRAMES,
        depth,
        backbone_dtype='auto',
        controls=(),
        compile_backbone=compile_backbone,
    )
    model = model.to(device).eval()
    sample, chunk_size = open_sample(path, size), model.chunk_size
    num_frames = len(sample['inputs'])
    with torch.no_grad():
        blank = torch.zeros(chunk_size, 3, size, size, dtype=torch.uint8)
        model.spatial_features(blank.to(device))  # warms up
        ours, embedding = timed(lambda: embed(model, sample))
        peak = _peak_megabytes()
        if len(embedding) != num_frames or not embedding.isfinite().all():
            raise ValueError(f'{path}: {num_frames} frames gave {embedding.shape}')
        decoder, chunk = timed(lambda: decode(sample['inputs'], chunk_size))
        chunk = chunk.to(device)
        rounds = max(1, min(num_frames, BACKBONE_FRAMES) // len(chunk))
        seconds, _ = timed(
            lambda: [model.spatial_features(chunk).cpu() for _ in range(rounds)]
        )
    backbone = seconds / (rounds * len(chunk)) * num_frames
    figures = {
        'ours': ours,
        'reference': max(decoder, backbone),
        'ratio': max(decoder, backbone) / ours,
        'frames': num_frames,
        'frames a second': num_frames / ours,
        'frames a second, decoder alone': num_frames / decoder,
        'frames a second, backbone alone': num_frames / backbone,
        'backbone': model.backbone_dtype,
        'peak MB': peak,
    }
    if device == 'cuda' and not compile_backbone:
        with torch.no_grad():
            flops = count_flops(lambda: model.spatial_features(chunk)) / len(chunk)
        rate = flops * num_frames / ours
        figures['share of the matrix rate'] = rate / matrix_rate(device)
    return figures


def _peak_megabytes() -> float:
    """Return the most memory that this process ever held (Linux)."""
    status = Path('/proc/self/status').read_text()
    return int(re.search(r'VmHWM:\s*(\d+) kB', status)[1]) / 1024
