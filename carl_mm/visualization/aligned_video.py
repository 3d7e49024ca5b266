"""Write two videos in step, side by side or one over the other."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from carl_mm.datasets.video_io.frame_reader import FrameReader
from carl_mm.datasets.video_io.sound import Sound, has_sound
from carl_mm.datasets.video_io.video_writer import write_mp4
from carl_mm.visualization.parts.alignment_path import aligned_frame_inds
from carl_mm.visualization.parts.frame_source import (
    FrameSource,
    check_frames,
    watched,
)
from carl_mm.visualization.parts.pair_pictures import VIEWS, pair_pictures
from carl_mm.visualization.parts.phases import check_labels, phase_names
from carl_mm.visualization.parts.times import FrameTimes, frame_times, uneven_times
from carl_mm.visualization.parts.video_panel import VideoPanel

MIN_HEIGHT = 256  # by default, for videos smaller than the text
MAX_THREADS = 4


def write_aligned_video(
    path: str | Path,
    frames_a: FrameSource,
    frames_b: FrameSource,
    dtw_path: np.ndarray,
    fps: float,
    labels_a: np.ndarray | None = None,
    labels_b: np.ndarray | None = None,
    phases: Sequence[str] | None = None,
    names: tuple[str, str] = ('a', 'b'),
    height: int | None = None,
    fps_b: float | None = None,
    timestamps_a: np.ndarray | None = None,
    timestamps_b: np.ndarray | None = None,
    *,
    matched_a: np.ndarray | None = None,
    view: str = 'side',
    speed: float = 1.0,
    sound: bool = True,
    on_progress: Callable[[float], Any] | None = None,
) -> int:
    """Write video a at its own pace, and with it the aligned frames of b.

    With each frame are the name, the phase, the time and a bar of all phases. Opened
    videos are streamed: few of their frames are held in memory at a time.

    Args:
        path: Path of the mp4 file to write.
        frames_a: ``(N, H, W, 3)`` uint8 RGB, or the opened video.
        frames_b: ``(M, H, W, 3)`` uint8 RGB, or the opened video; its size may differ
            from that of a.
        dtw_path: ``(L, 2)`` integers, pairs of frames (of a, of b). Where several
            frames of b match one of a, the middle one is shown.
        fps: Frames per second of video a.
        labels_a: ``(N,)`` indices into ``phases``, negative where unlabelled.
        labels_b: ``(M,)`` indices into ``phases``, negative where unlabelled.
        phases: Names of the phases.
        names: Names of the two videos.
        height: Height to which the frames of both are scaled, in pixels; by default
            that of the taller video, so that neither loses detail, and at least 256.
        fps_b: Frames per second of video b, for its times; by default ``fps``.
        timestamps_a: ``(N,)`` seconds at which frames are shown; by default those of
            the opened video, or by ``fps``.
        timestamps_b: ``(M,)`` seconds to write below the frames of b; by default those
            of the opened video, or by ``fps_b``.
        matched_a: ``(N,)`` booleans, False where a frame of a has no counterpart in b:
            b is dimmed there and says so. Such frames need not be in the path. By
            default all have one.
        view: 'side' for side by side, 'ghost' for b half-transparent over a.
        speed: How fast the result plays, > 0: 0.25 is slow motion.
        sound: Whether to keep the sound of a, where it is an opened video that has any
            and ``speed`` is 1.
        on_progress: Called with each share of the frames that has been drawn.

    Returns:
        The number of frames written, N.

    Raises:
        ValueError: Sizes do not fit, or a number or the view is out of range.
        VideoDecodeError: An opened video or its sound cannot be decoded.
    """
    fps_b = fps if fps_b is None else fps_b
    if not (fps > 0 and fps_b > 0):
        raise ValueError(f'frames per second must be positive, got {fps} and {fps_b}')
    if not 0 < speed < np.inf:
        raise ValueError(f'speed must be positive and finite, got {speed}')
    if view not in VIEWS:
        raise ValueError(f'view must be one of {tuple(VIEWS)}, got {view!r}')
    a = _side('a', frames_a, fps, timestamps_a, labels_a)
    b = _side('b', frames_b, fps_b, timestamps_b, labels_b)
    inds_b = aligned_frame_inds(dtw_path, a.length, b.length, matched_a)
    if height is None:
        height = max(MIN_HEIGHT, a.size[0], b.size[0])
    if height < 2:
        raise ValueError(f'height must be at least 2 pixels, got {height}')
    known = [side.labels for side in (a, b) if side.labels is not None]
    titles = phase_names(known, phases)
    panel_a, panel_b = (
        VideoPanel(side.size, side.labels, titles, name, side.times, height)
        for side, name in zip((a, b), names, strict=True)
    )
    if view == 'ghost':
        widths = [panel.canvas_size[0] for panel in (panel_b, panel_a)]
        panel_a = replace(panel_a, least_width=widths[0])
        panel_b = replace(panel_b, least_width=widths[1])
    matched = np.ones(a.length, bool) if matched_a is None else np.asarray(matched_a)
    panels, frames = (panel_a, panel_b), (frames_a, frames_b)
    pictures = pair_pictures(view, panels, frames, inds_b, matched.tolist())
    return write_mp4(
        path,
        watched(pictures, a.length, on_progress),
        fps * speed,
        times=uneven_times(a.times, fps, speed),
        sound=_sound(frames_a, a.times.duration) if sound and speed == 1 else None,
        num_threads=min(MAX_THREADS, os.cpu_count() or 1),
    )


@dataclass(frozen=True)
class _Side:
    length: int
    size: tuple[int, int]
    times: FrameTimes
    labels: np.ndarray | None


def _side(
    letter: str,
    frames: FrameSource,
    fps: float,
    timestamps: np.ndarray | None,
    labels: np.ndarray | None,
) -> _Side:
    """Check what is given of one video."""
    length, *size = check_frames(frames, f'frames_{letter}')
    if timestamps is None and isinstance(frames, FrameReader):
        timestamps = frames.timestamps
    times = frame_times(length, fps, timestamps, f'timestamps_{letter}')
    if labels is not None:
        labels = check_labels(labels, length, f'labels_{letter}')
    return _Side(length, (size[0], size[1]), times, labels)


def _sound(frames: FrameSource, duration: float) -> Sound | None:
    if not isinstance(frames, FrameReader) or not has_sound(frames.filename):
        return None
    start = frames.start_time
    return Sound(frames.filename, start, start + duration)
