"""Transforms that draw once per view, and videos transformed as they are read."""

from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import torch
from mmcv.transforms import BaseTransform
from torch import Tensor

from carl_mm.datasets.rng import sample_rng
from carl_mm.datasets.video_io.frame_reader import FrameReader

FrameFunction = Callable[[np.ndarray], np.ndarray]


class ViewTransform(BaseTransform):
    """Base class of transforms that draw once per view and treat its frames alike.

    In a pipeline it modifies ``imgs``, V lists of ``(H, W, 3)`` uint8; within
    `DecodeViews` and `WholeVideo` it takes each frame as it is decoded.
    """

    @abstractmethod
    def draw(self, rng: np.random.Generator, height: int, width: int) -> FrameFunction:
        """Draw for one view; return a function that transforms a copy of a frame.

        Args:
            rng: Source of every draw.
            height: Height of the frames, in pixels.
            width: Width of the frames, in pixels.
        """

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Transform every view by a draw of its own."""
        rng = sample_rng(results)
        views = []
        for view in results['imgs']:
            function = self.draw(rng, *view[0].shape[:2])
            views.append([function(img) for img in view])
        results['imgs'] = views
        return results


def draw_view(
    transforms: Sequence[ViewTransform], rng: np.random.Generator, frame: np.ndarray
) -> FrameFunction:
    """Draw every transform of a view in turn, given one of its frames."""
    functions: list[FrameFunction] = []
    frame = np.empty_like(frame)
    for transform in transforms:
        functions.append(transform.draw(rng, *frame.shape[:2]))
        frame = functions[-1](frame)

    def run(img: np.ndarray) -> np.ndarray:
        for function in functions:
            img = function(img)
        return img

    return run


class FrameStream:
    """A whole video that is decoded and transformed as it is read.

    It can be sent from a worker to the process that reads it.

    Args:
        video: The opened video.
        transforms: Transforms of its frames, drawn once per view.
        seeds: Seed of the draws of each view.
    """

    def __init__(
        self,
        video: FrameReader,
        transforms: Sequence[ViewTransform],
        seeds: Sequence[int],
    ) -> None:
        self.video = video
        self.transforms = transforms
        self.seeds = seeds

    def __len__(self) -> int:
        return self.video.num_frames

    def chunks(self, chunk_size: int) -> Iterator[Tensor]:
        """Decode in order, each frame once for all views.

        Args:
            chunk_size: Largest number of frames in a chunk.

        Yields:
            ``(V, n, 3, H, W)`` uint8, n <= ``chunk_size``.

        Raises:
            VideoDecodeError: A frame is damaged.
        """
        functions: list[FrameFunction] = []
        frames: list[list[np.ndarray]] = []
        for index, frame in enumerate(self.video.stream(range(len(self)))):
            if not functions:
                rngs = map(np.random.default_rng, self.seeds)
                functions = [draw_view(self.transforms, rng, frame) for rng in rngs]
            frames.append([run(frame) for run in functions])
            if len(frames) == chunk_size or index == len(self) - 1:
                views = np.stack([np.stack(view) for view in zip(*frames, strict=True)])
                yield torch.from_numpy(views).permute(0, 1, 4, 2, 3)
                frames = []
