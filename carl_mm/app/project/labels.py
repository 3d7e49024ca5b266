"""What the user painted, and what was carried to other videos, saved."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from carl_mm.apis.phases.carrying import phases_in_order
from carl_mm.apis.phases.segments import PhaseSegment
from carl_mm.app.project.label_files import LabelFiles
from carl_mm.app.project.label_tables import (
    all_rows,
    renamed,
    rows_of_segments,
    segments_of_rows,
)
from carl_mm.app.project.phase_rows import (
    Rows,
    check_rows,
    clean_name,
    name_problem,
    rows_csv,
)
from carl_mm.app.project.videos import Videos, num_frames
from carl_mm.quoting import quote


class StaleRowsError(ValueError):
    """A video's rows have changed since they were read.

    Attributes:
        present: Its present rows, as in `SavedLabels.state`.
    """

    def __init__(self, name: str, present: dict[str, Any]) -> None:
        super().__init__(
            f'{name}: its phases were changed elsewhere meanwhile; look at these first'
        )
        self.present = present


class SavedLabels:
    """The rows of all videos, in two files that the commands read.

    labels.csv has what the user painted, corrected or imported, suggested.csv what was
    carried; what is painted hides what is suggested. Every change is on the disk before
    the method that makes it returns. A file that another program has changed is read
    again first.

    Args:
        folder: Folder of the files.
        library: The videos.
    """

    def __init__(self, folder: Path, library: Videos) -> None:
        self._files = LabelFiles(Path(folder))
        self._library = library
        self._lock = threading.Lock()

    @property
    def path(self) -> Path:
        """File of what the user painted."""
        return self._files.painted_path

    @property
    def revision(self) -> int:
        """Number that is another after every change."""
        return self._files.revision

    def state(self) -> dict[str, Any]:
        """Return ``revision``, ``phases`` in order, and of each video its rows.

        Of each, by its name: ``rows`` (first frame, last frame, phase), ``origin``
        ('painted' or 'suggested'), ``confidence`` of each row or None, and
        ``revision``, which goes by the rows alone.
        """
        with self._opened() as files:
            names = sorted(files.suggested.keys() | files.painted.keys())
            videos = {name: files.entry(name) for name in names}
            revision = files.revision
        rows = {name: entry['rows'] for name, entry in videos.items()}
        lengths = {name: self._least_length(name, own) for name, own in rows.items()}
        phases = phases_in_order(rows, lengths)
        return {'revision': revision, 'phases': phases, 'videos': videos}

    def painted(self) -> dict[str, Rows]:
        """Return the rows that the user made, of each video that has some."""
        with self._opened() as files:
            return all_rows(files.painted)

    def put(self, name: str, rows: Rows, revision: int) -> int:
        """Save the rows of a video as the user's; none removes also the suggested ones.

        Args:
            name: Name of the video.
            rows: First frame, last frame (counted in) and phase of each.
            revision: Revision of the rows that these take the place of.

        Returns:
            The revision of the rows.

        Raises:
            StaleRowsError: The rows have changed since.
            ValueError: There is no such video, or rows are bad, all problems at once.
        """
        # Those of a video that is gone can still be removed.
        lengths = {name: num_frames(self._library, name)} if rows else {}
        check_rows({name: rows}, lengths)
        segments = segments_of_rows(rows)
        with self._opened() as files:
            present = files.entry(name)
            # Who asks again because an answer was lost is told that it is done.
            is_done = present['rows'] == rows_of_segments(segments)
            if revision != present['revision'] and not is_done:
                raise StaleRowsError(name, present)
            files.save({name: segments})
            return int(files.entry(name)['revision'])

    def put_all(self, rows: Mapping[str, Rows]) -> None:
        """Save the rows of many videos as the user's, whatever they were before.

        Raises:
            ValueError: Rows are bad, or there are no such videos.
        """
        check_rows(rows, {name: num_frames(self._library, name) for name in rows})
        with self._opened() as files:
            files.save({name: segments_of_rows(own) for name, own in rows.items()})

    def suggest(self, segments: Mapping[str, Sequence[PhaseSegment]]) -> None:
        """Save what was carried instead of what was before."""
        with self._opened() as files:
            # Others were painted meanwhile, perhaps.
            kept = {n: list(s) for n, s in segments.items() if n not in files.painted}
            files.save_suggested(kept)

    def accept(self, names: Sequence[str] | None = None) -> int:
        """Make suggestions the user's own: of these videos, or all.

        Returns:
            The revision of all labels.

        Raises:
            ValueError: A video has no suggestion.
        """
        with self._opened() as files:
            shown = {n: s for n, s in files.suggested.items() if n not in files.painted}
            for name in names or ():
                if name not in shown:
                    raise ValueError(f'{name}: no phases are suggested; carry first')
            files.save(
                {name: shown[name] for name in (shown if names is None else names)}
            )
            return files.revision

    def rename(self, old: str, new: str) -> int:
        """Give a phase another name in all videos; return the revision of all labels.

        Raises:
            ValueError: There is no such phase, or there is one of the new name, or that
                cannot be one.
        """
        if problem := name_problem(new):
            raise ValueError(f'{quote(new)}: {problem}')
        old, new = clean_name(old), clean_name(new)
        with self._opened() as files:
            both = [*files.suggested.values(), *files.painted.values()]
            phases = {segment.phase for own in both for segment in own}
            if old not in phases or (new in phases and new != old):
                what = f'{quote(new)} exists' if old in phases else f'no {quote(old)}'
                raise ValueError(f'phases: {what}; there are {sorted(phases)}')
            suggested = renamed(files.suggested, old, new)
            files.save(renamed(files.painted, old, new))
            files.save_suggested(suggested)
            return files.revision

    def export(self, what: str = 'painted') -> str:
        """Return a labels CSV of what the user made, or of 'all', suggestions too."""
        with self._opened() as files:
            if what not in ('painted', 'all'):
                raise ValueError(f"what must be 'painted' or 'all', got {quote(what)}")
            more = files.suggested if what == 'all' else {}
            rows = all_rows({**more, **files.painted})
        if not rows:
            raise ValueError('nothing to export yet; paint phases first')
        return rows_csv(rows)

    @contextmanager
    def _opened(self) -> Iterator[LabelFiles]:
        """Hold the files, read again if another program has changed them."""
        with self._lock:
            self._files.refresh(self._library.names)
            yield self._files

    def _least_length(self, name: str, rows: Rows) -> int:
        """Return a number of frames without opening any file."""
        try:
            return len(self._library.video(name))
        except ValueError:  # also of a video that is not there any more
            return max((row[1] + 1 for row in rows), default=1)
