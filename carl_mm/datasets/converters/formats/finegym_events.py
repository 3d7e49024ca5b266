"""FineGym's annotation file: when events and their elements happen."""

import json
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


@dataclass(frozen=True)
class Event:
    """A routine or a vault, which becomes one clip.

    Args:
        name: ``VIDEOID_E_SSSSSS_EEEEEE``.
        video: Its source's ID.
        split: Of the annotations.
        start: In seconds of the source.
        end: In seconds of the source.
        elements: ``(start, end, class)``, in seconds from the event's start.
    """

    name: str
    video: str
    split: str
    start: float
    end: float
    elements: list[tuple[float, float, int]]

    def phase_rows(self, num_frames: int, fps: float) -> list[list[int]]:
        """Label the frames of the clip, from the one on screen at an element's start.

        The one at its end counts in, so neighbours can share a frame: the later one
        has it. By their names, in whole seconds, no published elements overlap more.
        Neighbours of one class without a gap become one row.
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
    """Read when the events of the lists and their listed elements happen.

    The published lists divide elements: an event that both name is a train video with
    the labels of the one, and a test video with those of the other.

    Args:
        path: ``{video: {"E_SSSSSS_EEEEEE": {"timestamps": [[start, end]], "segments":
            {"A_SSSS_EEEE": {"timestamps": [[start, end], ...]}} or null}}}``. The
            last row of an element is its span.
        lists: What counts.
        unlabelled_events: Add the other events of the train list's videos to train.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: An event or an element of the lists is missing, or its times are
            no span; all problems at once.
    """
    try:
        videos: Any = json.loads(Path(path).read_text('utf-8'))
        events = {
            f'{video}_{key}': event
            for video, its_events in videos.items()
            for key, event in its_events.items()
        }
    except (ValueError, AttributeError) as error:
        raise ValueError(
            f'{path}: not a JSON mapping of videos to their events: {error}'
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
    refuse(f'{path}, of the lists', problems)
    return found


def _video(event: str) -> str:
    return event.rpartition('_E_')[0]


def _event(name: str, split: str, event: dict, elements: dict[str, int]) -> Event:
    ((start, end),) = event['timestamps']
    spans = [
        (*event['segments'][element]['timestamps'][-1], label)
        for element, label in elements.items()
    ]
    return Event(name, _video(name), split, start, end, spans)


def _event_problems(event: Any, elements: dict[str, int]) -> Iterator[str]:
    if not isinstance(event, dict):
        yield 'is not in it; take the file and the lists of one version'
        return
    times = event.get('timestamps')
    if not (isinstance(times, list) and len(times) == 1 and _is_span(times[0])):
        yield f'timestamps must be [[start, end]] in seconds, got {times!r}'
    elif times[0][0] == times[0][1]:
        yield f'starts and ends at {times[0][0]} s'
    segments = event.get('segments')
    segments = segments if isinstance(segments, dict) else {}
    for element in elements:
        segment = segments.get(element)
        rows = segment.get('timestamps') if isinstance(segment, dict) else None
        if segment is None:
            yield f'{element} is not in it; take the file and the lists of one version'
        elif not (isinstance(rows, list) and rows and _is_span(rows[-1])):
            yield f'{element}: the last timestamps must be [start, end], got {rows!r}'


def _is_span(row: Any) -> bool:
    if not (isinstance(row, list) and len(row) == 2):
        return False
    is_time = all(isinstance(t, int | float) and 0 <= t < math.inf for t in row)
    return is_time and row[0] <= row[1]
