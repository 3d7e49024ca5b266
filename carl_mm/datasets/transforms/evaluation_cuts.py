"""Cuts of a test video, on which it is judged as well."""

import zlib
from typing import Any

import numpy as np
from mmaction.registry import TRANSFORMS
from mmcv.transforms import BaseTransform

from carl_mm.datasets.annotations import frame_labels
from carl_mm.functional.sampling.evaluation_cuts import (
    draw_speeds,
    draw_window,
    phase_changes,
)

WINDOWED, WARPED = 'windowed', 'warped'  # kinds of cuts; logged keys end in them


@TRANSFORMS.register_module()
class EvaluationCuts(BaseTransform):
    """Draw cuts of a labelled test video: windows, and changed speeds.

    The model embeds each cut by itself, from the backbone's features of the whole
    video; `AlignmentError` judges them. Required keys: total_frames, name. Optional
    keys: phases, split. Added keys: cuts, which maps 'windowed' and 'warped' to lists
    of frame indices ``(S,)``; absent without phases and for train videos.

    Args:
        num_windows: Number of windows per video, see
            `carl_mm.functional.sampling.evaluation_cuts.draw_window`.
        num_warps: Number of changes of speed per video, see
            `carl_mm.functional.sampling.evaluation_cuts.draw_speeds`.
        seed: Seed of the draws, together with the video's name.

    Raises:
        ValueError: A number is negative.
    """

    def __init__(self, num_windows: int = 3, num_warps: int = 3, seed: int = 0) -> None:
        if num_windows < 0 or num_warps < 0:
            raise ValueError(
                'num_windows and num_warps must not be negative, got '
                f'{num_windows} and {num_warps}'
            )
        self.num_windows = num_windows
        self.num_warps = num_warps
        self.seed = seed

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Draw the cuts."""
        if not results.get('phases') or results.get('split') == 'train':
            return results
        num_frames = results['total_frames']
        events = phase_changes(frame_labels(results['phases'], num_frames))
        name = zlib.crc32(results['name'].encode())
        windows, warps = [], []
        for index in range(max(self.num_windows, self.num_warps)):
            # Both are drawn always: a draw depends on no other setting.
            rng = np.random.default_rng([self.seed, name, index])
            windows.append(draw_window(events, num_frames, rng))
            warps.append(draw_speeds(num_frames, rng))
        results['cuts'] = {
            WINDOWED: windows[: self.num_windows],
            WARPED: warps[: self.num_warps],
        }
        return results
