"""FineGym's annotation file: when events and their elements happen."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from carl_mm.datasets.converters.clip_cutting import TIME_TOLERANCE
from carl_mm.datasets.converters.formats.finegym_lists import FineGymLists
from carl_mm.datasets.converters.formats.frame_labels import label_rows
from carl_mm.datasets.problems import refuse
from carl_mm.json_files import read_json
from carl_mm.quoting import quote


@dataclass(frozen=True)
class Event:
    """A routine or a vault, which becomes one clip.

    Args:
        name: Name ``VIDEOID_E_SSSSSS_EEEEEE``.
        video: ID of the source video.
        split: Split of the clip.
        start: Where the event starts, in seconds of the source.
        end: Where the event ends, in seconds of the source.
        elements: Elements ``(start, end, class)``, in seconds from the event's start.
    """

    name: str
    video: str
    split: str
    start: float
    end: float
    elements: list[tuple[float, float, int]]

    def phase_rows(self, num_frames: int, fps: float) -> list[list[int]]:
        """Label the frames of the clip.

        An element goes from the frame on screen at its start to the one at its end,
        both counted in. Neighbours can share a frame, which then belongs to the later
        one; published elements overlap no further. Neighbours of one class without a
        gap become one row.

        Args:
            num_frames: Number of frames of the clip.
            fps: Frames per second of the clip.

        Returns:
            Rows ``[first, last, class]``.
        """
        labels = np.full(num_frames, -1)
        for start, end, label in sorted(self.elements):
            first = math.floor(start * fps + TIME_TOLERANCE)
            last = math.floor(end * fps + TIME_TOLERANCE)
            labels[first : last + 1] = label
        return label_rows(labels)


def read_events(
    path: str | Path, lists: FineGymLists, unlabelled_events: bool = False
) -> list[Event]:
    """Read when the listed events and their listed elements happen.

    The published lists divide elements, not events: an event in both lists becomes a
    train video with the labels of one and a test video with those of the other.

    Args:
        path: JSON file ``{video: {"E_SSSSSS_EEEEEE": {"timestamps": [[start, end]],
            "segments": {"A_SSSS_EEEE": {"timestamps": [[start, end], ...]}} or
            null}}}``. The last row of an element is its span.
        lists: Listed events and elements.
        unlabelled_events: Whether to add the other events of the train list's videos
            to the train split.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: A listed event or element is missing, or its times are not a span;
            the message lists all problems.
    """
    videos = read_json(path)
    try:
        events = {
            f'{video}_{key}': event
            for video, its_events in videos.items()
            for key, event in its_events.items()
        }
    except AttributeError as error:
        raise ValueError(
            f'{path}: not a mapping of videos to their events: {error}'
        ) from error
    wanted = [('train', *item) for item in lists.train.items()]
    wanted += [('test', *item) for item in lists.test.items()]
    if unlabelled_events:
        videos_of_train = {_video(name) for name in lists.train}
        others = events.keys() - lists.train.keys() - lists.test.keys()
        named = sorted(name for name in others if _video(name) in videos_of_train)
        wanted += [('train', name, {}) for name in named]
    problems = list[str]()
    found = []
    for split, name, elements in wanted:
        its_problems = list(_event_problems(events.get(name), elements))
        problems += [f'{name}: {problem}' for problem in its_problems]
        if not its_problems:
            found.append(_event(name, split, events[name], elements))
    refuse(f'{path}, for the listed events', problems)
    return found


def _video(event: str) -> str:
    return event.rpartition('_E_')[0]


def _event(
    name: str, split: str, event: dict[str, Any], elements: dict[str, int]
) -> Event:
    ((start, end),) = event['timestamps']
    spans = [
        (*event['segments'][element]['timestamps'][-1], label)
        for element, label in elements.items()
    ]
    return Event(name, _video(name), split, start, end, spans)


def _event_problems(event: Any, elements: dict[str, int]) -> Iterator[str]:
    if not isinstance(event, dict):
        yield 'is not in the file; use the file and the lists of the same version'
        return
    times = event.get('timestamps')
    if not (isinstance(times, list) and len(times) == 1 and _is_span(times[0])):
        yield f'timestamps must be [[start, end]] in seconds, got {quote(times)}'
    elif times[0][0] == times[0][1]:
        yield f'starts and ends at {times[0][0]} s'
    segments = event.get('segments')
    segments = segments if isinstance(segments, dict) else {}
    for element in elements:
        segment = segments.get(element)
        rows = segment.get('timestamps') if isinstance(segment, dict) else None
        if segment is None:
            yield (
                f'{element} is not in the file; use the file and the lists of the same '
                'version'
            )
        elif not (isinstance(rows, list) and rows and _is_span(rows[-1])):
            yield (
                f'{element}: the last timestamps must be [start, end], got '
                f'{quote(rows)}'
            )


def _is_span(row: Any) -> bool:
    if not (isinstance(row, list) and len(row) == 2):
        return False
    is_time = all(isinstance(t, int | float) and 0 <= t < math.inf for t in row)
    return is_time and row[0] <= row[1]
