"""The mp4 of an alignment, from the files of its videos."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from carl_mm.apis.alignment.alignment import Alignment
from carl_mm.apis.embedding.video_embedding import VideoEmbedding
from carl_mm.datasets.converters.formats.tables.frame_count import (
    FROM_ZERO,
    FrameCount,
)
from carl_mm.datasets.known_labels import known_labels
from carl_mm.datasets.video_io.cropped_video import Crop, check_crop, crop_video
from carl_mm.datasets.video_io.frame_reader import FrameReader
from carl_mm.datasets.video_io.open_video import open_video
from carl_mm.datasets.video_io.sound import has_sound


def write_pair_video(
    path: str | Path,
    found: Alignment,
    a: VideoEmbedding,
    b: VideoEmbedding,
    *,
    height: int | None = None,
    crop: Crop = None,
    view: str = 'side',
    speed: float = 1.0,
    sound: bool = True,
    labels: str | Path | None = None,
    count: FrameCount = FROM_ZERO,
    on_progress: Callable[[float], Any] | None = None,
) -> list[str]:
    """Write two aligned videos in step; see `write_aligned_video`.

    Args:
        path: Path of the mp4 file to write.
        found: Alignment of a and b.
        a: Video that is played at its own pace.
        b: Video whose aligned frames are shown.
        height: Height of the frames, in pixels; by default the taller video's,
            at least 256.
        crop: 'subject' crops both to the square in which they move, see
            `CropToSubject`; (left, top, width, height) to that box, in shares of the
            picture.
        view: 'side' for side by side, 'ghost' for b half-transparent over a.
        speed: How fast the result plays, > 0: 0.25 is slow motion.
        sound: Whether to keep the sound of a, if ``speed`` is 1.
        labels: Labels CSV or annotation file whose phases are shown.
        count: How a labels CSV counts frames.
        on_progress: Called with each share of the frames that has been drawn.

    Returns:
        What was left out or may not be as expected, a line each.

    Raises:
        FileNotFoundError: A file is missing.
        ValueError: A number or a name is out of range, the labels are bad, or a file
            has other frames than its embedding.
    """
    from carl_mm.visualization import write_aligned_video  # matplotlib is optional

    crop = check_crop(crop)
    frames_a, frames_b = (opened(video, crop) for video in (a, b))
    remarks: list[str] = []
    known, phases = _labels_of(a, b, labels, count, remarks)
    if sound and speed != 1 and has_sound(a.filename):
        remarks.append(f'the sound of {a.filename} is left out at speed {speed:g}')
    write_aligned_video(
        path,
        frames_a,
        frames_b,
        found.path,
        a.fps,
        known[0],
        known[1],
        phases,
        names=(Path(a.filename).name, Path(b.filename).name),
        height=height,
        fps_b=b.fps,
        timestamps_a=a.timestamps,
        timestamps_b=b.timestamps,
        matched_a=found.matched_a,
        view=view,
        speed=speed,
        sound=sound,
        on_progress=on_progress,
    )
    return remarks


def _labels_of(
    a: VideoEmbedding,
    b: VideoEmbedding,
    labels: str | Path | None,
    count: FrameCount,
    remarks: list[str],
) -> tuple[list[np.ndarray | None], list[str] | None]:
    """Return the labels of both videos, and the names of the phases."""
    if labels is None:
        return [None, None], None
    times = {video.filename: video.timestamps for video in (a, b)}
    known, phases = known_labels(labels, times, count, remarks)
    for video, its_labels in zip((a, b), known, strict=True):
        if its_labels is None:
            remarks.append(f'{labels}: has no phases of {video.filename}')
    return known, phases


def opened(video: VideoEmbedding, crop: Crop = None) -> FrameReader:
    """Open the file of an embedded video, cropped; see `write_pair_video`.

    Raises:
        FileNotFoundError: It is missing.
        ValueError: It cannot be decoded, or has other frames than its embedding.
    """
    reader = open_video(video.filename)
    if reader.num_frames != len(video):
        raise ValueError(
            f'{video.filename}: has {reader.num_frames} frames, its embedding '
            f'{len(video)}; embed it again'
        )
    return crop_video(reader, crop)
