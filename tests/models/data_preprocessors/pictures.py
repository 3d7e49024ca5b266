"""Frames to augment."""

import numpy as np
import torch

from carl_mm.models.data_preprocessors.photometric import draw_operations

OFF = {'jitter_prob': 0.0, 'gray_prob': 0.0, 'blur_prob': 0.0}


def frames(count=3, size=16, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(0, 256, (count, 3, size, size), generator=generator).byte()


def drawn(options, seed):
    return draw_operations(options, torch.Generator().manual_seed(seed))


def smooth_pictures(count=3, size=48):
    """A coloured scene with edges: on noise 8-bit hue means nothing."""
    y, x = np.mgrid[:size, :size] / size
    pictures = []
    for k in range(count):
        red = 200 * x + 20
        green = 150 * np.sin(3 * y + k) ** 2 + 40
        blue = np.where(x + y > 0.4 + 0.2 * k, 170, 60)
        pictures.append(np.stack([red, green, blue], axis=2).astype(np.uint8))
    return pictures
