"""CVAT for video 1.1 (XML), written: a track of the whole picture for each phase."""

from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement

from carl_mm.datasets.converters.formats.annotations.foreign import (
    LabelledVideo,
    Segment,
    by_frame,
)
from carl_mm.datasets.converters.formats.annotations.programs.cvat import (
    ACTION,
    CONFIDENCE,
    ROOT,
)
from carl_mm.datasets.converters.formats.annotations.xml_tree import xml_text


def write(videos: Sequence[LabelledVideo]) -> str:
    """Return the text of a file.

    Args:
        videos: One video of known length and size, whose segments have frames.

    Raises:
        ValueError: Something of this is not known.
    """
    (video,) = videos
    if video.num_frames is None or video.size is None:
        raise ValueError(
            'CVAT needs the number of frames and the size of the picture; name the '
            'folder of the videos (--videos)'
        )
    root = Element(ROOT)
    SubElement(root, 'version').text = '1.1'
    task = SubElement(SubElement(root, 'meta'), 'task')
    last = video.num_frames - 1
    texts = {'name': video.filename, 'size': video.num_frames, 'start_frame': 0}
    texts |= {'mode': 'interpolation', 'overlap': 0, 'stop_frame': last}
    for tag, value in texts.items():
        SubElement(task, tag).text = str(value)
    labels = SubElement(task, 'labels')
    for phase in dict.fromkeys(s.phase for s in video.segments):
        label = SubElement(labels, 'label')
        SubElement(label, 'name').text = phase
        _add_attributes(SubElement(label, 'attributes'))
    size = SubElement(task, 'original_size')
    for tag, pixels in zip(('width', 'height'), video.size, strict=True):
        SubElement(size, tag).text = str(pixels)
    SubElement(task, 'source').text = video.filename
    for number, segment in enumerate(video.segments):
        _add_track(root, number, segment, video)
    return xml_text(root)


def _add_attributes(parent: Element) -> None:
    for name in (CONFIDENCE, ACTION):
        attribute = SubElement(parent, 'attribute')
        texts = {'name': name, 'mutable': 'False', 'input_type': 'text'}
        texts |= {'default_value': '', 'values': ''}
        for tag, text in texts.items():
            SubElement(attribute, tag).text = text


def _add_track(root: Element, number: int, s: Segment, video: LabelledVideo) -> None:
    first, last = by_frame(s)
    values = {'id': str(number), 'label': s.phase, 'source': 'auto'}
    track = SubElement(root, 'track', values)
    ends = [(first, '0'), (last + 1, '1')]
    width, height = video.size or (0, 0)
    for frame, outside in ends[: 1 + (last + 1 < (video.num_frames or 0))]:
        values = {'frame': str(frame), 'outside': outside, 'keyframe': '1'}
        values |= {'xtl': '0', 'ytl': '0', 'xbr': str(width), 'ybr': str(height)}
        box = SubElement(track, 'box', values, occluded='0', z_order='0')
        told = {} if s.confidence is None else {CONFIDENCE: f'{s.confidence:g}'}
        told |= {} if video.action is None else {ACTION: video.action}
        for name, text in told.items():
            SubElement(box, 'attribute', name=name).text = text
