"""Features of whole videos, gathered while they are decoded."""

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

import torch
from torch import Tensor

from carl_mm.datasets.transforms import FrameStream
from carl_mm.heartbeat import beat
from carl_mm.prefetching import prefetch


class ExtraFeatures(Protocol):
    """What measures something on the frames of a video, beside the backbone.

    Attributes:
        out_channels: Number of values of a frame, C'.
    """

    out_channels: int

    def __call__(self, frames: Tensor, before: Tensor | None = None) -> Tensor:
        """Measure successive frames.

        Args:
            frames: ``(n, 3, H, W)`` uint8, RGB.
            before: Frame before the first one, ``(3, H, W)`` uint8, if there is one.

        Returns:
            ``(n, C')``.
        """

    def over_time(self, values: Tensor) -> Tensor:
        """Change the values ``(T, C')`` of a whole video, such as smooth them."""


def measure(
    extras: Iterable[ExtraFeatures], frames: Tensor, before: Tensor | None = None
) -> Tensor:
    """Join what all extras measure on successive frames, ``(n, C')``."""
    return torch.cat([extra(frames, before).cpu() for extra in extras], dim=1)


def over_time(extras: Sequence[ExtraFeatures], values: Tensor) -> Tensor:
    """Let each extra change its own channels of a video's values, ``(T, C')``."""
    parts = torch.split(values, [extra.out_channels for extra in extras], dim=1)
    pairs = zip(extras, parts, strict=True)
    return torch.cat([extra.over_time(part) for extra, part in pairs], dim=1)


class VideoFeatures:
    """The features of a video's frames, gathered chunk by chunk in temporal order.

    Args:
        network: From frames ``(n, 3, H, W)`` to their features ``(n, ...)``.
        extras: What else is measured on the frames and stands behind their features.
        num_frames: Number of frames of the video, S.
        device: Device to hold the features on; by default the network's.
    """

    def __init__(
        self,
        network: Callable[[Tensor], Tensor],
        extras: Sequence[ExtraFeatures],
        num_frames: int,
        device: torch.device | None = None,
    ) -> None:
        self.network = network
        self.extras = extras
        self.num_frames = num_frames
        self.device = device
        self._features = torch.empty(0)
        self._start = 0
        self._before: Tensor | None = None

    def add(self, frames: Tensor, prepared: Tensor) -> None:
        """Take the next frames.

        Args:
            frames: Frames as they were decoded, ``(n, 3, H, W)``; uint8 if there
                are extras.
            prepared: The same frames as the network takes them.
        """
        beat()  # other processes may wait for this video
        part = self.network(prepared)
        if self.extras:
            values = measure(self.extras, frames, self._before)
            part = torch.cat((part, values.to(part)), dim=1)
            self._before = frames[-1]
        if self._start == 0:  # whole: pieces and their sum would be twice that
            shape = self.num_frames, *part.shape[1:]
            self._features = torch.empty(
                shape, dtype=part.dtype, device=self.device or part.device
            )
        self._features[self._start : self._start + len(part)] = part
        self._start += len(part)

    def result(self) -> Tensor:
        """Return the features of all frames, ``(S, ...)``."""
        if self.extras and self._start:
            channels = sum(extra.out_channels for extra in self.extras)
            values = self._features[:, -channels:]
            values[:] = over_time(self.extras, values)
        return self._features


def gather(
    features: VideoFeatures,
    video: Tensor | FrameStream,
    chunk_size: int,
    device: torch.device,
) -> Tensor:
    """Gather the features of a whole video, of a stream while it is decoded.

    Args:
        features: What gathers them.
        video: A `FrameStream` of S frames, frames ``(S, 3, H, W)``, or their features
            ``(S, C)``, which stay as they are.
        chunk_size: Number of frames that are decoded and pass at once.
        device: Device that the network is on.

    Returns:
        ``(S, ...)``.

    Raises:
        VideoDecodeError: A frame is damaged.
    """
    if isinstance(video, Tensor):
        if video.dim() == 2:
            return video
        features.add(video, video)
        return features.result()
    for (chunk,) in prefetch(video.chunks(chunk_size)):
        features.add(chunk, chunk.to(device))
    return features.result()
