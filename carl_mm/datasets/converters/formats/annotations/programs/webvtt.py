"""WebVTT: cues of one video, in milliseconds."""

import re
from collections.abc import Sequence
from html import escape, unescape

from carl_mm.datasets.converters.formats.annotations.foreign import (
    Foreign,
    ForeignRow,
    LabelledVideo,
    by_time,
    one_line,
)
from carl_mm.datasets.converters.formats.annotations.source import Source
from carl_mm.quoting import quote

MARK, ARROW, TRACK = 'WEBVTT', '-->', 'cues'
_TIME = r'(?:(\d{2,6}):)?([0-5]\d):([0-5]\d)\.(\d{3})'
_CUE = re.compile(rf'\s*{_TIME}\s*-->\s*{_TIME}(?:\s+(.*))?')
_TAG = re.compile(r'<[^<>]*>')


def matches(source: Source) -> bool:
    """Whether it is such a file."""
    return re.match(rf'{MARK}\s', f'{source.head} ') is not None


def read(source: Source) -> Foreign:
    """Read a file; see `Foreign`.

    Raises:
        ValueError: It is not in UTF-8.
    """
    found, video = Foreign('cue'), source.video
    found.videos[video] = None
    text = re.sub('\r\n?', '\n', source.text)
    _, *blocks = re.split(r'\n{2,}', text.strip('\n'))
    number = 0
    for block in blocks:
        lines = block.split('\n')
        at = next((i for i, line in enumerate(lines) if ARROW in line), None)
        if at is None:
            what = 'notes' if block.startswith('NOTE') else 'blocks of style or region'
            found.left_out[what] += 1
            continue
        number += 1
        match = _CUE.fullmatch(lines[at])
        if match is None:
            found.problems.append(
                f'cue {number}: times must be like 00:01.000 --> 00:02.500, got '
                f'{quote(lines[at])}'
            )
            continue
        found.left_out['cue settings'] += bool(match[9])
        payload = ' '.join(lines[at + 1 :])
        found.left_out['voices and styles'] += bool(_TAG.search(payload))
        label = one_line(unescape(_TAG.sub('', payload)))
        times = (_seconds(match, 1), _seconds(match, 5))
        found.rows.append(ForeignRow(number, video, TRACK, label, None, times))
    return found


def _seconds(match: re.Match[str], group: int) -> float:
    hours, minutes, seconds, thousandths = (
        int(match[group + index] or 0) for index in range(4)
    )
    # Through whole milliseconds, so that equal times are equal numbers.
    return (((hours * 60 + minutes) * 60 + seconds) * 1000 + thousandths) / 1000


def write(videos: Sequence[LabelledVideo]) -> str:
    """Return the text of a file.

    Args:
        videos: One video, whose segments have times.

    Raises:
        ValueError: A segment has no times.
    """
    (video,) = videos
    blocks = [MARK]
    for number, segment in enumerate(video.segments, start=1):
        start, end = (_clock(time) for time in by_time(segment))
        text = escape(segment.phase, quote=False)
        blocks.append(f'{number}\n{start} {ARROW} {end}\n{text}')
    return '\n\n'.join(blocks) + '\n'


def _clock(time: float) -> str:
    minutes, thousandths = divmod(round(1000 * time), 60_000)
    hours, minutes = divmod(minutes, 60)
    return f'{hours:02d}:{minutes:02d}:{thousandths / 1000:06.3f}'
