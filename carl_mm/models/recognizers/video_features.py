"""Features of whole videos, gathered while they are decoded."""

from collections.abc import Callable

import torch
from torch import Tensor

from carl_mm.datasets.transforms import FrameStream
from carl_mm.models.backbones.optical_flow_grid import OpticalFlowGrid
from carl_mm.prefetching import prefetch


class VideoFeatures:
    """The features of a video's frames, gathered chunk by chunk in temporal order.

    Args:
        network: From frames ``(n, 3, H, W)`` to their features ``(n, ...)``.
        motion: What is measured between successive frames and stands beside their
            features, or None.
        num_frames: Number of frames of the video, S.
        device: Device to hold the features on; by default the network's.
    """

    def __init__(
        self,
        network: Callable[[Tensor], Tensor],
        motion: OpticalFlowGrid | None,
        num_frames: int,
        device: torch.device | None = None,
    ) -> None:
        self.network = network
        self.motion = motion
        self.num_frames = num_frames
        self.device = device
        self._features = torch.empty(0)
        self._start = 0
        self._before: Tensor | None = None

    def add(self, frames: Tensor, prepared: Tensor) -> None:
        """Take the next frames.

        Args:
            frames: Frames as they were decoded, ``(n, 3, H, W)``; uint8 if motion is
                measured.
            prepared: The same frames as the network takes them.
        """
        part = self.network(prepared)
        if self.motion is not None:
            moves = self.motion(frames, self._before)
            part = torch.cat((part, moves.to(part)), dim=1)
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
        if self.motion is not None and self._start:
            moves = self._features[:, -self.motion.out_channels :]
            moves[:] = self.motion.over_time(moves)
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
