"""BORIS's projects (.boris): observations of videos, whose events are in seconds.

A state event begins and ends by two entries of the same subject, behaviour and
modifiers. Our confidence is the comment of the first one, the action an independent
variable of the observation.
"""

import re
from collections.abc import Iterator
from itertools import count
from typing import Any

from carl_mm.datasets.converters.formats.annotations.foreign import (
    Foreign,
    ForeignRow,
    confidence,
    one_line,
    seconds,
)
from carl_mm.datasets.converters.formats.annotations.source import Source
from carl_mm.datasets.converters.formats.tables.label_rows import VideoClaim
from carl_mm.quoting import quote

KEYS = {'observations', 'behaviors_conf'}
ACTION, STATE = 'action', 'State event'
NOBODY = 'No focal subject'  # as BORIS calls it
COMMENT = re.compile(r'confidence (\d(?:\.\d+)?(?:e-\d+)?)')


def comment(confidence: float | None) -> str:
    """Return the comment that tells a confidence, which `COMMENT` matches."""
    return '' if confidence is None else f'confidence {confidence:g}'


def matches(source: Source) -> bool:
    """Whether it is such a file."""
    if source.head[:1] != '{' or not source.json.keys() >= KEYS:
        return False
    return isinstance(source.json['observations'], dict)


def read(source: Source) -> Foreign:
    """Read a project; see `Foreign`. Tracks are subjects.

    Raises:
        ValueError: It is no such project.
    """
    found, project = Foreign('event'), source.json
    points = {
        str(each.get('code'))
        for each in _values(project['behaviors_conf'])
        if not str(each.get('type', STATE)).casefold().startswith('state')
    }
    numbers = count(1)
    for name, observation in project['observations'].items():
        with found.noting(f'observation {quote(name)}', 'BORIS'):
            _Observation(observation, points, found, numbers).read()
    return found


def _values(value: Any) -> Iterator[dict[str, Any]]:
    parts = value.values() if isinstance(value, dict) else ()
    yield from (part for part in parts if isinstance(part, dict))


class _Observation:
    """Reads one observation; see `read`."""

    def __init__(
        self, content: Any, points: set[str], found: Foreign, numbers: Iterator[int]
    ) -> None:
        self.content, self.points, self.found = content, points, found
        self.numbers = numbers
        self.open: dict[tuple[str, ...], tuple[int, float, str]] = {}

    def read(self) -> None:
        found, events = self.found, self.content.get('events', [])
        if self.content.get('type', 'MEDIA') != 'MEDIA':
            found.left_out['observations without a media file'] += 1
            return
        starts = list(self._media())
        offset = seconds(self.content.get('time offset') or 0)
        action = (self.content.get('independent_variables') or {}).get(ACTION)
        for name, _ in starts:
            found.videos[name] = None
            if isinstance(action, str) and action:
                found.actions[name] = one_line(action)
        for event in events:
            self._event(event, starts, offset)
        for (subject, code, _), (number, _, _) in self.open.items():
            found.problems.append(
                f'event {number}: {quote(code)} of {quote(subject)} begins and does '
                'not end; end it in BORIS'
            )

    def _media(self) -> Iterator[tuple[str, float]]:
        """Yield the files that are played one after the other, and their starts."""
        info = self.content.get('media_info') or {}
        players = self.content.get('file') or {}
        names = players.get('1')
        if not (names and isinstance(names, list)):
            raise ValueError('has no media file in player 1')
        others = sum(len(files) for key, files in players.items() if key != '1')
        self.found.left_out['media files of further players'] += others
        offsets = (info.get('offset') or {}).values()
        self.found.left_out['offsets of players'] += sum(map(bool, offsets))
        start = 0.0
        for name in names:
            yield str(name), start
            fps = (info.get('fps') or {}).get(name)
            if isinstance(fps, (int, float)) and fps > 0:
                self.found.claims[name] = VideoClaim(fps=float(fps))
            if len(names) > 1:
                length = (info.get('length') or {}).get(name)
                start += seconds(length)

    def _event(
        self, event: list[Any], starts: list[tuple[str, float]], offset: float
    ) -> None:
        found, number = self.found, next(self.numbers)
        time = seconds(event[0]) - offset
        subject, code, modifier, comment = (str(part or '') for part in event[1:5])
        told = COMMENT.fullmatch(comment.strip())
        found.left_out['comments'] += bool(comment.strip()) and told is None
        if code in self.points:
            found.left_out['point events'] += 1
            return
        key = (subject, code, modifier)
        if key not in self.open:
            found.left_out['modifiers'] += bool(modifier.strip('|'))
            self.open[key] = (number, time, told[1] if told else '')
            return
        first, begun, trust = self.open.pop(key)
        video, start = [each for each in starts if each[1] <= max(begun, 0) + 1e-9][-1]
        later = [each for _, each in starts if start < each < time - 1e-9]
        if later:
            raise ValueError(
                f'event {first}: {quote(code)} goes on from {quote(video)} into the '
                'next file; end it at the end of the file in BORIS'
            )
        times = (begun - start, time - start)
        label = (subject or NOBODY, one_line(code), None, times, confidence(trust))
        found.rows.append(ForeignRow(first, video, *label))
