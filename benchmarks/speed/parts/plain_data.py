"""The data path written plainly, as most code has it: the whole video, PIL, frames."""

from pathlib import Path

import decord
import numpy as np
import torch
import torchvision.transforms.functional as TF  # noqa: N812
from PIL import Image, ImageFilter
from torch import Tensor

from carl_mm.datasets import ClipConsistentFlip, ClipConsistentResizedCrop
from carl_mm.functional import sample_two_views
from carl_mm.functional.photometric import NUM_DRAWS, PhotometricAugmentation

SIZE = 224


def reference(path: Path, frame_inds: np.ndarray, seed: int) -> Tensor:
    """Do the same plainly: decode the whole video, then use PIL frame by frame.

    Returns:
        ``(1, 2, T, 3, 224, 224)`` float32.
    """
    reader = decord.VideoReader(str(path), num_threads=1)
    frames = reader.get_batch(range(len(reader))).asnumpy()
    crop = ClipConsistentResizedCrop(SIZE, scale=(0.8, 1.0))
    rng = np.random.default_rng(seed)
    # Brings the generator to where the temporal crop leaves it.
    sample_two_views(len(frames), len(frame_inds[0]), rng=rng)
    views = []
    for inds in frame_inds:
        top, left, height, width = crop.draw_box(rng, *frames.shape[1:3])
        mirrored = rng.random() < ClipConsistentFlip().prob
        draws, order = rng.random(NUM_DRAWS).tolist(), rng.permutation(4).tolist()
        operations = PhotometricAugmentation().operations(draws, order)
        view = []
        for index in inds:
            image = Image.fromarray(frames[index])
            image = TF.resized_crop(image, top, left, height, width, [SIZE, SIZE])
            image = TF.hflip(image) if mirrored else image
            for name, value in operations:
                image = _change(image, name, value)
            tensor = TF.to_tensor(image)
            view.append(
                TF.normalize(tensor, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
            )
        views.append(torch.stack(view))
    return torch.stack(views)[None]


def _change(image: Image.Image, name: str, value: float) -> Image.Image:
    if name == 'gray':
        return TF.to_grayscale(image, 3)
    if name == 'blur':
        return image.filter(ImageFilter.GaussianBlur(value))
    return getattr(TF, f'adjust_{name}')(image, value)
