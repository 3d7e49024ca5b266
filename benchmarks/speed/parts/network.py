"""The paper's network as the configs build it, with random weights, and its work."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from mmaction.registry import MODELS
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmpretrain.models.backbones.resnet import BasicBlock, Bottleneck
from parts.timing import timed
from parts.videos import draw_frames
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from carl_mm.models import FramewiseRecognizer

DRAWN_FRAMES = 400  # drawing one takes longer than the step on a GPU
BASES = Path(__file__).parents[3] / 'configs' / '_base_'


def base_config(name: str) -> Config:
    """Read one of configs/_base_."""
    init_default_scope('mmaction')  # as a Runner does
    return Config.fromfile(BASES / f'{name}.py')


def build_model(
    num_frames: int, depth: int = 50, **changes: Any
) -> FramewiseRecognizer:
    """Build it without dropout or augmentation; the weights are always the same.

    Args:
        num_frames: Number of frames of each view.
        depth: Number of layers of the ResNet.
        **changes: Other arguments of `FramewiseRecognizer`.
    """
    cfg = base_config('carl_r50').model
    cfg.backbone.update(init_cfg=None, depth=depth)
    in_channels = 512 if depth < 50 else 2048
    cfg.neck.update(num_frames=num_frames, dropout=0.0, in_channels=in_channels)
    cfg.data_preprocessor.update(augmentation=None)
    cfg.update(changes)
    torch.manual_seed(0)
    model = MODELS.build(cfg)
    draw_weights(model.backbone)
    return model


def draw_weights(backbone: nn.Module) -> None:
    """Draw weights that tell frames apart about as trained ones do.

    Each block adds a little, as in trained networks. Were it much, neighbouring frames
    would differ by less than bfloat16 resolves, and losses would not compare.
    """
    for module in backbone.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode='fan_out', nonlinearity='relu')
        if isinstance(module, (BasicBlock, Bottleneck)):
            last = getattr(module, 'norm3', None) or module.norm2
            nn.init.constant_(last.weight, 0.1)


def make_batch(num_frames: int, size: int) -> dict[str, torch.Tensor]:
    """Draw two views of a made-up video, T / 4 frames apart, as a loader gives them.

    After `DRAWN_FRAMES` frames the video starts again.

    Args:
        num_frames: T, the number of frames of each view.
        size: Side of the pictures, in pixels.

    Returns:
        inputs uint8 ``(1, 2, T, 3, size, size)``, frame_inds and valid.
    """
    shift = max(1, num_frames // 4)
    drawn = draw_frames(min(num_frames + shift, DRAWN_FRAMES))
    frames = np.stack([cv2.resize(frame, (size, size)) for frame in drawn])
    frames = frames[np.arange(num_frames + shift) % len(frames)]
    views = torch.from_numpy(np.stack([frames[:-shift], frames[shift:]])[None])
    inds = torch.arange(num_frames)
    return {
        'inputs': views.permute(0, 1, 2, 5, 3, 4),
        'frame_inds': torch.stack([inds, inds + shift])[None],
        'valid': torch.ones(1, 2, num_frames, dtype=torch.bool),
    }


def count_flops(function: Callable[[], Any]) -> int:
    """Return the floating-point operations of a call's matrix products."""
    with FlopCounterMode(display=False) as counter:
        function()
    return counter.get_total_flops()


def matrix_rate(device: str, side: int = 8192, repeats: int = 20) -> float:
    """Return the operations per second that a large bfloat16 product reaches."""
    a, b = torch.randn(2, side, side, device=device, dtype=torch.bfloat16)
    timed(lambda: a @ b)
    seconds, _ = timed(lambda: [a @ b for _ in range(repeats)])
    return repeats * 2 * side**3 / seconds
