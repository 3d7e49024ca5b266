"""CVAT for video 1.1 (XML): a task of one video, whose frames count from 0.

A track's label is a phase, which lasts while the track's shape is not outside the
picture; a tag is one of a single frame.
"""

from collections import defaultdict
from collections.abc import Iterator
from itertools import count
from xml.etree.ElementTree import Element

from carl_mm.datasets.converters.formats.annotations.foreign import (
    Foreign,
    ForeignRow,
    confidence,
    one_line,
)
from carl_mm.datasets.converters.formats.annotations.source import Source
from carl_mm.datasets.converters.formats.annotations.xml_tree import children
from carl_mm.datasets.converters.formats.tables.label_rows import VideoClaim
from carl_mm.datasets.converters.formats.tables.table_cells import parse_frame
from carl_mm.quoting import quote

ROOT, CONFIDENCE, ACTION = 'annotations', 'confidence', 'action'


def matches(source: Source) -> bool:
    """Whether it is such a file."""
    return source.head.startswith('<') and source.xml.tag == ROOT


def read(source: Source) -> Foreign:
    """Read a task; see `Foreign`. Tracks are labels.

    Raises:
        ValueError: It is no such file, is of images, or of a project of many tasks.
    """
    root, found = source.xml, Foreign('track')
    meta = children([root], 'meta')
    tasks = children(meta, 'task') + children(meta, 'job')
    if children([root], 'image') or not tasks:
        raise source.error(
            'not CVAT for video 1.1 of one task; export the task (not its project, and '
            "not as images) as 'CVAT for video 1.1'"
        )
    try:
        _read_task(root, tasks[0], source, found)
    except ValueError as error:
        raise source.error(f'{error}') from error
    return found


def _read_task(root: Element, task: Element, source: Source, found: Foreign) -> None:
    video = _text(task, 'source') or _text(task, 'name') or source.video
    found.videos[video] = None
    size, first = _number(task, 'size'), _number(task, 'start_frame') or 0
    last = _number(task, 'stop_frame')
    step = int((_text(task, 'frame_filter') or '').removeprefix('step=') or 1)
    if size is not None and first == 0 and step == 1:
        found.claims[video] = VideoClaim(num_frames=size)
    if last is None and size is not None:
        last = first + (size - 1) * step
    sizes = children([task], 'original_size')
    picture = [
        '0',
        '0',
        *(_text(s, name) for s in sizes for name in ('width', 'height')),
    ]
    numbers = count(1)
    for track in children([root], 'track'):
        number, label = next(numbers), one_line(track.get('label', ''))
        _count_left_out(track, picture, found)
        told = _attributes(track)
        if told.get(ACTION):
            found.actions[video] = one_line(told[ACTION])
        trust = confidence(told.get(CONFIDENCE))
        for frames in _visible(track, last, f'track {number}'):
            row = (number, video, label, label, frames, None, trust)
            found.rows.append(ForeignRow(*row))
    for label, frames in _tagged(root):
        found.rows.append(ForeignRow(next(numbers), video, label, label, frames))


def _text(parent: Element, tag: str) -> str | None:
    text = ''.join(each.text or '' for each in children([parent], tag)[:1])
    return text.strip() or None


def _number(parent: Element, tag: str) -> int | None:
    text = _text(parent, tag)
    return None if text is None else parse_frame(text)


def _frame(shape: Element, what: str) -> int:
    text = shape.get('frame', '')
    try:
        return parse_frame(text)
    except ValueError as error:
        raise ValueError(f'{what}: frame {error}, got {quote(text)}') from error


def _count_left_out(track: Element, picture: list[str | None], found: Foreign) -> None:
    """Count what is not read; boxes of ours are as large as the picture."""
    shapes = [each for each in track if each.get('frame') is not None]
    places = [
        [s.get(name, '') for name in ('xtl', 'ytl', 'xbr', 'ybr')] for s in shapes
    ]
    found.left_out['tracks of shapes'] += any(each != picture for each in places)
    others = _attributes(track).keys() - {CONFIDENCE, ACTION}
    found.left_out['attributes'] += len(others)


def _attributes(track: Element) -> dict[str, str]:
    parts = [track, *track]
    return {
        each.get('name', ''): each.text or '' for each in children(parts, 'attribute')
    }


def _visible(track: Element, last: int | None, what: str) -> Iterator[tuple[int, int]]:
    """Yield the runs of frames in which a track's shape is inside the picture."""
    shapes = [each for each in track if each.get('frame') is not None]
    start = None
    for frame, is_outside in sorted(
        (_frame(shape, what), shape.get('outside') == '1') for shape in shapes
    ):
        if is_outside and start is not None and frame > start:
            yield start, frame - 1
        start = None if is_outside else frame if start is None else start
    if start is not None:
        if last is None:
            raise ValueError(f'{what} has no end, and the task no size')
        yield start, max(last, start)


def _tagged(root: Element) -> Iterator[tuple[str, tuple[int, int]]]:
    """Yield successive frames that have the same tag."""
    frames = defaultdict(set)
    for number, tag in enumerate(children([root], 'tag'), start=1):
        frames[one_line(tag.get('label', ''))].add(_frame(tag, f'tag {number}'))
    for label, tagged in frames.items():
        start = None
        for frame in sorted(tagged):
            start = frame if start is None else start
            if frame + 1 not in tagged:
                yield label, (start, frame)
                start = None
