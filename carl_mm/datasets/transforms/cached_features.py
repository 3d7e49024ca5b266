"""Views taken from the cached features of a frozen backbone instead of frames."""

import os
from typing import Any

import numpy as np
from mmaction.registry import TRANSFORMS
from mmcv.transforms import BaseTransform

from carl_mm.datasets.rng import sample_rng
from carl_mm.datasets.video_io.open_video import VideoDecodeError


@TRANSFORMS.register_module()
class OpenCachedFeatures(BaseTransform):
    """Map the cached features of a video, which `FeatureCacheHook` made.

    Required keys: feature_file. Added keys: features ``(K, S, C)`` float32, K
    augmented copies of the S frames; total_frames.
    """

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Open the file without reading it.

        Raises:
            ValueError: Features are not cached at all; says what to do.
            VideoDecodeError: Those of this video are missing.
        """
        if 'feature_file' not in results:
            raise ValueError(
                f'{results.get("filename")}: no cached features; add '
                'dict(type=FeatureCacheHook, ...) to custom_hooks'
            )
        if not os.path.isfile(results['feature_file']):
            raise VideoDecodeError(f'{results["filename"]}: has no cached features')
        results['features'] = np.load(results['feature_file'], mmap_mode='r')
        results['total_frames'] = results['features'].shape[1]
        return results


@TRANSFORMS.register_module()
class TakeCachedFeatures(BaseTransform):
    """Read the frames of each view, from different copies while there are enough.

    Required keys: features, frame_inds ``(V, T)``. Added keys: inputs ``(V, T, C)``
    float32. Removed keys: features.
    """

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Draw the copies and read their frames."""
        features, frame_inds = results.pop('features'), results['frame_inds']
        copies, views = len(features), len(frame_inds)
        chosen = sample_rng(results).choice(copies, views, replace=copies < views)
        rows = zip(chosen, frame_inds, strict=True)
        results['inputs'] = np.stack([features[copy][inds] for copy, inds in rows])
        return results


@TRANSFORMS.register_module()
class WholeCachedFeatures(BaseTransform):
    """Take the first copy of all frames, for testing.

    Required keys: features, total_frames. Added keys: inputs ``(S, C)`` float32;
    frame_inds ``(1, S)`` int64, valid ``(1, S)`` bool. Removed keys: features.
    """

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Read the first copy."""
        total_frames = results['total_frames']
        results['inputs'] = np.array(results.pop('features')[0])
        results['frame_inds'] = np.arange(total_frames)[None]
        results['valid'] = np.ones((1, total_frames), dtype=bool)
        return results
