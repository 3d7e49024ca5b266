"""ELAN's .eaf files: tiers of annotations of one video, in milliseconds.

Our confidences are on a tier of their own, whose annotations refer to the phases; the
action is a property of the file.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timezone
from xml.etree.ElementTree import Element, SubElement

from carl_mm.datasets.converters.formats.annotations.foreign import (
    Foreign,
    ForeignRow,
    LabelledVideo,
    by_time,
    confidence,
    one_line,
)
from carl_mm.datasets.converters.formats.annotations.source import Source
from carl_mm.datasets.converters.formats.annotations.xml_tree import children, xml_text
from carl_mm.quoting import quote

ROOT = 'ANNOTATION_DOCUMENT'
SCHEMA = 'http://www.mpi.nl/tools/elan/EAFv3.0.xsd'
XSI = 'http://www.w3.org/2001/XMLSchema-instance'
PHASES, CONFIDENCE, ACTION = 'phases', 'confidence', 'action'
MAX_DIGITS = 13  # of a time: 31 years
ASSOCIATION = 'Symbolic_Association'
MEANS = '1-1 association with a parent annotation'


def matches(source: Source) -> bool:
    """Whether it is such a file."""
    return source.head.startswith('<') and source.xml.tag == ROOT


def read(source: Source) -> Foreign:
    """Read a file; see `Foreign`. Tracks are the tiers that are aligned with time.

    Raises:
        ValueError: It is no such file, or its times are in another unit.
    """
    root, found = source.xml, Foreign('annotation')
    headers = children([root], 'HEADER')
    units = {header.get('TIME_UNITS', 'milliseconds') for header in headers}
    if units - {'milliseconds'}:
        raise source.error(
            f'TIME_UNITS must be milliseconds, got {quote(units.pop())}; save it by a '
            'present version of ELAN'
        )
    video, origin = _video(headers, source, found)
    for each in children(headers, 'PROPERTY'):
        if each.get('NAME') == ACTION and each.text:
            found.actions[video] = one_line(each.text)
    times = _time_slots(root, origin, found)
    trusted, tiers = _referring(root, found), children([root], 'TIER')
    number = 0
    for tier in tiers:
        found.left_out['participants'] += bool(tier.get('PARTICIPANT'))
        for annotation in _annotations(tier, 'ALIGNABLE_ANNOTATION'):
            number += 1
            start = times.get(annotation.get('TIME_SLOT_REF1', ''))
            end = times.get(annotation.get('TIME_SLOT_REF2', ''))
            name, text = tier.get('TIER_ID', ''), one_line(_value(annotation))
            if start is None or end is None:
                found.left_out['annotations without a time'] += 1
                continue
            key = annotation.get('ANNOTATION_ID', '')
            row = ForeignRow(
                number, video, name, text, None, (start, end), trusted.get(key)
            )
            found.rows.append(row)
    return found


def _video(headers: list[Element], source: Source, found: Foreign) -> tuple[str, int]:
    """Return the name of the video, and where in it time 0 is, in milliseconds."""
    media = [
        each
        for each in children(headers, 'MEDIA_DESCRIPTOR')
        if not each.get('MIME_TYPE', '').startswith('audio')
    ]
    found.left_out['further media files'] += max(len(media) - 1, 0)
    name, origin = '', 0
    for each in media[:1]:  # the one that ELAN's clock follows
        name = each.get('RELATIVE_MEDIA_URL') or each.get('MEDIA_URL') or ''
        origin = _milliseconds(each.get('TIME_ORIGIN', '0'), 'TIME_ORIGIN', found)
    name = name or source.video
    found.videos[name] = None
    return name, origin


def _milliseconds(text: str, what: str, found: Foreign) -> int:
    if text.isascii() and text.isdigit() and len(text) < MAX_DIGITS:
        return int(text)
    problem = f'{what} must be a number of milliseconds, got {quote(text)}'
    found.problems.append(problem)
    return 0


def _time_slots(root: Element, origin: int, found: Foreign) -> dict[str, float]:
    times = {}
    for slot in children(children([root], 'TIME_ORDER'), 'TIME_SLOT'):
        name, text = slot.get('TIME_SLOT_ID', ''), slot.get('TIME_VALUE')
        if text is not None:
            what = f'time slot {quote(name)}: TIME_VALUE'
            times[name] = (_milliseconds(text, what, found) + origin) / 1000
    return times


def _referring(root: Element, found: Foreign) -> dict[str, float]:
    """Return confidences by the annotations that they refer to."""
    trusted = {}
    for tier in children([root], 'TIER'):
        for annotation in _annotations(tier, 'REF_ANNOTATION'):
            value = confidence(_value(annotation))
            is_ours = tier.get('TIER_ID', '').startswith(CONFIDENCE)
            if is_ours and value is not None:
                trusted[annotation.get('ANNOTATION_REF', '')] = value
            else:
                found.left_out['annotations that refer to others'] += 1
    return trusted


def _annotations(tier: Element, tag: str) -> Iterator[Element]:
    yield from children(children([tier], 'ANNOTATION'), tag)


def _value(annotation: Element) -> str:
    return ''.join(
        each.text or '' for each in children([annotation], 'ANNOTATION_VALUE')
    )


def write(videos: Sequence[LabelledVideo]) -> str:
    """Return the text of a file.

    Args:
        videos: One video, whose segments have times.

    Raises:
        ValueError: A segment has no times.
    """
    (video,) = videos
    now = datetime.now(timezone.utc).isoformat(timespec='seconds')
    root = Element(ROOT, AUTHOR='carl_mm', DATE=now, FORMAT='3.0', VERSION='3.0')
    root.set('xmlns:xsi', XSI)
    root.set('xsi:noNamespaceSchemaLocation', SCHEMA)
    header = SubElement(root, 'HEADER', MEDIA_FILE='', TIME_UNITS='milliseconds')
    url = f'./{video.filename}'
    media = {'MEDIA_URL': url, 'MIME_TYPE': 'video/*', 'RELATIVE_MEDIA_URL': url}
    SubElement(header, 'MEDIA_DESCRIPTOR', media)
    if video.action is not None:
        SubElement(header, 'PROPERTY', NAME=ACTION).text = video.action
    slots = SubElement(root, 'TIME_ORDER')
    phases = _tier(root, PHASES, {})
    trusted = [s for s in video.segments if s.confidence is not None]
    for number, segment in enumerate(video.segments, start=1):
        ends = [f'ts{2 * number - 1}', f'ts{2 * number}']
        for name, time in zip(ends, by_time(segment), strict=True):
            value = str(round(1000 * time))
            SubElement(slots, 'TIME_SLOT', TIME_SLOT_ID=name, TIME_VALUE=value)
        refs = dict(zip(('TIME_SLOT_REF1', 'TIME_SLOT_REF2'), ends, strict=True))
        _annotation(phases, 'ALIGNABLE_ANNOTATION', number, segment.phase, refs)
    if trusted:
        tier = _tier(root, CONFIDENCE, {'PARENT_REF': PHASES})
        number = len(video.segments)
        for index, segment in enumerate(video.segments, start=1):
            if segment.confidence is not None:
                number += 1
                value, ref = f'{segment.confidence:g}', {'ANNOTATION_REF': f'a{index}'}
                _annotation(tier, 'REF_ANNOTATION', number, value, ref)
    _add_types(root, bool(trusted))
    return xml_text(root)


def _tier(root: Element, name: str, more: dict[str, str]) -> Element:
    values = {'LINGUISTIC_TYPE_REF': name, 'TIER_ID': name, **more}
    return SubElement(root, 'TIER', values)


def _annotation(
    tier: Element, tag: str, number: int, value: str, refs: dict[str, str]
) -> None:
    outer = SubElement(tier, 'ANNOTATION')
    inner = SubElement(outer, tag, {'ANNOTATION_ID': f'a{number}', **refs})
    SubElement(inner, 'ANNOTATION_VALUE').text = value


def _add_types(root: Element, with_confidence: bool) -> None:
    kind = {'GRAPHIC_REFERENCES': 'false', 'LINGUISTIC_TYPE_ID': PHASES}
    SubElement(root, 'LINGUISTIC_TYPE', kind, TIME_ALIGNABLE='true')
    if with_confidence:
        kind |= {'LINGUISTIC_TYPE_ID': CONFIDENCE, 'CONSTRAINTS': ASSOCIATION}
        SubElement(root, 'LINGUISTIC_TYPE', kind, TIME_ALIGNABLE='false')
        SubElement(root, 'CONSTRAINT', STEREOTYPE=ASSOCIATION, DESCRIPTION=MEANS)
