"""Write many videos in step, as the tiles of one."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image, ImageDraw

from carl_mm.datasets.video_io.video_writer import write_mp4
from carl_mm.visualization.parts.frame_source import watched
from carl_mm.visualization.parts.phases import readable
from carl_mm.visualization.parts.writing import Writing

MAX_TILES = 36
MAX_WIDTH, MAX_HEIGHT = 1920, 1080
MAX_TILE_HEIGHT = 360
TEXT_HEIGHT = 22
GAP = 4
BACKGROUND = 32
ABSENT = 'not in this video'


@dataclass(frozen=True, eq=False)
class Tile:
    """One video of a grid.

    Attributes:
        frames: Its frames ``(H, W, 3)`` uint8 RGB, in the order in which they are
            shown, each once: those of the different `frame_inds` from 0 on.
        frame_inds: Frame at each moment, ``(K,)`` integers, ascending; -1 where it
            has none.
        times: When that is in the video, ``(K,)`` seconds.
        name: Name of the video.
    """

    frames: Iterable[np.ndarray]
    frame_inds: np.ndarray
    times: np.ndarray
    name: str


def write_grid_video(
    path: str | Path,
    tiles: Sequence[Tile],
    clock: np.ndarray,
    fps: float,
    *,
    on_progress: Callable[[float], Any] | None = None,
) -> int:
    """Write videos beside and below each other, each showing the same moment.

    Frames are taken as they are needed: one of each video is held at once.

    Args:
        path: Path of the mp4 file to write.
        tiles: Videos to show, 1 to `MAX_TILES`, at K moments each.
        clock: Moments, ``(K,)`` seconds, shown above.
        fps: Moments per second of the result.
        on_progress: Called with each share of the moments that has been drawn.

    Returns:
        The number of frames written, K.

    Raises:
        ValueError: There are no or too many videos, sizes do not fit, or frames do not
            ascend or suffice.
    """
    if not 1 <= len(tiles) <= MAX_TILES:
        raise ValueError(f'a grid holds 1 to {MAX_TILES} videos, got {len(tiles)}')
    for tile in tiles:
        shape = (len(clock),)
        if tile.frame_inds.shape != shape or tile.times.shape != shape:
            raise ValueError(
                f'{tile.name}: must hold a frame and a time for each of {len(clock)} '
                f'moments, got {tile.frame_inds.shape} and {tile.times.shape}'
            )
        if (np.diff(tile.frame_inds[tile.frame_inds >= 0]) < 0).any():
            raise ValueError(f'{tile.name}: frame_inds must ascend')
    pictures = watched(_pictures(tiles, clock), len(clock), on_progress)
    return write_mp4(path, pictures, fps)


def _pictures(tiles: Sequence[Tile], clock: np.ndarray) -> Iterator[np.ndarray]:
    players = [_Player(tile) for tile in tiles]
    columns, width, height = _layout([player.shape for player in players])
    writing = Writing(round(TEXT_HEIGHT * 0.68))
    rows = -(-len(tiles) // columns)
    size = (
        columns * (width + GAP) - GAP,
        TEXT_HEIGHT + rows * (height + TEXT_HEIGHT + GAP) - GAP,
    )
    for moment, second in enumerate(clock.tolist()):
        image = Image.new('RGB', (size[0] + size[0] % 2, size[1] + size[1] % 2))
        image.paste((BACKGROUND,) * 3, (0, 0, *image.size))
        pen = ImageDraw.Draw(image)
        said = f'clock {second:.2f} s of {clock[-1]:.2f} s'
        _write(pen, writing, said, (0, 0), size[0])
        for place, player in enumerate(players):
            left = place % columns * (width + GAP)
            top = TEXT_HEIGHT + place // columns * (height + TEXT_HEIGHT + GAP)
            own = player.tile.times[moment]
            frame = player.frame_at(moment)
            if frame is not None:
                picture = _fitted(frame, width, height)
                image.paste(
                    Image.fromarray(picture),
                    (
                        left + (width - picture.shape[1]) // 2,
                        top + (height - picture.shape[0]) // 2,
                    ),
                )
            when = ABSENT if frame is None else f'{own:.2f} s'
            room = width - round(writing.length(when)) - 12
            below = top + height
            _write(pen, writing, when, (left + room + 8, below), width)
            _write(pen, writing, player.tile.name, (left, below), room)
        yield np.asarray(image)


class _Player:
    """Hands on the frame of each moment, and holds no other."""

    def __init__(self, tile: Tile) -> None:
        self.tile = tile
        self.coming = iter(tile.frames)
        self.shown = -1  # place among the video's frames
        self.frame: np.ndarray | None = None
        known = tile.frame_inds[tile.frame_inds >= 0]
        self.shape = (3, 4)
        if len(known):
            self._advance(int(known[0]))
            assert self.frame is not None
            self.shape = self.frame.shape[0], self.frame.shape[1]

    def frame_at(self, moment: int) -> np.ndarray | None:
        index = int(self.tile.frame_inds[moment])
        if index < 0:
            return None
        if index != self.shown:
            self._advance(index)
        return self.frame

    def _advance(self, index: int) -> None:
        found = next(self.coming, None)
        if found is None:
            raise ValueError(f'{self.tile.name}: there is no frame {index}')
        self.shown, self.frame = index, found


def _layout(shapes: Sequence[tuple[int, int]]) -> tuple[int, int, int]:
    """Return the number of columns, and a tile's width and height, to fill a screen."""
    aspect = float(np.median([width / height for height, width in shapes]))
    best = (0, 1, 2, 2)
    for columns in range(1, len(shapes) + 1):
        rows = -(-len(shapes) // columns)
        room = (MAX_HEIGHT - TEXT_HEIGHT) // rows - TEXT_HEIGHT - GAP
        height = min(MAX_TILE_HEIGHT, room, int((MAX_WIDTH / columns - GAP) / aspect))
        best = max(best, (height, columns, max(2, math.floor(height * aspect)), height))
    return best[1:]


def _fitted(frame: np.ndarray, width: int, height: int) -> np.ndarray:
    scale = min(width / frame.shape[1], height / frame.shape[0])
    size = (
        max(1, min(width, round(frame.shape[1] * scale))),
        max(1, min(height, round(frame.shape[0] * scale))),
    )
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(frame, size, interpolation=how))


def _write(
    pen: ImageDraw.ImageDraw,
    writing: Writing,
    text: str,
    corner: tuple[int, int],
    room: int,
) -> None:
    """Write a line; what does not fit ends in dots."""
    text = readable(text)
    while len(text) > 1 and writing.length(text) > room - 8:
        text = text.rstrip('…')[:-1] + '…'
    left, top = corner[0] + 4, corner[1] + TEXT_HEIGHT // 2
    writing.write(pen, left, top, text)
