"""Praat's TextGrids, in the long and the short text form: tiers of intervals.

Praat reads both forms alike: texts in quotes, numbers and flags count, where they stand
by themselves; all other words are for people.
"""

import re
from collections.abc import Iterator, Sequence

from carl_mm.datasets.converters.formats.annotations.foreign import (
    Foreign,
    ForeignRow,
    LabelledVideo,
    by_time,
    one_line,
    seconds,
)
from carl_mm.datasets.converters.formats.annotations.source import Source
from carl_mm.quoting import quote

MARK, CLASS = 'ooTextFile', 'TextGrid'
_WORD = re.compile(r'"((?:[^"]|"")*)"|![^\r\n]*|(\S+)')
_NUMBER = re.compile(r'[+-]?\d{1,12}(?:\.\d*)?(?:[eE][+-]?\d{1,2})?')


def matches(source: Source) -> bool:
    """Whether it is such a file."""
    return MARK in ''.join(source.head.splitlines()[:1])


def read(source: Source) -> Foreign:
    """Read a file; see `Foreign`. Tracks are the tiers of intervals.

    Intervals without text are what is not labelled.

    Raises:
        ValueError: It is no such file, or is cut off.
    """
    found, words = Foreign('interval'), _Words(source)
    video = source.video
    found.videos[video] = None
    if words.text() != MARK or words.text() != CLASS:
        raise source.error("not a TextGrid; save it by Praat's 'Save as text file'")
    words.number()
    words.number()
    if words.next() != '<exists>':
        return found
    for _ in range(int(words.number())):
        kind, tier = words.text(), one_line(words.text())
        words.number()
        words.number()
        for _ in range(int(words.number())):
            if kind == 'TextTier':
                words.number()
                words.text()
                found.left_out['points'] += 1
                continue
            words.num_intervals += 1
            times, text = (words.number(), words.number()), one_line(words.text())
            if text:
                row = (words.num_intervals, video, tier, text, None, times)
                found.rows.append(ForeignRow(*row))
    return found


class _Words:
    """What counts in the text, one after the other."""

    def __init__(self, source: Source) -> None:
        self.source, self.num_intervals = source, 0
        self.words = self._find(source.text)

    def _find(self, text: str) -> Iterator[str | float]:
        """Yield texts with their first quote, numbers, and flags."""
        for match in _WORD.finditer(text):
            word = match[2]
            if match[1] is not None:
                yield '"' + match[1].replace('""', '"')
            elif word and _NUMBER.fullmatch(word):
                yield float(word)
            elif word and re.fullmatch('<[a-z]+>', word):
                yield word

    def next(self) -> str | float:
        try:
            return next(self.words)
        except StopIteration:
            where = f'interval {self.num_intervals}' * bool(self.num_intervals)
            raise self.source.error(f'is cut off after {where or "its head"}') from None

    def text(self) -> str:
        word = self.next()
        if not (isinstance(word, str) and word.startswith('"')):
            raise self._wrong('a text in quotes', word)
        return word[1:]

    def number(self) -> float:
        word = self.next()
        try:
            return seconds(word)
        except ValueError as error:
            raise self._wrong('a number', word) from error

    def _wrong(self, what: str, word: str | float) -> ValueError:
        return self.source.error(
            f'expected {what} after interval {self.num_intervals}, got {quote(word)}'
        )


def write(videos: Sequence[LabelledVideo]) -> str:
    """Return a file in the long form; what is not labelled is an interval without text.

    Args:
        videos: One video, whose segments have times.

    Raises:
        ValueError: A segment has no times.
    """
    (video,) = videos
    spans, end = [], 0.0
    for segment in video.segments:
        start, until = by_time(segment)
        if start > end:
            spans.append((end, start, ''))
        spans.append((start, until, segment.phase))
        end = until
    if video.length_s is not None and video.length_s > end:
        spans.append((end, video.length_s, ''))
        end = video.length_s
    lines = [f'File type = "{MARK}"', f'Object class = "{CLASS}"', '', 'xmin = 0']
    lines += [f'xmax = {end!r}', 'tiers? <exists>', 'size = 1', 'item []:']
    lines += ['    item [1]:', '        class = "IntervalTier"']
    lines += ['        name = "phases"', '        xmin = 0', f'        xmax = {end!r}']
    lines += [f'        intervals: size = {len(spans)}']
    for number, (start, until, text) in enumerate(spans, start=1):
        lines.append(f'        intervals [{number}]:')
        doubled = text.replace('"', '""')
        lines += [f'            {name}' for name in (f'xmin = {start!r}',)]
        lines += [f'            xmax = {until!r}', f'            text = "{doubled}"']
    return '\n'.join(lines) + '\n'
