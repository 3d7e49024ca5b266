"""Draw the two clips that CVRL compares, and decode clips that mmaction2 draws."""

from typing import Any

import numpy as np
from mmaction.registry import TRANSFORMS
from mmcv.transforms import BaseTransform

from carl_mm.datasets.rng import sample_rng
from carl_mm.functional import sample_clip_pair


@TRANSFORMS.register_module()
class DrawClipPair(BaseTransform):
    """Draw two clips of one video, seldom far apart (CVRL, section 3.2).

    Required keys: total_frames. Added keys: frame_inds ``(2, T)`` int64, valid
    ``(2, T)`` bool, all True: a video shorter than a clip starts again.

    Args:
        num_frames: Number of frames T in each clip.
        frame_interval: Step between the frames of a clip, in frames of the video.

    Raises:
        ValueError: A number is below 1.
    """

    def __init__(self, num_frames: int = 16, frame_interval: int = 2) -> None:
        if num_frames < 1 or frame_interval < 1:
            raise ValueError(
                'num_frames and frame_interval must be at least 1, got '
                f'{num_frames} and {frame_interval}'
            )
        self.num_frames = num_frames
        self.frame_interval = frame_interval

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Draw the frames of both clips."""
        results['frame_inds'] = sample_clip_pair(
            results['total_frames'],
            self.num_frames,
            self.frame_interval,
            rng=sample_rng(results),
        )
        results['valid'] = np.ones((2, self.num_frames), dtype=bool)
        return results


@TRANSFORMS.register_module()
class DecodeClips(BaseTransform):
    """Decode the frames that mmaction2's `SampleFrames` drew, for its other steps.

    Required keys: video (from `OpenVideo`), frame_inds ``(N,)``. Added keys: imgs, a
    list of N ``(H, W, 3)`` uint8 RGB; original_shape and img_shape ``(H, W)``. Removed
    keys: video.
    """

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Decode each distinct frame once."""
        frames = results.pop('video').read(results['frame_inds'])
        results['imgs'] = list(frames)
        results['original_shape'] = results['img_shape'] = frames.shape[1:3]
        return results
