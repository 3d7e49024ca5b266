"""Rows of labels, and what is wrong with them."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from carl_mm.datasets.converters.formats.tables.frame_count import (
    FROM_ZERO,
    FrameCount,
)
from carl_mm.datasets.problems import overlaps, span_problem
from carl_mm.quoting import quote

AS_ONE = 'if frames count from 1, say so (--first-frame 1)'


@dataclass(frozen=True)
class LabelRow:
    """A phase of a video, in its frames.

    Args:
        line: Number of its line in the file, from 1.
        filename: Name of the video.
        first: First frame of the phase, from 0.
        last: Last frame of the phase, counted in.
        phase: Name of the phase.
        action: Action of the video.
        confidence: Probability of the phase, in [0, 1]; None if not told.
        part: What ``line`` counts, if not the lines of the file.
    """

    line: int
    filename: str
    first: int
    last: int
    phase: str
    action: str
    confidence: float | None = None
    part: str = 'line'

    @property
    def where(self) -> str:
        """The place in the file, for messages."""
        return f'{self.part} {self.line}'


@dataclass(frozen=True)
class ListedLabel:
    """A phase of a video as a table tells it: in frames, in times, or in both.

    Args:
        line: Number of its line in the file, from 1.
        filename: Name of the video.
        phase: Name of the phase.
        action: Action of the video.
        frames: First frame, from 0, and last frame, counted in; None if not told.
        times: Start and end, in seconds from the first frame; None if not told.
        confidence: Probability of the phase, in [0, 1]; None if not told.
        part: What ``line`` counts, if not the lines of the file.
    """

    line: int
    filename: str
    phase: str
    action: str
    frames: tuple[int, int] | None
    times: tuple[float, float] | None
    confidence: float | None = None
    part: str = 'line'

    @property
    def where(self) -> str:
        """The place in the file, for messages."""
        return f'{self.part} {self.line}'

    def row(self, first: int, last: int) -> LabelRow:
        """Return the row with these frames."""
        names = (self.phase, self.action)
        span = (self.line, self.filename, first, last)
        return LabelRow(*span, *names, self.confidence, self.part)


@dataclass(frozen=True)
class VideoClaim:
    """What a file of labels takes a video for.

    Args:
        fps: Frames per second; None if not told.
        num_frames: Number of frames; None if not told.
    """

    fps: float | None = None
    num_frames: int | None = None


@dataclass(frozen=True)
class LabelTable:
    """A table of labels.

    Args:
        path: Its file.
        rows: Its rows.
        action: Action of every video; None if the file has a column of them.
        count: How it counts frames.
        remarks: What may not be as intended, each clause with the file's name.
        claims: What the file takes videos for, by their names.
    """

    path: str
    rows: list[ListedLabel]
    action: str | None
    count: FrameCount = FROM_ZERO
    remarks: list[str] = field(default_factory=list)
    claims: dict[str, VideoClaim] = field(default_factory=dict)


def row_span_problems(
    rows: Iterable[LabelRow],
    lengths: Mapping[str, int],
    count: FrameCount = FROM_ZERO,
) -> list[str]:
    """List rows with bad ends, rows past the end of their video, and overlaps.

    Where the rows look as if they were counted in another way, the first one says so.

    Args:
        rows: Rows of a table of labels.
        lengths: Number of frames of each video whose length is known, by its name.
        count: How the table counts frames.
    """
    rows = list(rows)
    problems, spans = list[str](), defaultdict(list)
    for row in rows:
        problem = span_problem(row.first, row.last, lengths.get(row.filename))
        if problem:
            problems.append(f'{row.where}: {row.filename}: {problem}')
        else:
            name = f'{row.where} ({row.first} to {row.last})'
            spans[row.filename].append((row.first, row.last, name))
    for filename, its_spans in spans.items():
        for name, other in overlaps(its_spans):
            problems.append(f'{filename}: {name} overlaps {other}')
    if problems:
        if count != FROM_ZERO:
            problems[0] += ' (told from 0 on, with the last one counted in)'
        hint = _other_count(rows, lengths, count)
        problems[0] += f'; {hint}' if hint else ''
    return problems


def _other_count(
    rows: list[LabelRow], lengths: Mapping[str, int], count: FrameCount
) -> str:
    """Say how the rows may have been counted instead, if they look like it."""
    if count.known:
        return ''
    exclusive = 'if last_frame is not part of the phase, say so (--exclusive-end)'
    pairs = successive(rows)
    touching = sum(a.last == b.first for a, b in pairs)
    if 2 * touching > len(pairs) and not count.exclusive_end:
        return f'rows end where the next one starts ({touching}): {exclusive}'
    past = [r for r in rows if r.filename in lengths and r.last >= lengths[r.filename]]
    if not past or any(row.last > lengths[row.filename] for row in past):
        return ''
    ends = f'rows end one frame past the video ({len(past)})'
    if min(row.first for row in rows) > 0 and count.first_frame == 0:
        return f'{ends}, and none starts at 0: {AS_ONE}'
    return '' if count.exclusive_end else f'{ends}: {exclusive}'


def count_remarks(rows: Iterable[LabelRow]) -> list[str]:
    """Say if rows that are free of problems look as if they were counted from 1."""
    starts: dict[str, int] = {}
    for row in rows:
        starts[row.filename] = min(row.first, starts.get(row.filename, row.first))
    if not starts or set(starts.values()) != {1}:
        return []
    return [f'the first row of every video starts at frame 1: {AS_ONE}']


def phase_remarks(phases: Iterable[str]) -> list[str]:
    """Say which phases differ in case or spaces alone."""
    alike = defaultdict(set)
    for phase in phases:
        alike[re.sub(r'[\s_-]+', ' ', phase).casefold()].add(phase)
    return [
        f'{" and ".join(map(quote, sorted(names)))} are phases of their own'
        for names in alike.values()
        if len(names) > 1
    ]


def successive(rows: Sequence[LabelRow]) -> list[tuple[LabelRow, LabelRow]]:
    """Pair each row with the next of its video, by where they start."""
    ordered = sorted(rows, key=lambda row: (row.filename, row.first, row.last))
    pairs = zip(ordered, ordered[1:], strict=False)
    return [(a, b) for a, b in pairs if a.filename == b.filename]
