"""The mp4 of a timeline, from the files of its videos."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from carl_mm.apis.alignment.timeline import Timeline
from carl_mm.datasets.video_io.cropped_video import Crop, check_crop, crop_video
from carl_mm.datasets.video_io.open_video import open_video
from carl_mm.datasets.video_io.shrinking import shrink

TILE_HEIGHT = 360  # that no tile exceeds, in pixels


def write_timeline_video(
    path: str | Path,
    timeline: Timeline,
    names: Sequence[str],
    *,
    speed: float = 1.0,
    crop: Crop = None,
    on_progress: Callable[[float], Any] | None = None,
) -> int:
    """Write the videos in step, at the clock's own pace; see `write_grid_video`.

    Args:
        path: Path of the mp4 file to write.
        timeline: Videos whose names are their files. Of more than 36 those that fit
            best are shown.
        names: What is written below each, ``V`` texts.
        speed: How fast the result plays, > 0: 0.25 is slow motion.
        crop: How all are cropped, see `write_pair_video`.
        on_progress: Called with each share of the moments that has been drawn.

    Returns:
        The number of videos that are shown.

    Raises:
        FileNotFoundError: A file is missing.
        ValueError: The speed or the crop is out of range, or a file cannot be decoded.
    """
    from carl_mm.visualization import Tile, write_grid_video  # optional, as matplotlib
    from carl_mm.visualization.grid_video import MAX_TILES

    if not 0 < speed < np.inf:
        raise ValueError(f'speed must be positive and finite, got {speed}')
    crop = check_crop(crop)
    chosen = np.sort(np.argsort(-timeline.similarities, kind='stable')[:MAX_TILES])
    tiles = [
        Tile(
            _shown_frames(timeline.names[i], timeline.frame_inds[i], crop),
            timeline.frame_inds[i],
            timeline.times[i],
            names[i] + ' (does not fit)' * (i in timeline.outliers),
        )
        for i in chosen.tolist()
    ]
    step = timeline.clock[-1] / max(1, len(timeline.clock) - 1)
    fps = speed / step if step else 1.0
    write_grid_video(path, tiles, timeline.clock, fps, on_progress=on_progress)
    return len(tiles)


def _shown_frames(filename: str, inds: np.ndarray, crop: Crop) -> Iterator[np.ndarray]:
    """Decode the frames of a tile as they are needed."""
    video = crop_video(open_video(filename), crop)
    for frame in video.stream(np.unique(inds[inds >= 0]).tolist()):
        yield shrink(frame, TILE_HEIGHT)
