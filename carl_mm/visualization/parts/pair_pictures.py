"""Pictures of two videos in step: side by side, or one over the other."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from carl_mm.visualization.parts.frame_source import FrameSource, frames_in_order
from carl_mm.visualization.parts.video_panel import BACKGROUND, VideoPanel

MISSING = 'no counterpart'
Draw = Callable[
    [VideoPanel, VideoPanel, int, int, np.ndarray, np.ndarray, bool], np.ndarray
]


def pair_pictures(
    view: str,
    panels: tuple[VideoPanel, VideoPanel],
    frames: tuple[FrameSource, FrameSource],
    inds_b: np.ndarray,
    matched_a: Sequence[bool],
) -> Iterator[np.ndarray]:
    """Draw each frame of video a with its frame of b.

    Args:
        view: One of `VIEWS`. In 'ghost' both panels are equally wide.
        panels: Panels of a and b, of one height.
        frames: Frames of a and b.
        inds_b: ``(N,)``, frame of b for each frame of a.
        matched_a: ``(N,)``, False where a frame of a has no counterpart.

    Yields:
        ``(H, W, 3)`` uint8 with even sides.
    """
    shown = inds_b.tolist()
    pictures_a = frames_in_order(frames[0], range(len(shown)))
    pictures_b = frames_in_order(frames[1], shown)
    pairs = zip(shown, pictures_a, pictures_b, matched_a, strict=True)
    for index, (index_b, frame_a, frame_b, is_matched) in enumerate(pairs):
        picture = VIEWS[view](*panels, index, index_b, frame_a, frame_b, is_matched)
        # h264 needs even sides; a dark line costs less than a cut one.
        odd = [(0, side % 2) for side in picture.shape[:2]]
        yield np.pad(picture, [*odd, (0, 0)])


def draw_side_by_side(
    panel_a: VideoPanel,
    panel_b: VideoPanel,
    index_a: int,
    index_b: int,
    frame_a: np.ndarray,
    frame_b: np.ndarray,
    is_matched: bool,
) -> np.ndarray:
    """Draw a and, beside it, b, dimmed and marked where it is no counterpart."""
    gap_width = max(8, panel_a.height // 16)
    gap = np.full((panel_a.canvas_size[1], gap_width, 3), BACKGROUND, np.uint8)
    missing = None if is_matched else MISSING
    right = panel_b.draw(index_b, frame_b, missing)
    return np.concatenate([panel_a.draw(index_a, frame_a), gap, right], axis=1)


def draw_ghost(
    panel_a: VideoPanel,
    panel_b: VideoPanel,
    index_a: int,
    index_b: int,
    frame_a: np.ndarray,
    frame_b: np.ndarray,
    is_matched: bool,
) -> np.ndarray:
    """Draw b half-transparent over a, or a alone where b has no counterpart.

    The texts of both stand above and below, those of a first.
    """
    picture = panel_a.place(frame_a)
    if is_matched:
        picture = panel_b.place(frame_b, under=picture)
    else:
        picture = panel_a.lettering.marked(picture, MISSING)
    headers = [panel_a.header(), panel_b.header(ending=' (ghost)')]
    footers = [panel_a.footer(index_a), panel_b.footer(index_b)]
    return np.concatenate([*headers, picture, *footers])


VIEWS: dict[str, Draw] = {'side': draw_side_by_side, 'ghost': draw_ghost}
