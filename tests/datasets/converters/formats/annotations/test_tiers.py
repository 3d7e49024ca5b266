"""Tiers are chosen by name; `test_reading.py` has the tables that they make."""

import pytest

from carl_mm.datasets.converters.formats.annotations.programs import (
    elan,
    label_studio,
)
from carl_mm.datasets.converters.formats.annotations.reading import table_of
from carl_mm.datasets.converters.formats.annotations.tiers import some_names
from tests.datasets.converters.formats.annotations.samples import (
    EAF,
    as_json,
    ls_region,
    source,
)


def tasks(tmp_path, regions):
    task = {'data': {'video': '/v/a.mp4'}, 'annotations': [{'result': regions}]}
    return as_json(tmp_path, 't.json', [task])


def read(file, tiers=()):
    return table_of(file, label_studio.read, None, None, None, tiers)


def test_tiers_that_overlap_are_listed_and_chosen(tmp_path):
    regions = [ls_region(1, 9, 'x'), ls_region(5, 12, 'y', from_name='other')]
    file = tasks(tmp_path, regions)
    with pytest.raises(ValueError, match="'steps' and 'other' overlap in /v/a.*--tier"):
        read(file)
    assert [row.phase for row in read(file, tiers=['other']).rows] == ['y']
    table = read(file, tiers=['x'])
    assert [row.phase for row in table.rows] == ['x']
    assert table.remarks[0].endswith('left out: 1 spans of other tiers')
    with pytest.raises(ValueError, match=r"no tier 'z' with labels; it has 'steps', "):
        read(file, tiers=['z'])
    with pytest.raises(ValueError, match=r'region 2 \(4 to 11\) overlaps region 1'):
        read(file, tiers=['steps', 'other'])
    apart = [ls_region(1, 9, 'x'), ls_region(10, 12, 'y', from_name='other')]
    assert len(read(tasks(tmp_path, apart)).rows) == 2


def test_tiers_in_time_overlap_when_they_do_not_just_meet(tmp_path):
    second = EAF.replace(
        ' <TIER LINGUISTIC_TYPE_REF="t" TIER_ID="empty"/>',
        """
 <TIER TIER_ID="b"><ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a9"
  TIME_SLOT_REF1="ts3" TIME_SLOT_REF2="ts5"><ANNOTATION_VALUE>z</ANNOTATION_VALUE>
  </ALIGNABLE_ANNOTATION></ANNOTATION></TIER>""",
    ).replace(
        '<TIME_SLOT TIME_SLOT_ID="ts4"/>',
        '<TIME_SLOT TIME_SLOT_ID="ts5" TIME_VALUE="1400"/>',
    )
    file = source(tmp_path, 'x.eaf', second)
    assert len(table_of(file, elan.read, None, None, None).rows) == 3
    file = source(
        tmp_path,
        'x.eaf',
        second.replace('"ts3" TIME_SLOT_REF2="ts5"', '"ts2" TIME_SLOT_REF2="ts5"'),
    )
    with pytest.raises(ValueError, match="tiers 'hand' and 'b' overlap in"):
        table_of(file, elan.read, None, None, None)


def test_names_are_shown_once_and_not_all():
    assert some_names(['a', 'a', 'b', 'c', 'd']) == "'a', 'b', 'c', ..."
    assert some_names([]) == ''
