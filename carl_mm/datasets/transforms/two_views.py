"""Two overlapping temporal crops of one video."""

from typing import Any

import numpy as np
from mmaction.registry import TRANSFORMS
from mmcv.transforms import BaseTransform

from carl_mm.datasets.transforms.rng import sample_rng
from carl_mm.functional import sample_two_views


@TRANSFORMS.register_module()
class DualViewTemporalCrop(BaseTransform):
    """Draw two overlapping temporal crops of one video (CARL, section 3.2).

    Required keys: total_frames. Added keys: frame_inds ``(2, T)`` int64,
    valid ``(2, T)`` bool, False on padding.

    Args:
        num_frames: T, frames a view.
        max_crop_ratio: The paper's alpha, >= 1; the longest window in units of T.
        min_overlap: The paper's beta, in [0, 1].
        sampling: 'random' or 'even', how T frames are taken from a window.
        window: 'paper', 'share', 'published' or 'published_finegym'; see
            `carl_mm.functional.sample_two_views`.
        share: Range of a window's share of the video, for window='share'.
        speeds: Range of speeds at which segments of a window are played, or None
            for one speed.
    """

    def __init__(
        self,
        num_frames: int,
        max_crop_ratio: float = 1.5,
        min_overlap: float = 0.2,
        sampling: str = 'random',
        window: str = 'paper',
        share: tuple[float, float] = (0.5, 1.0),
        speeds: tuple[float, float] | None = None,
    ) -> None:
        self.num_frames = num_frames
        self.options: dict[str, Any] = {
            'max_crop_ratio': max_crop_ratio,
            'min_overlap': min_overlap,
            'sampling': sampling,
            'window': window,
            'share': tuple(share),
            'speeds': speeds,
        }
        rng = np.random.default_rng(0)
        sample_two_views(num_frames, num_frames, **self.options, rng=rng)  # checks

    def transform(self, results: dict) -> dict:
        """Draw the two views."""
        results['frame_inds'], results['valid'] = sample_two_views(
            results['total_frames'],
            self.num_frames,
            **self.options,
            rng=sample_rng(results),
        )
        return results
