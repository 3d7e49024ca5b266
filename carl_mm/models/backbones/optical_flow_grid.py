"""Which way the parts of a picture move: what no single frame shows."""

from typing import Any

import cv2
import numpy as np
import torch
from mmaction.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor

from carl_mm.functional.smoothing import smooth_over_time

DIRECTIONS = 3  # sideways either way, up, down


@MODELS.register_module()
class OpticalFlowGrid(BaseModule):
    """Optical flow from each frame to the next, averaged over a grid.

    Up and down look alike in a still; a `FramewiseRecognizer` takes this beside its
    backbone (``extra_features``). The flow (DIS, Kroeger et al. 2016, as in OpenCV)
    loses its median, which is the camera's; left and right are one direction, so that a
    mirrored video moves as the video does. It is computed on the CPU.

    Args:
        size: Side of the square to which frames are reduced, in pixels.
        grid: Number of cells a side, g.
        sigma: Standard deviation of the Gaussian that smooths over time, in frames; 0
            smooths nothing.

    Attributes:
        out_channels: Number of values of a frame, 3 g².

    Raises:
        ValueError: The size is no multiple of the grid, or a number is out of range.
    """

    def __init__(self, size: int = 128, grid: int = 4, sigma: float = 1.0) -> None:
        super().__init__()
        if grid < 1 or size < 16 or size % grid or sigma < 0:
            raise ValueError(
                'size must be a multiple of grid, at least 16, and sigma not negative, '
                f'got {size}, {grid} and {sigma}'
            )
        self.size = size
        self.grid = grid
        self.sigma = sigma
        self.out_channels = DIRECTIONS * grid * grid

    def forward(self, frames: Tensor, before: Tensor | None = None) -> Tensor:
        """Measure how frames differ from those before them.

        Args:
            frames: Successive frames, ``(n, 3, H, W)`` uint8, RGB.
            before: Frame before the first one, ``(3, H, W)`` uint8; without it the
                first frame does not move.

        Returns:
            Mean speed to either side, up and down in each cell, in pixels a frame at
            ``size``, ``(n, 3 g²)`` float32, on the CPU.

        Raises:
            ValueError: Frames are not uint8.
        """
        if frames.dtype != torch.uint8:
            raise ValueError(f'optical flow needs uint8 frames, got {frames.dtype}')
        dis: Any = cv2.DISOpticalFlow  # cv2's types lack its functions
        flow = dis.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
        old = None if before is None else self._grey(before)
        rows = np.zeros((len(frames), self.out_channels), dtype=np.float32)
        for row, frame in zip(rows, frames, strict=True):
            new = self._grey(frame)
            if old is not None:
                row[:] = self._cells(flow.calc(old, new, None))
            old = new
        return torch.from_numpy(rows)

    def over_time(self, speeds: Tensor) -> Tensor:
        """Smooth the speeds of a whole video, and take their square root.

        The root keeps fast moments from outweighing all others. The first frame, which
        none is before, moves as the second one does.

        Args:
            speeds: What `forward` gives for the video, ``(T, 3 g²)``.

        Returns:
            ``(T, 3 g²)``.
        """
        speeds = torch.cat((speeds[1:2], speeds[1:])) if len(speeds) > 1 else speeds
        smooth = smooth_over_time(speeds, self.sigma)
        return smooth.clamp(min=0).sqrt()

    def extra_repr(self) -> str:
        """Return the settings, which the names of cached features depend on."""
        return f'size={self.size}, grid={self.grid}, sigma={self.sigma}'

    def _grey(self, frame: Tensor) -> np.ndarray:
        img = frame.permute(1, 2, 0).cpu().contiguous().numpy()
        shrinks = img.shape[0] > self.size
        how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        grey = cv2.cvtColor(img, cv2.COLOR_RGB2GRAY)
        return cv2.resize(grey, (self.size, self.size), interpolation=how)

    def _cells(self, flow: np.ndarray) -> np.ndarray:
        """Average a flow ``(H, W, 2)`` over the cells, ``(3 g²,)`` float32."""
        flow = flow - np.median(flow.reshape(-1, 2), axis=0)
        across, down = flow[..., 0], flow[..., 1]
        speeds = np.stack(
            [np.abs(across), np.maximum(-down, 0), np.maximum(down, 0)], axis=2
        )
        cells = cv2.resize(speeds, (self.grid, self.grid), interpolation=cv2.INTER_AREA)
        return cells.transpose(2, 0, 1).reshape(-1).astype(np.float32)
