"""A training pipeline, and frames to pass through its steps."""

import numpy as np
from mmcv.transforms import Compose

OPEN = {'type': 'OpenVideo'}
VIEWS = {'type': 'DualViewTemporalCrop', 'num_frames': 8}
DECODE = {'type': 'DecodeViews'}
CROP = {'type': 'ClipConsistentResizedCrop', 'size': 32}
FLIP = {'type': 'ClipConsistentFlip'}
PACK = {'type': 'PackFramewiseInputs'}
TRAIN = [OPEN, VIEWS, DECODE, CROP, FLIP, PACK]


def run(pipeline, seed=0, **results):
    return Compose(pipeline)({'rng': np.random.default_rng(seed), **results})


def imgs(views=2, frames=5, height=40, width=60):
    row = np.arange(height)[:, None] * 3
    column = np.arange(width)[None, :] * 2
    frame = np.stack([row + 0 * column, column + 0 * row, 0 * row + 0 * column], -1)
    return [[frame.astype(np.uint8)] * frames for _ in range(views)]
