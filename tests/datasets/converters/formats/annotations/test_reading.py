"""Tables of labels from files of others."""

import copy
import json

import pytest

from carl_mm.datasets.converters.formats.annotations.programs import (
    boris_project,
    elan,
    label_studio,
)
from carl_mm.datasets.converters.formats.annotations.reading import (
    NoVideoHereError,
    table_of,
)
from tests.datasets.converters.formats.annotations.samples import (
    BORIS,
    EAF,
    LABEL_STUDIO,
    as_json,
    ls_region,
    source,
)


def tasks(tmp_path, **videos):
    content = [
        {'data': {'video': f'/v/{name}.mp4'}, 'annotations': [{'result': regions}]}
        for name, regions in videos.items()
    ]
    return as_json(tmp_path, 't.json', content)


def read(file, filenames=None, phases=None, action=None, tiers=()):
    return table_of(file, label_studio.read, filenames, phases, action, tiers)


def test_rows_and_what_was_left_out(tmp_path):
    table = read(as_json(tmp_path, 't.json', LABEL_STUDIO), ['x/a b.mp4', 'c.mp4'])
    assert [(r.filename, r.phase, r.frames, r.confidence) for r in table.rows] == [
        ('x/a b.mp4', 'reach', (0, 9), None),
        ('x/a b.mp4', 'pour', (10, 24), 0.5),
    ]
    assert table.rows[1].where == 'region 2'
    assert (table.action, table.claims['x/a b.mp4'].num_frames) == ('action', 50)
    (remark,) = table.remarks
    assert remark == (
        f'{table.path}: left out: 1 cancelled annotations, 1 notes, 1 predictions '
        'beside annotations, 1 regions of type videorectangle'
    )


def test_videos_that_are_not_here_are_one_remark(tmp_path):
    file = tasks(tmp_path, **{n: [ls_region(1, 2, 'x')] for n in 'abcdef'})
    table = read(file, ['a.mp4', 'b.mp4'])
    assert {row.filename for row in table.rows} == {'a.mp4', 'b.mp4'}
    assert table.remarks == [
        f"{file.path}: 4 of its 6 videos are not here: '/v/c.mp4', '/v/d.mp4', "
        "'/v/e.mp4', ..."
    ]
    with pytest.raises(NoVideoHereError, match=r"t.json: none of its .* '/v/a.mp4'; "):
        read(file, ['z.mp4'])


def test_a_tier_that_only_other_videos_have(tmp_path):
    regions = {'a': [ls_region(1, 2, 'x')], 'b': [ls_region(1, 2, 'y')]}
    with pytest.raises(NoVideoHereError, match="none of its .* such as '/v/b.mp4'"):
        read(tasks(tmp_path, **regions), ['a.mp4'], tiers=['y'])


def test_one_name_for_two_and_two_for_one(tmp_path):
    file = tasks(tmp_path, a=[ls_region(1, 2, 'x')])
    with pytest.raises(ValueError, match=r"t.json: '/v/a.mp4' may be 'x/a.mp4' or"):
        read(file, ['x/a.mp4', 'y/a.mp4'])
    file = as_json(
        tmp_path,
        't.json',
        [
            {
                'data': {'video': name},
                'annotations': [{'result': [ls_region(1, 2, 'x')]}],
            }
            for name in ('/v/a.mp4', '/w/a.mp4')
        ],
    )
    with pytest.raises(ValueError, match=r"'/v/a.mp4', '/w/a.mp4' all mean 'a.mp4'"):
        read(file, ['a.mp4'])
    table = read(file, ['w/a.mp4'])
    assert [row.line for row in table.rows] == [2]
    assert table.remarks[0].endswith("1 of its 2 videos are not here: '/v/a.mp4'")


def test_what_does_not_last_or_has_no_label(tmp_path):
    text = EAF.replace('"400"', '"0"').replace('>pour<', '> <')
    file = source(tmp_path, 'x.eaf', text)
    with pytest.raises(
        ValueError,
        match=r'x.eaf: has no labelled span \(left out: .*'
        '1 spans that end where they start or before, '
        '1 spans without a label',
    ):
        table_of(file, elan.read, None, None, None)
    with pytest.raises(ValueError, match=r't.json: has no labelled span$'):
        read(tasks(tmp_path, a=[]))


def test_spans_that_begin_before_the_video_are_cut(tmp_path):
    project = copy.deepcopy(BORIS)
    project['observations']['first']['events'][0][0] = 9.9
    project['observations']['first']['events'][3:] = [
        [8.0, '', 'reach', '', ''],
        [9.0, '', 'reach', '', ''],
    ]
    file = as_json(tmp_path, 'p.boris', project)
    table = table_of(file, boris_project.read, None, None, None)
    assert [row.times for row in table.rows] == [(0.0, 1.0)]
    assert (
        '1 spans before the video, 1 starts of spans before the video'
        in (table.remarks[0])
    )


def test_actions_and_phases(tmp_path):
    file = as_json(tmp_path, 'p.boris', BORIS)
    table = table_of(file, boris_project.read, None, ['reach'], None)
    assert (table.action, table.rows[0].action) == (None, 'cook')
    with pytest.raises(ValueError, match="tells actions; leave out action='stir'"):
        table_of(file, boris_project.read, None, None, 'stir')
    with pytest.raises(
        ValueError, match="event 1: a.mp4: unknown phase 'reach'; known"
    ):
        table_of(file, boris_project.read, None, ['pour'], None)
    assert (
        read(tasks(tmp_path, a=[ls_region(1, 2, 'x')]), action='stir').action == 'stir'
    )


def test_problems_of_the_reader_are_told_all_at_once(tmp_path):
    file = tasks(tmp_path, a=[5], b=[6])
    with pytest.raises(ValueError, match='t.json: 2 problems:\n  task 1: .*\n  task 2'):
        read(file)
    assert json.loads(file.path.read_text())
