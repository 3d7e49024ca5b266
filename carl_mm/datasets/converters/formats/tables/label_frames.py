"""From rows of labels to the frames of their videos, by number or by time."""

import dataclasses
from collections.abc import Callable, Mapping
from functools import cache

import numpy as np

from carl_mm.datasets.converters.formats.tables.label_rows import (
    LabelRow,
    LabelTable,
    ListedLabel,
    count_remarks,
    row_span_problems,
    successive,
)
from carl_mm.datasets.problems import refuse

SLACK_S = 1.0  # players round, and sound may last longer than the pictures


def fit_labels(
    table: LabelTable,
    lengths: Mapping[str, int],
    timestamps: Callable[[str], np.ndarray],
) -> tuple[list[LabelRow], list[str]]:
    """Find the frames of each row whose video is known.

    Frames that a row tells count; without them, its times do, see `frames_between`.
    Where there is one frame between any two successive rows with times, their ends
    are taken for times of last frames, which are counted in.

    Args:
        table: Rows of labels.
        lengths: Number of frames of each known video, by its name.
        timestamps: Returns when the frames of a video begin to be shown, ``(T,)`` in
            seconds; it is called for videos whose rows have times.

    Returns:
        The rows, in order, and what may not be as intended, a line each.

    Raises:
        ValueError: Rows do not fit their videos; the message lists all problems.
    """
    times_of = cache(timestamps)
    numbered, timed = list[LabelRow](), list[LabelRow]()
    problems, differing = list[str](), list[str]()
    for listed in table.rows:
        if listed.filename not in lengths:
            continue
        try:
            span = _span_by_times(listed, times_of)
        except ValueError as error:
            span = None
            if listed.frames is None:
                where = f'line {listed.line}: {listed.filename}:'
                problems.append(f'{where} {error}')
        if listed.frames is None:
            timed += [] if span is None else [listed.row(*span)]
            continue
        numbered.append(listed.row(*listed.frames))
        if listed.times is not None and span != listed.frames:
            differing.append(f'line {listed.line}')
    remarks = [f'{table.path}: {remark}' for remark in _differing(differing)]
    if _are_ends_counted_in(timed):
        timed = [_one_longer(row, lengths[row.filename]) for row in timed]
        remarks.append(
            f'{table.path}: one frame lies between any two rows: each end_s is taken '
            'for the time of the last frame, which is counted in'
        )
    rows = sorted([*numbered, *timed], key=lambda row: row.line)
    refuse(table.path, problems + row_span_problems(rows, lengths, table.count))
    if table.count.first_frame == 0:
        remarks += [f'{table.path}: {remark}' for remark in count_remarks(numbered)]
    return rows, [*table.remarks, *remarks]


def frames_between(
    start_s: float, end_s: float, timestamps: np.ndarray
) -> tuple[int, int]:
    """Return the first and the last frame of a span of time.

    A frame is shown until the next one begins, the last one for the mean or the median
    of these times, whichever is shorter. A frame is part of the span if the middle of
    the time for which it is shown is: so spans that meet share no frame and leave none
    out, and times may be rounded to any decimal that tells frames apart.

    Args:
        start_s: Start of the span, in seconds from the first frame.
        end_s: End of the span, in seconds from the first frame.
        timestamps: When each frame begins to be shown, ``(T,)`` in seconds, ascending.

    Raises:
        ValueError: There is no such frame, or the span ends more than a second past
            the end; the message is a clause.
    """
    starts = timestamps - timestamps[0]
    gaps = np.diff(starts) if len(starts) > 1 else np.zeros(1)
    length = starts[-1] + max(np.mean(gaps), np.median(gaps))
    if end_s > length + SLACK_S:
        raise ValueError(
            f'end_s {end_s:g} is past the end: the video lasts {length:.2f} s'
        )
    # Of a rate that varies the mean may be long: what ends before it has the frame.
    shown = min(np.mean(gaps), np.median(gaps))
    middles = starts + np.append(np.diff(starts), shown) / 2
    first, after = np.searchsorted(middles, (start_s, end_s)).tolist()
    if first == after:
        raise ValueError(f'there is no frame from {start_s:g} to {end_s:g} s')
    return first, after - 1


def _span_by_times(
    listed: ListedLabel, times_of: Callable[[str], np.ndarray]
) -> tuple[int, int] | None:
    if listed.times is None:
        return None
    return frames_between(*listed.times, times_of(listed.filename))


def _differing(lines: list[str]) -> list[str]:
    if not lines:
        return []
    return [
        f'the times of {len(lines)} rows ({", ".join(lines[:3])}'
        + ', ...' * (len(lines) > 3)
        + ') are those of other frames; first_frame and last_frame count'
    ]


def _are_ends_counted_in(rows: list[LabelRow]) -> bool:
    pairs = successive(rows)
    return bool(pairs) and all(b.first - a.last == 2 for a, b in pairs)


def _one_longer(row: LabelRow, length: int) -> LabelRow:
    return dataclasses.replace(row, last=min(row.last + 1, length - 1))
