"""ELAN's files, also as pympi reads and writes them."""

import xml.etree.ElementTree as ET

import pytest

from carl_mm.datasets.converters.formats.annotations.programs import elan
from tests.datasets.converters.formats.annotations.samples import (
    EAF,
    ODD,
    labelled,
    left_out,
    same,
    source,
    spans,
)


def test_tiers_are_read_in_milliseconds(tmp_path):
    file = source(tmp_path, 'x.eaf', EAF)
    assert elan.matches(file)
    found = elan.read(file)
    assert list(found.videos) == ['file:///C:/My%20videos/a%20b.mp4']
    assert spans(found) == [
        ('hand', 'reach & take', (0.0, 0.4), None),
        ('hand', 'pour', (0.4, 1.0), None),
    ]
    assert left_out(found) == {
        'annotations that refer to others': 1,
        'annotations without a time': 1,
        'participants': 1,
    }


def test_what_is_written_is_read(tmp_path):
    video = labelled(action='cook')
    found = elan.read(source(tmp_path, 'x.eaf', elan.write([video])))
    assert same(video, found, 'phases')
    assert found.actions == {'./sub/a b.mp4': 'cook'}
    assert not left_out(found)


def test_media_that_begin_before_the_annotations(tmp_path):
    """TIME_ORIGIN is where in the video, in milliseconds, time 0 of the tiers is."""
    text = EAF.replace(
        'MIME_TYPE="video/mp4"', 'TIME_ORIGIN="200" MIME_TYPE="video/mp4"'
    )
    found = elan.read(source(tmp_path, 'x.eaf', text))
    assert [row.times for row in found.rows] == [(0.2, 0.6), (0.6, 1.2)]
    found = elan.read(source(tmp_path, 'x.eaf', text.replace('"200"', '"2 s"')))
    assert found.problems == ["TIME_ORIGIN must be a number of milliseconds, got '2 s'"]


def test_unknown_units_and_bad_times(tmp_path):
    file = source(tmp_path, 'x.eaf', EAF.replace('"milliseconds"', '"PAL-frames"'))
    with pytest.raises(ValueError, match="x.eaf: TIME_UNITS must be .*'PAL-frames'"):
        elan.read(file)
    found = elan.read(source(tmp_path, 'y.eaf', EAF.replace('"400"', '"0.4"')))
    (problem,) = found.problems
    assert problem == (
        "time slot 'ts2': TIME_VALUE must be a number of milliseconds, got '0.4'"
    )


def test_characters_that_xml_cannot_have_are_left_out(tmp_path):
    video = labelled(['a\x00\x0bb'], 'a\x01.mp4', action='x\x02')
    ET.fromstring(elan.write([video]))


def test_pympi_opens_ours(tmp_path):
    pympi = pytest.importorskip('pympi')
    path = tmp_path / 'x.eaf'
    path.write_text(elan.write([labelled(action='cook')]), encoding='utf-8')
    eaf = pympi.Elan.Eaf(str(path))
    assert list(eaf.get_tier_names()) == ['phases', 'confidence']
    rows = sorted(eaf.get_annotation_data_for_tier('phases'))
    assert [row[2] for row in rows] == ODD
    assert rows[1][:2] == (400, 800)
    assert eaf.get_ref_annotation_data_for_tier('confidence')[0][:3] == (
        *(400, 800),
        '0.815',
    )


def test_what_pympi_writes_is_read(tmp_path):
    pympi = pytest.importorskip('pympi')
    eaf = pympi.Elan.Eaf()
    eaf.add_linked_file('/home/me/a.mp4', './a.mp4', 'video/mp4')
    eaf.add_tier('steps')
    eaf.add_annotation('steps', 0, 400, 'reach')
    eaf.add_annotation('steps', 400, 1000, ODD[0])
    eaf.to_file(str(tmp_path / 'x.eaf'))
    found = elan.read(source(tmp_path, 'y.eaf', (tmp_path / 'x.eaf').read_bytes()))
    assert list(found.videos) == ['./a.mp4']
    assert sorted(spans(found)) == [
        ('steps', ODD[0], (0.4, 1.0), None),
        ('steps', 'reach', (0.0, 0.4), None),
    ]
