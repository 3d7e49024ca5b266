"""Open videos and decode their frames."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from mmaction.registry import TRANSFORMS
from mmcv.transforms import BaseTransform

from carl_mm.datasets.rng import sample_rng
from carl_mm.datasets.transforms.frame_stream import (
    FrameFunction,
    FrameStream,
    draw_view,
)
from carl_mm.datasets.video_io.image_folder import RawFrames
from carl_mm.datasets.video_io.open_video import DECODERS, open_video
from carl_mm.prefetching import prefetch


@TRANSFORMS.register_module()
class OpenVideo(BaseTransform):
    """Open a video file or a folder of images in the process that reads it.

    Required keys: filename; or, as mmaction2's `RawframeDataset` gives them, frame_dir,
    filename_tmpl, total_frames, start_index and optionally offset and modality. Added
    keys: video, total_frames, fps, filename.

    Args:
        num_threads: Number of threads of the decoder.
        decoder: 'pyav' or 'decord', see `open_video`.

    Raises:
        ValueError: The decoder is unknown.
    """

    def __init__(self, num_threads: int = 1, decoder: str = 'pyav') -> None:
        if decoder not in DECODERS:
            raise ValueError(f'decoder must be one of {DECODERS}, got {decoder!r}')
        self.num_threads = num_threads
        self.decoder = decoder

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Open the video.

        Raises:
            ValueError: The frames of a folder are not RGB.
            VideoDecodeError: It cannot be opened; names it.
        """
        if 'filename' in results:
            results['video'] = open_video(
                results['filename'], self.num_threads, self.decoder
            )
        else:
            results['video'] = _raw_frames(results)
            results['filename'] = results['frame_dir']
        results['total_frames'] = results['video'].num_frames
        results['fps'] = results['video'].fps
        return results


def _raw_frames(results: dict[str, Any]) -> RawFrames:
    """Open a folder of frames that a `RawframeDataset` has annotated."""
    modality = results.get('modality', 'RGB')
    if modality != 'RGB':
        raise ValueError(f'{results["frame_dir"]}: must be RGB, not {modality}')
    return RawFrames(
        results['frame_dir'],
        results['filename_tmpl'],
        results['start_index'] + results.get('offset', 0),
        results['total_frames'],
    )


@TRANSFORMS.register_module()
class DecodeViews(BaseTransform):
    """Decode the frames of all views in one pass, each distinct frame once.

    Frames pass the spatial transforms while the next ones are decoded, so that only a
    few are held at their full size. Required keys: video, frame_inds ``(V, T)``. Added
    keys: imgs ``(V, T, H, W, 3)`` uint8, RGB. Removed keys: video.

    Args:
        transforms: Configs of `ViewTransform`s, which draw anew for each view.
    """

    def __init__(self, transforms: Sequence[dict[str, Any]] = ()) -> None:
        self.transforms = [TRANSFORMS.build(step) for step in transforms]

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Decode and transform the frames."""
        frame_inds = results['frame_inds']
        unique = np.unique(frame_inds)
        # Where each frame goes: order[first] to order[end - 1], as frames may repeat.
        order = np.argsort(frame_inds, axis=1, kind='stable')
        views = np.take_along_axis(frame_inds, order, axis=1)
        first = [np.searchsorted(view, unique, 'left') for view in views]
        end = [np.searchsorted(view, unique, 'right') for view in views]
        rng, imgs = sample_rng(results), None
        functions: list[FrameFunction] = []
        frames = prefetch(results.pop('video').stream(unique), depth=4)
        for place, frame in enumerate(frames):
            if not functions:
                functions = [draw_view(self.transforms, rng, frame) for _ in frame_inds]
            for view, function in enumerate(functions):
                start, stop = first[view][place], end[view][place]
                if start == stop:
                    continue
                img = function(frame)
                if imgs is None:
                    shape = (*frame_inds.shape, *img.shape)
                    # torch's memory may have huge pages, see `compat`.
                    imgs = torch.empty(shape, dtype=torch.uint8).numpy()
                imgs[view, order[view, start:stop]] = img
        results['imgs'] = imgs
        return results


@TRANSFORMS.register_module()
class WholeVideo(BaseTransform):
    """Take all frames, decoded and transformed as they are read.

    A video of any length thus needs only the memory of a chunk. Required keys: video,
    total_frames. Added keys: inputs, a `FrameStream` of one view; frame_inds ``(1, S)``
    int64, valid ``(1, S)`` bool. Removed keys: video.

    Args:
        transforms: Configs of `ViewTransform`s.
    """

    def __init__(self, transforms: Sequence[dict[str, Any]] = ()) -> None:
        self.transforms = [TRANSFORMS.build(step) for step in transforms]

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Make the stream; nothing is decoded yet."""
        seed = int(sample_rng(results).integers(2**63))
        video, total_frames = results.pop('video'), results['total_frames']
        results['inputs'] = FrameStream(video, self.transforms, [seed])
        results['frame_inds'] = np.arange(total_frames)[None]
        results['valid'] = np.ones((1, total_frames), dtype=bool)
        return results
