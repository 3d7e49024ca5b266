"""VIA 3's projects (JSON): views of videos, and spans of them in seconds (``z``).

Our phases, confidences and actions are attributes: of the first two of spans, of the
last one of videos.
"""

import json
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

from carl_mm.datasets.converters.formats.annotations.foreign import (
    Foreign,
    ForeignRow,
    LabelledVideo,
    by_time,
    confidence,
    one_line,
    seconds,
)
from carl_mm.datasets.converters.formats.annotations.source import Source
from carl_mm.quoting import clip

KEYS = {'project', 'attribute', 'file', 'view', 'metadata'}
SPAN, VIDEO = 'FILE1_Z2_XY0', 'FILE1_Z0_XY0'  # what an attribute is of
PHASE, CONFIDENCE, ACTION = 'phase', 'confidence', 'action'
TEXT, SELECT = 1, 4  # types of attributes
VIDEO_FILE, LOCAL = 4, 1  # type and place of a file
NAMES = {'1': PHASE, '2': CONFIDENCE, '3': ACTION}


def matches(source: Source) -> bool:
    """Whether it is such a file."""
    is_object = source.head[:1] == '{' and isinstance(source.json, dict)
    return is_object and source.json.keys() >= KEYS


def read(source: Source) -> Foreign:
    """Read a project; see `Foreign`. Tracks are attributes of spans.

    Raises:
        ValueError: It is no such project.
    """
    found, project = Foreign('metadata entry'), source.json
    try:
        videos = {
            str(key): str(project['file'][str(view['fid_list'][0])]['fname'])
            for key, view in project['view'].items()
        }
        found.videos.update(dict.fromkeys(videos.values()))
        for number, each in enumerate(project['metadata'].values(), start=1):
            try:
                _read_entry(each, number, videos, project['attribute'], found)
            except ValueError as error:
                found.problems.append(f'metadata entry {number}: {error}')
    except (TypeError, AttributeError, LookupError) as error:
        what = f'not of the form that VIA 3 writes ({clip(repr(error))})'
        raise source.error(what) from error
    return found


def _read_entry(
    entry: dict[str, Any],
    number: int,
    videos: dict[str, str],
    attributes: dict[str, Any],
    found: Foreign,
) -> None:
    video, times = videos[str(entry['vid'])], [seconds(time) for time in entry['z']]
    values = {
        str(attributes[key]['aname']): _shown(attributes[key], value)
        for key, value in entry['av'].items()
        if key in attributes
    }
    if entry.get('xy'):
        found.left_out['regions of pictures'] += 1
    elif not times:
        if values.get(ACTION):
            found.actions[video] = values.pop(ACTION)
        found.left_out['values of whole videos'] += len(values)
    elif len(times) != 2:
        found.left_out['points in time'] += 1
    else:
        trust = confidence(values.pop(CONFIDENCE, None))
        span = (times[0], times[1])
        for track, label in values.items():
            row = (number, video, track, label, None, span, trust)
            found.rows.append(ForeignRow(*row))
        if not values:
            found.rows.append(ForeignRow(number, video, '', '', None, span, trust))


def _shown(attribute: dict[str, Any], value: Any) -> str:
    """Return what an option of an attribute is called."""
    options = attribute.get('options') or {}
    return one_line(str(options.get(str(value), value)))


def write(videos: Sequence[LabelledVideo]) -> str:
    """Return the text of a project with a view for each video.

    Raises:
        ValueError: A segment has no times.
    """
    names = [video.filename for video in videos]
    phases = list(dict.fromkeys(s.phase for video in videos for s in video.segments))
    options = {str(index): phase for index, phase in enumerate(phases)}
    files = {
        str(key): {'fid': key, 'fname': name, 'type': VIDEO_FILE, 'loc': LOCAL}
        | {'src': name}
        for key, name in enumerate(names, start=1)
    }
    entries = chain.from_iterable(
        _entries(str(key), video, phases) for key, video in enumerate(videos, start=1)
    )
    metadata = {f'{e["vid"]}_{n:08d}': e for n, e in enumerate(entries, start=1)}
    project = {'pid': '__VIA_PROJECT_ID__', 'rev': '__VIA_PROJECT_REV_ID__'}
    project |= {'rev_timestamp': '__VIA_PROJECT_REV_TIMESTAMP__', 'pname': 'carl_mm'}
    more = {'creator': 'carl_mm', 'created': 0, 'data_format_version': '3.1.1'}
    places = {str(place): '' for place in range(1, 5)}
    content = {
        'project': {**project, **more, 'vid_list': list(files)},
        'config': {'file': {'loc_prefix': places}, 'ui': {}},
        'attribute': {
            '1': _attribute(PHASE, SPAN, SELECT, options),
            '2': _attribute(CONFIDENCE, SPAN, TEXT, {}),
            '3': _attribute(ACTION, VIDEO, TEXT, {}),
        },
        'file': files,
        'view': {key: {'fid_list': [int(key)]} for key in files},
        'metadata': metadata,
    }
    return json.dumps(content, indent=1)


def _attribute(
    name: str, anchor: str, kind: int, options: dict[str, str]
) -> dict[str, Any]:
    shown = {'aname': name, 'anchor_id': anchor, 'type': kind, 'desc': ''}
    return {**shown, 'options': options, 'default_option_id': ''}


def _entries(
    vid: str, video: LabelledVideo, phases: list[str]
) -> Iterator[dict[str, Any]]:
    base: dict[str, Any] = {'vid': vid, 'flg': 0, 'xy': []}
    if video.action is not None:
        yield {**base, 'z': [], 'av': {'3': video.action}}
    for s in video.segments:
        values = {'1': str(phases.index(s.phase))}
        values |= {} if s.confidence is None else {'2': f'{s.confidence:g}'}
        yield {**base, 'z': list(by_time(s)), 'av': values}
