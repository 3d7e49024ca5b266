"""What can be exported: two videos in step, or many."""

import dataclasses
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from carl_mm.apis import VideoEmbedding, align, align_all
from carl_mm.apis.alignment.pair_video import write_pair_video
from carl_mm.apis.alignment.timeline_video import write_timeline_video
from carl_mm.app.project.phase_rows import Rows, rows_csv
from carl_mm.app.project.videos import Videos
from carl_mm.app.work.export import Write
from carl_mm.files import atomic_write_text

VIEWS = {'beside': 'side', 'ghost': 'ghost'}


@dataclasses.dataclass(frozen=True)
class PairOptions:
    """How two videos are shown; see `write_pair_video`.

    Attributes:
        view: 'beside' each other, or the second as a 'ghost' over the first.
        height: Height of the frames, in pixels; None for the taller video's.
        crop: 'none', or 'subject' for the square in which they move.
        speed: How fast it plays.
    """

    view: str = 'beside'
    height: int | None = None
    crop: str = 'none'
    speed: float = 1.0


def pair_video(
    library: Videos,
    a: str,
    b: str,
    options: PairOptions,
    rows: Mapping[str, Rows] | None = None,
) -> tuple[str, Write]:
    """Prepare the video of two videos in step, as tools/align.py --video writes it.

    Args:
        library: The videos.
        a: Name of the video that plays at its own pace.
        b: Name of the other.
        options: How they are shown.
        rows: Rows of all videos whose phases are shown; None shows none.

    Returns:
        The name of the file, and what writes it.

    Raises:
        ValueError: There is no such video, or an option is unknown.
    """
    first, second = _with_file(library, a), _with_file(library, b)
    if options.view not in VIEWS or options.crop not in ('none', 'subject'):
        raise ValueError(
            f"view must be 'beside' or 'ghost', and crop 'none' or 'subject', got "
            f'{options.view!r} and {options.crop!r}'
        )

    def write(path: Path, on_progress: Callable[[float], Any]) -> None:
        with tempfile.TemporaryDirectory() as folder:
            labels = Path(folder) / 'labels.csv'
            # By whole paths, which are no other video's end.
            known = {f'{library.path(n)}': (rows or {}).get(n, []) for n in (a, b)}
            if any(known.values()):
                atomic_write_text(labels, rows_csv(known))
            write_pair_video(
                path,
                align(first, second),
                first,
                second,
                height=options.height,
                crop=None if options.crop == 'none' else options.crop,
                view=VIEWS[options.view],
                speed=options.speed,
                labels=labels if labels.exists() else None,
                on_progress=on_progress,
            )

    return f'{Path(a).stem} - {Path(b).stem}.mp4', write


def grid_video(
    library: Videos, names: Sequence[str], speed: float = 1.0
) -> tuple[str, Write]:
    """Prepare the video of many in step, as tools/timeline.py --video writes it.

    Args:
        library: The videos.
        names: Their names, at least two; of more than 36 those that fit best are shown.
        speed: How fast it plays.

    Returns:
        The name of the file, and what writes it.

    Raises:
        ValueError: There is no such video, or there are fewer than two.
    """
    chosen = list(dict.fromkeys(names))
    videos = [_with_file(library, name) for name in chosen]
    if len(videos) < 2:
        raise ValueError(f'a grid takes at least 2 videos, got {len(videos)}')

    def write(path: Path, on_progress: Callable[[float], Any]) -> None:
        found = align_all(videos)
        write_timeline_video(path, found, chosen, speed=speed, on_progress=on_progress)

    return f'{len(videos)} videos in step.mp4', write


def _with_file(library: Videos, name: str) -> VideoEmbedding:
    path = library.path(name)
    return dataclasses.replace(library.video(name), filename=f'{path}')
