"""WebVTT."""

import pytest

from carl_mm.datasets.converters.formats.annotations.foreign import Segment
from carl_mm.datasets.converters.formats.annotations.programs import webvtt
from tests.datasets.converters.formats.annotations.samples import (
    VTT,
    labelled,
    left_out,
    same,
    source,
    spans,
)


@pytest.mark.parametrize('newline', ['\n', '\r\n', '\r'])
def test_cues(tmp_path, newline):
    file = source(tmp_path, 'a b.vtt', VTT.replace('\n', newline), 'utf-8-sig')
    assert webvtt.matches(file)
    found = webvtt.read(file)
    assert list(found.videos) == ['a b']
    assert spans(found) == [
        ('cues', 'reach & take', (0.0, 0.4), None),
        ('cues', 'pour slowly', (0.4, 1.0), None),
    ]
    assert left_out(found) == {
        'blocks of style or region': 1,
        'cue settings': 1,
        'notes': 1,
        'voices and styles': 1,
    }


def test_what_is_written_is_read(tmp_path):
    video = labelled()
    found = webvtt.read(source(tmp_path, 'x.vtt', webvtt.write([video])))
    assert same(video, found, 'cues', keeps=False)
    assert not left_out(found) and not found.problems


def test_hours(tmp_path):
    video = labelled([])
    video.segments.append(Segment('x', None, (3599.9996, 363599.999)))
    text = webvtt.write([video])
    assert '01:00:00.000 --> 100:59:59.999' in text
    found = webvtt.read(source(tmp_path, 'x.vtt', text))
    assert found.rows[0].times == (3600.0, 363599.999)


def test_bad_times_are_named(tmp_path):
    text = VTT.replace('00:00.000', '00:61.000')
    (problem,) = webvtt.read(source(tmp_path, 'x.vtt', text)).problems
    assert problem.startswith('cue 1: times must be like ')
