"""From rows of labels to the frames of their videos, by number or by time."""

import dataclasses
from collections.abc import Callable, Mapping
from functools import cache

import numpy as np

from carl_mm.datasets.converters.formats.tables.frame_times import frames_between
from carl_mm.datasets.converters.formats.tables.label_rows import (
    LabelRow,
    LabelTable,
    ListedLabel,
    count_remarks,
    row_span_problems,
    successive,
)
from carl_mm.datasets.problems import refuse

RATE_TOLERANCE = 0.01  # 29.97 is 30 to many programs


def fit_labels(
    table: LabelTable,
    lengths: Mapping[str, int],
    timestamps: Callable[[str], np.ndarray],
) -> tuple[list[LabelRow], list[str]]:
    """Find the frames of each row whose video is known.

    Frames that a row tells count; without them, its times do, see `frames_between`.
    Where there is one frame between any two successive rows with times, their ends
    are taken for times of last frames, which are counted in, unless the form of the
    file says what they are.

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
                where = f'{listed.where}: {listed.filename}:'
                problems.append(f'{where} {error}')
        if listed.frames is None:
            timed += [] if span is None else [listed.row(*span)]
            continue
        numbered.append(listed.row(*listed.frames))
        if listed.times is not None and span != listed.frames:
            differing.append(listed.where)
    remarks = [f'{table.path}: {remark}' for remark in _differing(differing)]
    if not table.count.known and _are_ends_counted_in(timed):
        timed = [_one_longer(row, lengths[row.filename]) for row in timed]
        remarks.append(
            f'{table.path}: one frame lies between any two rows: each end_s is taken '
            'for the time of the last frame, which is counted in'
        )
    rows = sorted([*numbered, *timed], key=lambda row: row.line)
    refuse(table.path, problems + row_span_problems(rows, lengths, table.count))
    if table.count.first_frame == 0 and not table.count.known:
        remarks += [f'{table.path}: {remark}' for remark in count_remarks(numbered)]
    remarks += _claim_remarks(table, lengths, times_of)
    return rows, [*table.remarks, *remarks]


def _claim_remarks(
    table: LabelTable,
    lengths: Mapping[str, int],
    times_of: Callable[[str], np.ndarray],
) -> list[str]:
    """Say where a file takes a video for one of another rate or length."""
    remarks = []
    for name, claim in table.claims.items():
        if name not in lengths:
            continue
        where = f'{table.path}: takes {name} for a video of'
        if claim.num_frames not in (None, lengths[name]):
            remarks.append(
                f'{where} {claim.num_frames} frames, but it has {lengths[name]}: its '
                'labels may be of other frames'
            )
        elif claim.fps is not None and lengths[name] > 1:
            times = times_of(name)
            fps = (len(times) - 1) / (times[-1] - times[0])
            if abs(fps / claim.fps - 1) > RATE_TOLERANCE:
                remarks.append(
                    f'{where} {claim.fps:g} frames a second, but it has {fps:.2f}: its '
                    'labels may be of other frames'
                )
    return remarks


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
