"""Pictures of two videos in step: side by side, or one over the other."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from carl_mm.visualization.parts.frame_source import FrameSource, frames_in_order
from carl_mm.visualization.parts.video_panel import BACKGROUND, VideoPanel

MISSING = 'no counterpart'


class Pair(NamedTuple):
    """A frame of video a and the frame of b that is shown with it.

    Attributes:
        index_a: Place of the frame in a.
        index_b: Place of the frame in b.
        frame_a: ``(H, W, 3)`` uint8.
        frame_b: ``(H', W', 3)`` uint8.
        is_matched: Whether the frame of b is its counterpart.
    """

    index_a: int
    index_b: int
    frame_a: np.ndarray
    frame_b: np.ndarray
    is_matched: bool


Draw = Callable[[VideoPanel, VideoPanel, Pair], np.ndarray]


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
    places = range(len(shown))
    pairs = zip(places, shown, pictures_a, pictures_b, matched_a, strict=True)
    for pair in map(Pair._make, pairs):
        picture = VIEWS[view](*panels, pair)
        # h264 needs even sides; a dark line costs less than a cut one.
        odd = [(0, side % 2) for side in picture.shape[:2]]
        yield np.pad(picture, [*odd, (0, 0)])


def draw_side_by_side(
    panel_a: VideoPanel,
    panel_b: VideoPanel,
    pair: Pair,
) -> np.ndarray:
    """Draw a and, beside it, b, dimmed and marked where it is no counterpart."""
    gap_width = max(8, panel_a.height // 16)
    gap = np.full((panel_a.canvas_size[1], gap_width, 3), BACKGROUND, np.uint8)
    missing = None if pair.is_matched else MISSING
    right = panel_b.draw(pair.index_b, pair.frame_b, missing)
    return np.concatenate(
        [panel_a.draw(pair.index_a, pair.frame_a), gap, right], axis=1
    )


def draw_ghost(
    panel_a: VideoPanel,
    panel_b: VideoPanel,
    pair: Pair,
) -> np.ndarray:
    """Draw b half-transparent over a, or a alone where b has no counterpart.

    The texts of both stand above and below, those of a first.
    """
    picture = panel_a.place(pair.frame_a)
    if pair.is_matched:
        picture = panel_b.place(pair.frame_b, under=picture)
    else:
        picture = panel_a.lettering.marked(picture, MISSING)
    headers = [panel_a.header(), panel_b.header(ending=' (ghost)')]
    footers = [panel_a.footer(pair.index_a), panel_b.footer(pair.index_b)]
    return np.concatenate([*headers, picture, *footers])


VIEWS: dict[str, Draw] = {'side': draw_side_by_side, 'ghost': draw_ghost}
