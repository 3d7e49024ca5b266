"""From a table of labels to videos as they are written for other programs."""

from collections.abc import Iterable
from functools import lru_cache
from itertools import groupby
from pathlib import Path

from carl_mm.datasets.converters.formats.annotations.foreign import (
    LabelledVideo,
    Segment,
    one_line,
)
from carl_mm.datasets.converters.formats.annotations.forms import Form
from carl_mm.datasets.converters.formats.tables.frame_times import span_between
from carl_mm.datasets.converters.formats.tables.label_frames import fit_labels
from carl_mm.datasets.converters.formats.tables.label_rows import (
    LabelRow,
    LabelTable,
    ListedLabel,
)
from carl_mm.datasets.problems import refuse
from carl_mm.datasets.video_io.find_videos import find_videos
from carl_mm.datasets.video_io.frame_reader import FrameReader
from carl_mm.datasets.video_io.open_video import open_video


class VideoFolder:
    """The videos of a folder, which tell frames from times and times from frames.

    Args:
        path: The folder.

    Attributes:
        filenames: Names of its videos, relative to it.

    Raises:
        FileNotFoundError: There is no such folder, or it contains no video.
        ValueError: It is no folder.
    """

    def __init__(self, path: Path) -> None:
        if path.is_file():
            raise ValueError(f'{path}: is a file; name the folder of the videos')
        self.path = path
        self.filenames = sorted(
            video.relative_to(path).as_posix() for video in find_videos([path])
        )
        self._open = lru_cache(maxsize=4)(self._open_video)

    def _open_video(self, name: str) -> FrameReader:
        return open_video(self.path / name)

    def fit(
        self, table: LabelTable, form: Form
    ) -> tuple[list[LabelledVideo], list[str]]:
        """Return the videos that a table labels, and what may not be as intended.

        Raises:
            ValueError: Rows do not fit their videos, or a video cannot be read.
        """
        names = sorted({row.filename for row in table.rows})
        lengths = {name: self._open(name).num_frames for name in names}
        rows, remarks = fit_labels(
            table, lengths, lambda name: self._open(name).timestamps
        )
        rows.sort(key=lambda row: (row.filename, row.first))
        grouped = groupby(rows, lambda row: row.filename)
        videos = [
            self._video(table, name, its_rows, form) for name, its_rows in grouped
        ]
        return videos, remarks

    def _video(
        self, table: LabelTable, name: str, rows: Iterable[LabelRow], form: Form
    ) -> LabelledVideo:
        reader, segments, action = self._open(name), list[Segment](), None
        for row in rows:
            action = row.action if table.action is None else None
            span = (row.first, row.last)
            times = self._times(name, span, form)
            phase = one_line(row.phase)
            segments.append(Segment(phase, span, times, row.confidence))
        size = None
        if form.needs_size:
            height, width = next(iter(reader.stream([0]))).shape[:2]
            size = (width, height)
        length_s = float(reader.timestamps[-1] + 1 / reader.fps)
        told = (reader.num_frames, round(length_s, 6), reader.fps, size)
        return LabelledVideo(name, segments, action, *told)

    def _times(
        self, name: str, span: tuple[int, int], form: Form
    ) -> tuple[float, float] | None:
        if form.decimals is None:
            return None
        reader = self._open(name)
        try:
            return span_between(*span, reader.timestamps, reader.fps, form.decimals)
        except ValueError as error:
            if form.tells_frames:
                return None
            raise ValueError(
                f'{self.path / name}: {error}; take another form than {form.shown}'
            ) from error


def without_videos(
    table: LabelTable, form: Form
) -> tuple[list[LabelledVideo], list[str]]:
    """Return the videos that a table labels, as it tells them.

    Returns:
        The videos, and what may not be as intended.

    Raises:
        ValueError: Rows overlap, or are too short for the form.
    """
    videos, problems = list[LabelledVideo](), list[str]()
    rows = sorted(table.rows, key=_start)
    for name, grouped in groupby(rows, lambda row: row.filename):
        segments, action, before = list[Segment](), None, None
        for row in grouped:
            action = row.action if table.action is None else None
            times = row.times
            if times is not None and form.decimals is not None:
                start, end = (round(time, form.decimals) for time in times)
                times = (start, end)
                if start >= end:
                    problems.append(f'{row.where}: {name}: is too short to be written')
            if before and before.times and times and before.times[1] > times[0]:
                problems.append(f'{row.where}: {name}: overlaps {before.where}')
            segments.append(
                Segment(one_line(row.phase), row.frames, times, row.confidence)
            )
            before = row
        videos.append(LabelledVideo(name, segments, action))
    refuse(table.path, problems)
    return videos, table.remarks


def _start(row: ListedLabel) -> tuple[str, float]:
    start, _ = row.times or row.frames or (0, 0)
    return row.filename, start
