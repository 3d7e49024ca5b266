"""Cells of tables: frame numbers and times as people write them."""

import re

# pandas writes 19.0 where a column has gaps; 1.000 is a thousand to some.
_FRAME = re.compile(r'([+-]?\d{1,12})(?:[.,]0{1,2})?')
_SECONDS = re.compile(r'[+-]?\d{1,12}(?:[.,]\d*)?(?:e[+-]?\d{1,2})?', re.IGNORECASE)
_FRACTION = re.compile(r'\d+\.\d*[1-9]\d*')
_CLOCK = re.compile(r'(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2}(?:[.,]\d*)?)')


def parse_frame(text: str, decimal_comma: bool = False) -> int:
    """Return the number of a frame, such as 19, +19 or 19.0.

    Args:
        text: Cell without spaces around it.
        decimal_comma: Whether 19,0 is 19, too.

    Raises:
        ValueError: It is no whole number; the message is a clause without its subject.
    """
    match = _FRAME.fullmatch(text)
    if match is None or (',' in text and not decimal_comma):
        what = 'must be an integer'
        if _CLOCK.fullmatch(text) or _FRACTION.fullmatch(text):
            what += ' (times belong in the columns start_s and end_s)'
        raise ValueError(what)
    return int(match[1])


def parse_seconds(text: str, decimal_comma: bool = False) -> float:
    """Return a time in seconds, from 0 on.

    Args:
        text: Cell without spaces around it: seconds such as 1.5, or h:mm:ss or m:ss
            with or without a fraction, whose sign may be a comma.
        decimal_comma: Whether 1,5 is 1.5, too.

    Raises:
        ValueError: It is no such time; the message is a clause without its subject.
    """
    clock = _CLOCK.fullmatch(text)
    if clock is not None:
        hours, minutes, seconds = clock[1], int(clock[2]), _number(clock[3])
        if seconds < 60 and (hours is None or minutes < 60):
            return int(hours or 0) * 3600 + minutes * 60 + seconds
    elif _SECONDS.fullmatch(text) and (decimal_comma or ',' not in text):
        found = _number(text)
        if found >= 0:
            return found
        raise ValueError('must not be negative: times count from the first frame')
    raise ValueError('must be in seconds or h:mm:ss')


def _number(text: str) -> float:
    return float(text.replace(',', '.'))
