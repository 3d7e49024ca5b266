"""Label Studio's JSON: tasks whose regions are ranges of frames, which count from 1.

Read are exports ('JSON' and 'JSON-MIN'); written are tasks to import, whose regions are
annotations, or predictions, which the page of a task offers.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from urllib.parse import quote as quote_url

from carl_mm.datasets.converters.formats.annotations.foreign import (
    Foreign,
    ForeignRow,
    LabelledVideo,
    by_frame,
    confidence,
    one_line,
)
from carl_mm.datasets.converters.formats.annotations.source import Source
from carl_mm.datasets.converters.formats.annotations.video_names import names_video
from carl_mm.datasets.converters.formats.tables.label_rows import VideoClaim
from carl_mm.quoting import clip, quote

TYPE, ACTION, FROM, TO = 'timelinelabels', 'action', 'videoLabels', 'video'
LOCAL = '/data/local-files/?d='  # how Label Studio is told a file of its own machine
MIN_KEYS = {'annotator', 'annotation_id'}


def matches(source: Source) -> bool:
    """Whether it is such a file."""
    tasks = source.json if source.head[:1] in ('[', '{') else None
    first = tasks[0] if isinstance(tasks, list) and tasks else tasks
    if not isinstance(first, dict):
        return False
    is_task = 'data' in first and not first.keys().isdisjoint(
        {'annotations', 'predictions', 'completions'}
    )
    return is_task or first.keys() >= MIN_KEYS


def read(source: Source) -> Foreign:
    """Read tasks; see `Foreign`. Tracks are control tags, one for each annotator.

    A task's predictions count if it has no annotation.

    Raises:
        ValueError: It is no such file.
    """
    found = Foreign('region')
    tasks = source.json if isinstance(source.json, list) else [source.json]
    for number, task in enumerate(tasks, start=1):
        with found.noting(f'task {number}', 'Label Studio'):
            _read_task(task, found)
    return found


def _read_task(task: dict[str, Any], found: Foreign) -> None:
    data = task.get('data', task)
    video = _video(data)
    found.videos[video] = None
    if isinstance(data.get(ACTION), str):
        found.actions[video] = one_line(data[ACTION])
    if 'data' not in task:  # JSON-MIN has the values by the names of control tags
        for name, values in task.items():
            if isinstance(values, list):
                regions = [v for v in values if isinstance(v, dict) and TYPE in v]
                for value in regions:
                    _read_region({'value': value}, video, name, found)
        return
    sets = [each for each in task.get('annotations') or [] if _is_kept(each, found)]
    predictions = task.get('predictions') or []
    if sets:
        found.left_out['predictions beside annotations'] += len(predictions)
    for index, each in enumerate(sets or predictions):
        suffix = f' #{index + 1}' if index else ''
        for region in each.get('result') or []:
            name = f'{region.get("from_name", FROM)}{suffix}'
            _read_region(region, video, name, found)


def _is_kept(annotation: dict[str, Any], found: Foreign) -> bool:
    is_cancelled = bool(annotation.get('was_cancelled'))
    found.left_out['cancelled annotations'] += is_cancelled
    return not is_cancelled


def _video(data: dict[str, Any]) -> str:
    """Return the value that is likeliest to name the video."""
    texts = {
        key: value
        for key, value in data.items()
        if isinstance(value, str) and value and key != ACTION
    }
    ordered = [texts[TO]] if TO in texts else []
    ordered += [text for text in texts.values() if names_video(text)]
    ordered += [text for text in texts.values() if '/' in text]
    if not ordered:
        raise ValueError(f'names no video in its data, got {quote(data)}')
    return ordered[0]


def _read_region(
    region: dict[str, Any], video: str, track: str, found: Foreign
) -> None:
    value = region['value']
    if not isinstance(value, dict) or TYPE not in value:
        kind = region.get('type', 'unknown')
        found.left_out[f'regions of type {clip(kind)}'] += 1
        if isinstance(value, dict) and isinstance(value.get('framesCount'), int):
            claim = VideoClaim(num_frames=value['framesCount'])
            found.claims[video] = claim
        return
    labels = value[TYPE]
    found.left_out['further labels of a region'] += max(len(labels) - 1, 0)
    found.left_out['notes'] += bool(region.get('meta'))
    for span in value['ranges']:
        number = len(found.rows) + 1
        ends = [span['start'], span['end']]
        if any(isinstance(end, bool) or not isinstance(end, int) for end in ends):
            raise ValueError(
                f'region {number}: start and end must be numbers of frames, got '
                f'{quote(span)}'
            )
        if min(ends) < 1:
            raise ValueError(f'region {number}: frames count from 1, got {quote(span)}')
        frames, trust = (ends[0] - 1, ends[1] - 1), confidence(region.get('score'))
        label = one_line(str(labels[0])) if labels else ''
        found.rows.append(ForeignRow(number, video, track, label, frames, None, trust))


def write(videos: Sequence[LabelledVideo]) -> str:
    """Return tasks with annotations, one for each video.

    Raises:
        ValueError: A segment has no frames.
    """
    return _tasks(videos, lambda video, regions: {'annotations': [{'result': regions}]})


def write_predictions(videos: Sequence[LabelledVideo]) -> str:
    """Return tasks with predictions, which annotators correct; see `write`.

    The score of a prediction is the mean of those of its regions.
    """

    def content(video: LabelledVideo, regions: list[Any]) -> dict[str, Any]:
        told = [s.confidence for s in video.segments if s.confidence is not None]
        score = {'score': sum(told) / len(told)} if told else {}
        made = {'model_version': 'carl_mm', **score, 'result': regions}
        return {'predictions': [made]}

    return _tasks(videos, content)


def _tasks(
    videos: Sequence[LabelledVideo],
    content: Callable[[LabelledVideo, list[Any]], dict[str, Any]],
) -> str:
    tasks = []
    for video in videos:
        data = {TO: f'{LOCAL}{quote_url(video.filename)}'}
        data |= {} if video.action is None else {ACTION: video.action}
        tasks.append({'data': data, **content(video, list(_regions(video)))})
    return json.dumps(tasks, indent=1)


def _regions(video: LabelledVideo) -> Iterator[dict[str, Any]]:
    for number, s in enumerate(video.segments, start=1):
        first, last = by_frame(s)
        ranges = [{'start': first + 1, 'end': last + 1}]
        score = {} if s.confidence is None else {'score': s.confidence}
        yield {
            'id': f'segment{number}',
            'from_name': FROM,
            'to_name': TO,
            'type': TYPE,
            'value': {'ranges': ranges, TYPE: [s.phase]},
            **score,
        }
