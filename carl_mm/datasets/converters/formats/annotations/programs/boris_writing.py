"""BORIS's projects (.boris), written: an observation for each video."""

import json
from collections.abc import Sequence
from typing import Any

from carl_mm.datasets.converters.formats.annotations.foreign import (
    LabelledVideo,
    by_time,
)
from carl_mm.datasets.converters.formats.annotations.programs.boris_project import (
    ACTION,
    STATE,
    comment,
)

EMPTY: dict[str, Any] = {
    'time_format': 's',
    'project_date': '',
    'project_name': 'carl_mm',
    'project_description': '',
    'project_format_version': '7.0',
    'subjects_conf': {},
    'behavioral_categories': [],
    'independent_variables': {},
    'coding_map': {},
    'behaviors_coding_map': [],
    'converters': {},
}


def write(videos: Sequence[LabelledVideo]) -> str:
    """Return the text of a project with an observation for each video.

    Raises:
        ValueError: A segment has no times.
    """
    phases = dict.fromkeys(s.phase for video in videos for s in video.segments)
    kind: dict[str, Any] = {
        'type': STATE,
        'key': '',
        'description': '',
        'color': '',
        'category': '',
    }
    kind |= {'modifiers': {}, 'excluded': '', 'coding map': ''}
    behaviours = {str(n): {**kind, 'code': phase} for n, phase in enumerate(phases)}
    observations = {video.filename: _observation(video) for video in videos}
    project = {**EMPTY, 'behaviors_conf': behaviours, 'observations': observations}
    if any(video.action is not None for video in videos):
        variable = {'label': ACTION, 'description': '', 'type': 'text'}
        variable |= {'default value': '', 'possible values': ''}
        project['independent_variables'] = {'0': variable}
    return json.dumps(project, indent=1)


def _observation(video: LabelledVideo) -> dict[str, Any]:
    name, events = video.filename, list[list[Any]]()
    for s in video.segments:
        start, end = by_time(s)
        first, after = (s.frames[0], s.frames[1] + 1) if s.frames else ('NA', 'NA')
        events.append([start, '', s.phase, '', comment(s.confidence), first])
        events.append([end, '', s.phase, '', '', after])
    info: dict[str, Any] = {'hasVideo': {name: True}, 'hasAudio': {name: False}}
    info['length'] = {} if video.length_s is None else {name: video.length_s}
    info['fps'] = {} if video.fps is None else {name: video.fps}
    variables = {} if video.action is None else {ACTION: video.action}
    return {
        'file': {'1': [name]},
        'type': 'MEDIA',
        'date': '',
        'description': '',
        'time offset': 0.0,
        'events': events,
        'independent_variables': variables,
        'media_info': info,
    }
