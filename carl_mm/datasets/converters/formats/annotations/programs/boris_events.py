"""BORIS's exports of events as tables (TSV or CSV): tabular, and aggregated.

An aggregated table has a row for each state, with its start and end in seconds; a
tabular one has a row for START and one for STOP. Ours are aggregated ones.
"""

import re
from collections.abc import Sequence

from carl_mm.datasets.converters.formats.annotations.foreign import (
    Foreign,
    ForeignRow,
    LabelledVideo,
    by_time,
    confidence,
    one_line,
)
from carl_mm.datasets.converters.formats.annotations.programs.boris_project import (
    COMMENT,
    NOBODY,
    comment,
)
from carl_mm.datasets.converters.formats.annotations.source import Source
from carl_mm.datasets.converters.formats.tables.csv_table import Table, read_table
from carl_mm.datasets.converters.formats.tables.label_rows import VideoClaim
from carl_mm.datasets.converters.formats.tables.table_cells import parse_seconds
from carl_mm.quoting import quote
from carl_mm.tables import csv_text

AGGREGATED, TABULAR = ('start_(s)', 'stop_(s)'), ('time',)
KIND, FILE = 'behavior_type', 'media_file_name'
MODIFIERS = [f'modifier_#{number}' for number in range(1, 10)]
COMMENTS = ('comment', 'comment_start', 'comment_stop')
FPS = ('fps', 'fps_(frame/s)')
OFFSET, SUBJECT, ACTION = 'time_offset_(s)', 'subject', 'action'
# What tells nothing about what is done when.
OTHERS = (
    *('observation_id', 'observation_date', 'description', 'observation_duration'),
    *('observation_type', 'source', 'coding_duration', 'media_duration_(s)'),
    *('observation_duration_by_subject_by_observation', 'behavioral_category'),
    *('duration_(s)', 'image_index', 'image_file_path', 'image_index_start'),
    *('image_index_stop', 'image_file_path_start', 'image_file_path_stop'),
)
HEADER = (
    *('Observation id', 'Observation type', 'Source', 'Time offset (s)'),
    *('Media duration (s)', 'FPS (frame/s)', 'action', 'Subject', 'Behavior'),
    *('Behavioral category', 'Behavior type', 'Start (s)', 'Stop (s)'),
    *('Duration (s)', 'Media file name', 'Comment start', 'Comment stop'),
)


def matches(source: Source) -> bool:
    """Whether it is such a file."""
    first = source.head.splitlines()[:1]
    names = {name.strip(' "').lower() for name in re.split('[,;\t]', ''.join(first))}
    return names >= {'behavior', 'behavior type'}


def read(source: Source) -> Foreign:
    """Read a table; see `Foreign`. Tracks are subjects.

    Raises:
        ValueError: It is no such table.
    """
    optional = (*MODIFIERS, *COMMENTS, *FPS, OFFSET, SUBJECT, ACTION, *OTHERS)
    required = ('behavior', KIND, FILE)
    table = read_table(source.path, required, optional, (AGGREGATED, TABULAR))
    found = Foreign('line')
    for name in table.unread:
        found.left_out[f'column {quote(name)}'] += 1
    reader = _Rows(table, found)
    for line, cells in table.rows:
        try:
            reader.read(line, cells)
        except ValueError as error:
            found.problems.append(f'line {line}: {error}')
    for (video, subject, phase, *_), (line, _, _) in reader.open.items():
        found.problems.append(
            f'line {line}: {video}: {quote(phase)} of {quote(subject)} begins and does '
            'not end'
        )
    return found


class _Rows:
    """Reads the rows of a table; see `read`."""

    def __init__(self, table: Table, found: Foreign) -> None:
        self.found, self.decimal_comma = found, table.separator != ','
        self.is_aggregated = table.columns.issuperset(AGGREGATED)
        self.open: dict[tuple[str, ...], tuple[int, float, str]] = {}

    def read(self, line: int, cells: dict[str, str]) -> None:
        found, video = self.found, cells[FILE]
        if not video or video in ('NA', 'Not found'):
            found.left_out['events without a media file'] += 1
            return
        self._tell_video(video, cells)
        comments = [cells.get(name, '') for name in COMMENTS]
        told = [match for text in comments if (match := COMMENT.fullmatch(text))]
        found.left_out['comments'] += sum(map(bool, comments)) - len(told)
        kind, phase = cells[KIND].casefold(), one_line(cells['behavior'])
        if kind.startswith('point'):
            found.left_out['point events'] += 1
            return
        if kind != 'stop':
            found.left_out['modifiers'] += any(cells.get(name) for name in MODIFIERS)
        subject, trust = cells.get(SUBJECT) or NOBODY, told[0][1] if told else ''
        if self.is_aggregated:
            start, end = (self._time(cells, name) for name in AGGREGATED)
        else:
            time = self._time(cells, *TABULAR)
            key = (video, subject, phase, *(cells.get(name, '') for name in MODIFIERS))
            if kind == 'start':
                if key in self.open:
                    raise ValueError(f'{video}: {quote(phase)} begins twice')
                self.open[key] = (line, time, trust)
                return
            if kind != 'stop' or key not in self.open:
                raise ValueError(
                    f'{video}: {quote(phase)} ends without a start, or its type is '
                    f'unknown, got {quote(cells[KIND])}'
                )
            line, start, trust = self.open.pop(key)
            end = time
        times = (start, end)
        row = (line, video, subject, phase, None, times, confidence(trust))
        found.rows.append(ForeignRow(*row))

    def _tell_video(self, video: str, cells: dict[str, str]) -> None:
        self.found.videos[video] = None
        if cells.get(ACTION):
            self.found.actions[video] = one_line(cells[ACTION])
        for name in FPS:
            try:
                fps = parse_seconds(cells.get(name, ''), self.decimal_comma)
            except ValueError:  # 'NA', or the rates of several files
                continue
            if fps > 0:
                self.found.claims[video] = VideoClaim(fps=fps)

    def _time(self, cells: dict[str, str], column: str) -> float:
        try:
            offset = parse_seconds(cells.get(OFFSET) or '0', self.decimal_comma)
        except ValueError:
            offset = 0.0
        try:
            return parse_seconds(cells[column], self.decimal_comma) - offset
        except ValueError as error:
            got = quote(cells[column])
            raise ValueError(f'{cells[FILE]}: {column} {error}, got {got}') from error


def write(videos: Sequence[LabelledVideo]) -> str:
    """Return the text of an aggregated table, separated by tabs.

    Raises:
        ValueError: A segment has no times.
    """
    rows = []
    for video in videos:
        name = video.filename
        length = '' if video.length_s is None else f'{video.length_s:.3f}'
        fps = '' if video.fps is None else f'{video.fps:.3f}'
        head = [name, 'Media file(s)', f'player #1:{name}', '0', length, fps]
        for s in video.segments:
            start, end = by_time(s)
            times = [f'{time:.3f}' for time in (start, end, end - start)]
            subject = [video.action or '', NOBODY, s.phase, '', 'STATE']
            rows.append([*head, *subject, *times, name, comment(s.confidence), ''])
    return csv_text(HEADER, rows, separator='\t')
