"""Tasks for CVAT."""

import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from carl_mm.datasets.converters.formats.annotations.programs import (
    cvat,
    cvat_writing,
)
from tests.datasets.converters.formats.annotations.samples import (
    labelled,
    left_out,
    source,
)


def test_what_is_written_is_read(tmp_path):
    video = labelled(action='cook')
    found = cvat.read(source(tmp_path, 'a.xml', cvat_writing.write([video])))
    rows = [(r.phase, r.frames, r.confidence) for r in found.rows]
    assert rows == [(s.phase, s.frames, s.confidence) for s in video.segments]
    assert found.actions == {'sub/a b.mp4': 'cook'}
    assert not left_out(found)


def test_a_track_ends_after_its_last_frame_or_with_the_video():
    root = ET.fromstring(cvat_writing.write([labelled(['x', 'y'], num_frames=20)]))
    shapes = [
        [(b.get('frame'), b.get('outside')) for b in t] for t in root.iter('track')
    ]
    assert shapes == [[('0', '0'), ('10', '1')], [('10', '0')]]
    assert root.findtext('meta/task/size') == '20'
    assert root.findtext('meta/task/original_size/width') == '64'


def test_without_the_videos_there_is_no_size():
    with pytest.raises(ValueError, match=r'CVAT needs the number .* \(--videos\)'):
        cvat_writing.write([replace(labelled(), size=None)])
