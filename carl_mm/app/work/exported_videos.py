"""What can be exported: one video, two in step, or many."""

import dataclasses
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from carl_mm.apis import VideoEmbedding, align, align_all
from carl_mm.apis.alignment.pair_video import opened, write_pair_video
from carl_mm.apis.alignment.timeline_video import write_timeline_video
from carl_mm.app.project.phase_rows import Rows, dense_labels, rows_csv
from carl_mm.app.project.videos import Videos
from carl_mm.app.work.export import Write
from carl_mm.datasets.video_io.cropped_video import Crop, check_crop
from carl_mm.files import atomic_write_text

VIEWS = {'beside': 'side', 'ghost': 'ghost'}


@dataclasses.dataclass(frozen=True)
class ShownAs:
    """How videos are shown; see `write_pair_video`.

    Attributes:
        view: 'beside' each other, or the second as a 'ghost' over the first.
        height: Height of the frames, in pixels; None for the taller video's.
        crop: 'none', 'subject' for the square in which they move, or a box: left, top,
            width and height in shares of the picture.
        speed: How fast it plays.
    """

    view: str = 'beside'
    height: int | None = None
    crop: str | tuple[float, float, float, float] = 'none'
    speed: float = 1.0

    def cut(self) -> Crop:
        """Return the crop as `write_pair_video` takes it.

        Raises:
            ValueError: It is unknown, or the box leaves the picture.
        """
        return None if self.crop == 'none' else check_crop(self.crop)


def single_video(
    library: Videos, name: str, options: ShownAs, rows: Rows | None = None
) -> tuple[str, Write]:
    """Prepare the video of one video, cropped, with its phases.

    Args:
        library: The videos.
        name: Name of the video.
        options: How it is shown; the view does not matter.
        rows: Its rows, which are shown; None or none shows none.

    Returns:
        The name of the file, and what writes it.

    Raises:
        ValueError: There is no such video, or an option is unknown.
    """
    video, crop = _with_file(library, name), options.cut()

    def write(path: Path, on_progress: Callable[[float], Any]) -> None:
        from carl_mm.visualization import write_single_video  # optional

        phases = list(dict.fromkeys(row[2] for row in sorted(rows or [])))
        write_single_video(
            path,
            opened(video, crop),
            dense_labels(rows, phases, len(video)) if rows else None,
            phases or None,
            name=Path(name).name,
            height=options.height,
            speed=options.speed,
            on_progress=on_progress,
        )

    return f'{Path(name).stem}.mp4', write


def pair_video(
    library: Videos,
    a: str,
    b: str,
    options: ShownAs,
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
    crop = options.cut()
    if options.view not in VIEWS:
        raise ValueError(f"view must be 'beside' or 'ghost', got {options.view!r}")

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
                crop=crop,
                view=VIEWS[options.view],
                speed=options.speed,
                labels=labels if labels.exists() else None,
                on_progress=on_progress,
            )

    return f'{Path(a).stem} - {Path(b).stem}.mp4', write


def grid_video(
    library: Videos, names: Sequence[str], options: ShownAs
) -> tuple[str, Write]:
    """Prepare the video of many in step, as tools/timeline.py --video writes it.

    Args:
        library: The videos.
        names: Their names, at least two; of more than 36 those that fit best are shown.
        options: How they are shown; neither view nor height matters.

    Returns:
        The name of the file, and what writes it.

    Raises:
        ValueError: There is no such video, there are fewer than two, or the crop is
            unknown.
    """
    crop, speed = options.cut(), options.speed
    chosen = list(dict.fromkeys(names))
    videos = [_with_file(library, name) for name in chosen]
    if len(videos) < 2:
        raise ValueError(f'a grid takes at least 2 videos, got {len(videos)}')

    def write(path: Path, on_progress: Callable[[float], Any]) -> None:
        found = align_all(videos)
        write_timeline_video(
            path, found, chosen, speed=speed, crop=crop, on_progress=on_progress
        )

    return f'{len(videos)} videos in step.mp4', write


def _with_file(library: Videos, name: str) -> VideoEmbedding:
    path = library.path(name)
    return dataclasses.replace(library.video(name), filename=f'{path}')
