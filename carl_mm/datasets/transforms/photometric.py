"""Change colour and blur in the worker, where the device has no time for it."""

from typing import Any

import numpy as np
from mmaction.registry import TRANSFORMS

from carl_mm.datasets.transforms.frame_stream import FrameFunction, ViewTransform
from carl_mm.functional.photometric import PhotometricAugmentation, frame_function


@TRANSFORMS.register_module()
class ClipConsistentPhotometric(ViewTransform):
    """Jitter or remove the colours of a view, and blur it.

    It draws as `FramewiseDataPreprocessor` does, which must then not augment
    (``model.data_preprocessor.augmentation=None``). Required and modified keys: imgs.

    Args:
        **augmentation: Arguments of
            `carl_mm.functional.photometric.PhotometricAugmentation`; an unknown one
            raises a TypeError that names it.

    Raises:
        ValueError: ``released`` is asked for: one frame does not tell the clip's means.
    """

    def __init__(self, **augmentation: Any) -> None:
        self.augmentation = PhotometricAugmentation(**augmentation)
        if self.augmentation.released:
            raise ValueError(
                'released=True changes contrast about the means of a whole clip: set '
                'it in model.data_preprocessor, not in ClipConsistentPhotometric'
            )

    def draw(self, rng: np.random.Generator, height: int, width: int) -> FrameFunction:
        """Draw the operations for a view."""
        draws = rng.random(self.augmentation.num_draws).tolist()
        order = rng.permutation(4).tolist()
        return frame_function(self.augmentation.operations(draws, order))
