"""Temporal crops of the methods that CARL is compared with."""

from typing import Any

import numpy as np
from mmaction.registry import TRANSFORMS
from mmcv.transforms import BaseTransform

from carl_mm.datasets.rng import sample_rng
from carl_mm.functional.sampling.baseline_views import (
    sample_anchors_and_positives,
    sample_one_view,
    sample_two_speeds,
)


class _Crop(BaseTransform):
    """Base of the crops: a function of `carl_mm.functional` draws the views."""

    function: Any

    def __init__(self, num_frames: int, example_length: int, **options: Any) -> None:
        self.num_frames = num_frames
        self.options = options
        rng = np.random.default_rng(0)
        self.function(example_length, num_frames, **options, rng=rng)  # checks

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Draw the views."""
        try:
            results['frame_inds'], results['valid'] = self.function(
                results['total_frames'],
                self.num_frames,
                **self.options,
                rng=sample_rng(results),
            )
        except ValueError as error:
            raise ValueError(
                f'{results.get("filename")}: {error}; remove the video from '
                'the annotations'
            ) from error
        return results


@TRANSFORMS.register_module()
class SingleViewTemporalCrop(_Crop):
    """Draw frames of the whole video at random, in order, for TCC and others.

    Required keys: total_frames. Added keys: frame_inds ``(1, T)`` int64, valid
    ``(1, T)`` bool, False on padding.

    Args:
        num_frames: Number of frames T in the view.
        max_crop_ratio: Longest stretch in units of the video's length, see
            `carl_mm.functional.sample_one_view`.
        window: 'video' or 'published_finegym', see there.
    """

    function = staticmethod(sample_one_view)

    def __init__(
        self, num_frames: int, max_crop_ratio: float = 1.0, window: str = 'video'
    ) -> None:
        options = {'max_crop_ratio': max_crop_ratio, 'window': window}
        super().__init__(num_frames, num_frames, **options)


@TRANSFORMS.register_module()
class AnchorPositiveCrop(_Crop):
    """Draw anchors, each followed by a frame shortly before it, for TCN.

    Required keys: total_frames. Added keys: frame_inds ``(1, T)`` int64, not
    ascending; valid ``(1, T)`` bool.

    Args:
        num_frames: Number of frames T in the view, twice the number of anchors.
        window: Largest distance of a positive before its anchor, in frames.
    """

    function = staticmethod(sample_anchors_and_positives)

    def __init__(self, num_frames: int, window: int = 5) -> None:
        super().__init__(num_frames, 2, window=window)


@TRANSFORMS.register_module()
class TwoSpeedCrop(_Crop):
    """Draw a stretch of a video at normal speed and sped up, for SpeedNet.

    Required keys: total_frames. Added keys: frame_inds ``(2, T)`` int64, the second
    view the sped-up one; valid ``(2, T)`` bool.

    Args:
        num_frames: Number of frames T in each view.
        normal: Lowest and highest normal speed.
        fast: Lowest and highest speed of the sped-up view.
    """

    function = staticmethod(sample_two_speeds)

    def __init__(
        self,
        num_frames: int,
        normal: tuple[float, float] = (1.0, 1.2),
        fast: tuple[float, float] = (1.7, 2.2),
    ) -> None:
        length = int(2 * max(fast, default=1)) + 1  # the shortest video
        options = {'normal': tuple(normal), 'fast': tuple(fast)}
        super().__init__(num_frames, length, **options)
