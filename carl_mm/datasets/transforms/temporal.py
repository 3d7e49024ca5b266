"""Which frames of a video are taken, and their decoding."""

from typing import Any

import numpy as np
from mmaction.registry import TRANSFORMS
from mmcv.transforms import BaseTransform, Compose

from carl_mm.datasets.decoding import open_video
from carl_mm.datasets.transforms.rng import sample_rng
from carl_mm.functional import sample_two_views


@TRANSFORMS.register_module()
class OpenVideo(BaseTransform):
    """Open a video file or a folder of images in the process that reads it.

    Required keys: filename. Added keys: video, total_frames, fps.

    Args:
        num_threads: Of the decoder.
    """

    def __init__(self, num_threads: int = 1) -> None:
        self.num_threads = num_threads

    def transform(self, results: dict) -> dict:
        """Open it; raises `VideoDecodeError`, which names it."""
        results['video'] = open_video(results['filename'], self.num_threads)
        results['total_frames'] = results['video'].num_frames
        results['fps'] = results['video'].fps
        return results


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
        window: 'paper', 'published' or 'share'; see
            `carl_mm.functional.sample_two_views`.
        share: Range of a window's share of the video, for window='share'.
    """

    def __init__(
        self,
        num_frames: int,
        max_crop_ratio: float = 1.5,
        min_overlap: float = 0.2,
        sampling: str = 'random',
        window: str = 'paper',
        share: tuple[float, float] = (0.5, 1.0),
    ) -> None:
        self.num_frames = num_frames
        self.options: dict[str, Any] = {
            'max_crop_ratio': max_crop_ratio,
            'min_overlap': min_overlap,
            'sampling': sampling,
            'window': window,
            'share': tuple(share),
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


@TRANSFORMS.register_module()
class DecodeViews(BaseTransform):
    """Decode the frames of all views at once, each distinct frame once.

    Required keys: video, frame_inds ``(V, T)``. Added keys: imgs, V lists of T
    ``(H, W, 3)`` uint8 RGB arrays, which share memory where views share frames.
    Removed keys: video.
    """

    def transform(self, results: dict) -> dict:
        """Decode."""
        frame_inds = results['frame_inds']
        unique, inverse = np.unique(frame_inds, return_inverse=True)
        frames = results.pop('video').read(unique)
        rows = inverse.reshape(frame_inds.shape)
        results['imgs'] = [[frames[index] for index in row] for row in rows]
        return results


@TRANSFORMS.register_module()
class WholeVideo(BaseTransform):
    """Decode a whole video, a chunk at a time, each chunk transformed at once.

    Only the transformed frames are held. Random transforms draw the same for every
    chunk. Required keys: video, total_frames. Added keys: imgs, one
    ``(S, H, W, 3)`` uint8 array; frame_inds ``(1, S)`` int64, valid ``(1, S)`` bool.
    Removed keys: video.

    Args:
        transforms: Spatial transforms of ``imgs``.
        chunk_size: In frames.
    """

    def __init__(self, transforms: list, chunk_size: int = 64) -> None:
        if chunk_size < 1:
            raise ValueError(f'chunk_size must be at least 1, got {chunk_size}')
        self.transforms = Compose(transforms)
        self.chunk_size = chunk_size

    def transform(self, results: dict) -> dict:
        """Decode and transform."""
        seed = int(sample_rng(results).integers(2**63))
        video, total_frames = results.pop('video'), results['total_frames']
        frames, start = None, 0
        for chunk in video.chunks(self.chunk_size):
            part = {'imgs': [list(chunk)], 'rng': np.random.default_rng(seed)}
            imgs = self.transforms(part)['imgs'][0]
            if frames is None:
                frames = np.empty((total_frames, *imgs[0].shape), np.uint8)
            frames[start : start + len(imgs)] = imgs
            start += len(imgs)
        results['imgs'] = [frames]
        results['frame_inds'] = np.arange(total_frames)[None]
        results['valid'] = np.ones((1, total_frames), dtype=bool)
        return results
