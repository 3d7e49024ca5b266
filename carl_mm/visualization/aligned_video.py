"""Write two videos side by side, in step."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from carl_mm.datasets.video_io.video_writer import write_mp4
from carl_mm.visualization.parts.alignment_path import aligned_frame_inds
from carl_mm.visualization.parts.phases import check_labels, phase_names
from carl_mm.visualization.parts.times import frame_times
from carl_mm.visualization.parts.video_panel import BACKGROUND, VideoPanel


def write_aligned_video(
    path: str | Path,
    frames_a: np.ndarray,
    frames_b: np.ndarray,
    dtw_path: np.ndarray,
    fps: float,
    labels_a: np.ndarray | None = None,
    labels_b: np.ndarray | None = None,
    phases: Sequence[str] | None = None,
    names: tuple[str, str] = ('a', 'b'),
    height: int = 256,
    fps_b: float | None = None,
    timestamps_a: np.ndarray | None = None,
    timestamps_b: np.ndarray | None = None,
) -> int:
    """Write video a at its own pace, and beside it the aligned frames of b.

    Below each frame are the phase, the time and a bar of all phases.

    Args:
        path: Path of the mp4 file to write.
        frames_a: ``(N, H, W, 3)`` uint8 RGB.
        frames_b: ``(M, H, W, 3)`` uint8 RGB; its size may differ from that of a.
        dtw_path: ``(L, 2)`` integers, pairs of frames (of a, of b). Where several
            frames of b match one of a, the middle one is shown.
        fps: Frames per second of video a and of the result.
        labels_a: ``(N,)`` indices into ``phases``, negative where unlabelled.
        labels_b: ``(M,)`` indices into ``phases``, negative where unlabelled.
        phases: Names of the phases.
        names: Names of the two videos.
        height: Height to which frames are scaled, in pixels.
        fps_b: Frames per second of video b, for its times; by default ``fps``.
        timestamps_a: ``(N,)`` seconds to show; by default by ``fps``. All frames of the
            result last equally long.
        timestamps_b: ``(M,)`` seconds to show; by default by ``fps_b``.

    Returns:
        The number of frames written, N.

    Raises:
        ValueError: Sizes do not fit.
    """
    fps_b = fps if fps_b is None else fps_b
    if not (fps > 0 and fps_b > 0):
        raise ValueError(f'frames per second must be positive, got {fps} and {fps_b}')
    for frames, name in ((frames_a, 'frames_a'), (frames_b, 'frames_b')):
        if frames.ndim != 4 or frames.shape[-1] != 3 or frames.dtype != np.uint8:
            raise ValueError(
                f'{name} must be (T, H, W, 3) uint8, got {frames.shape} {frames.dtype}'
            )
    times = (
        frame_times(len(frames_a), fps, timestamps_a, 'timestamps_a'),
        frame_times(len(frames_b), fps_b, timestamps_b, 'timestamps_b'),
    )
    inds_b = aligned_frame_inds(dtw_path, len(frames_a), len(frames_b))
    checked = [
        None if labels is None else check_labels(labels, len(frames), name)
        for labels, frames, name in (
            (labels_a, frames_a, 'labels_a'),
            (labels_b, frames_b, 'labels_b'),
        )
    ]
    titles = phase_names([each for each in checked if each is not None], phases)
    panel_a = VideoPanel(frames_a, checked[0], titles, names[0], times[0], height)
    panel_b = VideoPanel(frames_b, checked[1], titles, names[1], times[1], height)
    return write_mp4(path, _side_by_side(panel_a, panel_b, inds_b), fps)


def _side_by_side(
    panel_a: VideoPanel, panel_b: VideoPanel, inds_b: np.ndarray
) -> Iterator[np.ndarray]:
    gap_width = max(8, panel_a.height // 16)
    gap = np.full((panel_a.canvas_size[1], gap_width, 3), BACKGROUND, np.uint8)
    for index_a, index_b in enumerate(inds_b.tolist()):
        pictures = [panel_a.draw(index_a), gap, panel_b.draw(index_b)]
        picture = np.concatenate(pictures, axis=1)
        # h264 needs even sides; a dark line costs less than a cut one.
        odd = [(0, side % 2) for side in picture.shape[:2]]
        yield np.pad(picture, [*odd, (0, 0)])
