"""Labels as programs of annotators tell them, and as they take them."""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from carl_mm.datasets.converters.formats.tables.csv_table import PADDING
from carl_mm.datasets.converters.formats.tables.label_rows import VideoClaim
from carl_mm.quoting import clip, quote

MAX_SECONDS = 1e9
_BREAKS = re.compile('[\x00-\x1f\x7f\x85\u2028\u2029\ufffe\uffff]+')


@dataclass(frozen=True)
class ForeignRow:
    """A labelled span of a video.

    Args:
        number: Its number among the file's parts of its kind, from 1.
        video: Name of the video, as the file tells it.
        track: Name of the tier, the subject or the like that it belongs to.
        phase: Its label.
        frames: First frame, from 0, and last frame, counted in; or None.
        times: Start and end, in seconds from the first frame; or None.
        confidence: Probability of the label, in [0, 1]; None if not told.
    """

    number: int
    video: str
    track: str
    phase: str
    frames: tuple[int, int] | None = None
    times: tuple[float, float] | None = None
    confidence: float | None = None


@dataclass
class Foreign:
    """What a file holds.

    Args:
        part: What its rows are called: 'annotation', 'event', ...
        rows: Labelled spans.
        videos: Names of all its videos, also of those without rows.
        left_out: Number of things that have no place here, by their kind in plural.
        problems: What is wrong, a clause each.
        actions: Actions of videos, by their names.
        claims: What it takes videos for, by their names.
    """

    part: str
    rows: list[ForeignRow] = field(default_factory=list)
    videos: dict[str, None] = field(default_factory=dict)
    left_out: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    actions: dict[str, str] = field(default_factory=dict)
    claims: dict[str, VideoClaim] = field(default_factory=dict)

    @contextmanager
    def noting(self, where: str, program: str) -> Iterator[None]:
        """Take what goes wrong in reading a part for a problem of this part.

        Args:
            where: What the part is called in messages.
            program: Program that writes such parts.
        """
        try:
            yield
        except ValueError as error:
            self.problems.append(f'{where}: {error}')
        except (TypeError, AttributeError, LookupError) as error:
            what = f'is not of the form that {program} writes ({clip(error)})'
            self.problems.append(f'{where}: {what}')


@dataclass(frozen=True)
class Segment:
    """A phase that is written for another program.

    Args:
        phase: Its name, in one line.
        frames: First frame, from 0, and last frame, counted in; None if not known.
        times: Start and end, in seconds from the first frame; None if not known.
        confidence: In [0, 1]; None if not known.
    """

    phase: str
    frames: tuple[int, int] | None
    times: tuple[float, float] | None
    confidence: float | None = None


@dataclass(frozen=True)
class LabelledVideo:
    """A video whose phases are written for another program.

    Args:
        filename: Its name, relative to the folder of videos.
        segments: Its phases, by their starts; none overlaps another.
        action: Its action; None if not known.
        num_frames: Number of frames; None if not known, as all that follows.
        length_s: How long it lasts, in seconds.
        fps: Frames per second.
        size: Width and height, in pixels.
    """

    filename: str
    segments: list[Segment]
    action: str | None = None
    num_frames: int | None = None
    length_s: float | None = None
    fps: float | None = None
    size: tuple[int, int] | None = None


def one_line(text: str) -> str:
    """Return a name as our tables hold it: composed, in one line, without padding."""
    return PADDING.sub('', _BREAKS.sub(' ', unicodedata.normalize('NFC', text)))


def seconds(value: Any) -> float:
    """Return a time of a file in seconds.

    Raises:
        ValueError: It is no such number; the message is a clause without its subject.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError(f'must be a number of seconds, got {quote(value)}')
    if not (abs(value) <= MAX_SECONDS and math.isfinite(value)):
        raise ValueError(f'must be a time in seconds, got {quote(value)}')
    return float(value)


def confidence(text: Any) -> float | None:
    """Return a probability; None if it is none."""
    try:
        found = float(text)
    except (TypeError, ValueError, OverflowError):
        return None
    return found if 0 <= found <= 1 else None


def by_time(segment: Segment) -> tuple[float, float]:
    """Return the times of a segment.

    Raises:
        ValueError: They are not known; says how they can be.
    """
    if segment.times is None:
        raise _unknown(f'frames {segment.frames} have no times')
    return segment.times


def by_frame(segment: Segment) -> tuple[int, int]:
    """Return the frames of a segment.

    Raises:
        ValueError: They are not known; says how they can be.
    """
    if segment.frames is None:
        raise _unknown(f'times {segment.times} have no frames')
    return segment.frames


def _unknown(what: str) -> ValueError:
    remedy = 'name the folder of the videos (--videos), whose time stamps tell them'
    return ValueError(f'{what}; {remedy}')
