"""Two overlapping temporal crops of one video."""

from typing import Any

import numpy as np
from mmaction.registry import TRANSFORMS
from mmcv.transforms import BaseTransform

from carl_mm.datasets.rng import sample_rng
from carl_mm.functional import sample_two_views


@TRANSFORMS.register_module()
class DualViewTemporalCrop(BaseTransform):
    """Draw two overlapping temporal crops of one video (CARL, section 3.2).

    Required keys: total_frames. Added keys: frame_inds ``(2, T)`` int64,
    valid ``(2, T)`` bool, False on padding.

    Args:
        num_frames: Number of frames T in each view.
        max_crop_ratio: Longest window in units of T, the paper's alpha; >= 1.
        min_overlap: Least overlap of the windows, the paper's beta; in [0, 1].
        sampling: How frames are taken from a window, 'random' or 'even'.
        window: 'paper', 'share', 'published' or 'published_finegym'; see
            `carl_mm.functional.sample_two_views`.
        share: Least and largest share of the video in a window, for window='share'.
        speeds: Lowest and highest speed at which segments of a window are played, or
            None to play all at one speed.

    Raises:
        ValueError: An argument is out of its range.
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

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Draw the two views."""
        results['frame_inds'], results['valid'] = sample_two_views(
            results['total_frames'],
            self.num_frames,
            **self.options,
            rng=sample_rng(results),
        )
        return results
