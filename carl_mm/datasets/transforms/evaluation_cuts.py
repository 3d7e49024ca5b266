"""Cuts of a test video, on which it is judged as well."""

import zlib

import numpy as np
from mmaction.registry import TRANSFORMS
from mmcv.transforms import BaseTransform

from carl_mm.datasets.annotations import frame_labels
from carl_mm.functional.sampling.evaluation_cuts import (
    draw_speeds,
    draw_window,
    phase_changes,
)


@TRANSFORMS.register_module()
class EvaluationCuts(BaseTransform):
    """Draw cuts of a labelled test video: windows, and changed speeds.

    The model embeds each cut by itself, from the backbone's features of the whole
    video; `AlignmentError` judges them. Required keys: total_frames, name. Optional
    keys: phases, split. Added keys: cuts, a dict of 'windowed_0' ..., 'warped_0' ...
    to frame indices ``(S,)``; none without phases or of a train video.

    Args:
        num_windows: Of each video, see `carl_mm.functional.draw_window`.
        num_warps: Of each video, see `carl_mm.functional.draw_speeds`.
        seed: With the video's name it decides the draws.
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

    def transform(self, results: dict) -> dict:
        """Draw."""
        if not results.get('phases') or results.get('split') == 'train':
            return results
        num_frames = results['total_frames']
        events = phase_changes(frame_labels(results['phases'], num_frames))
        cuts = {}
        for index in range(max(self.num_windows, self.num_warps)):
            name = zlib.crc32(results['name'].encode())
            rng = np.random.default_rng([self.seed, name, index])
            window, warp = (
                draw_window(events, num_frames, rng),
                draw_speeds(num_frames, rng),
            )
            if index < self.num_windows:
                cuts[f'windowed_{index}'] = window
            if index < self.num_warps:
                cuts[f'warped_{index}'] = warp
        results['cuts'] = cuts
        return results
