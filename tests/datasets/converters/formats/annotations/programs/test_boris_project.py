"""BORIS's projects."""

import copy

import pytest

from carl_mm.datasets.converters.formats.annotations.programs import boris_project
from tests.datasets.converters.formats.annotations.samples import (
    BORIS,
    as_json,
    left_out,
    spans,
)


def observation(**changes):
    project = copy.deepcopy(BORIS)
    project['observations']['first'].update(changes)
    return project


def read(tmp_path, project):
    file = as_json(tmp_path, 'p.boris', project)
    assert boris_project.matches(file)
    return boris_project.read(file)


def test_states_begin_and_end_in_pairs(tmp_path):
    found = read(tmp_path, BORIS)
    assert [row.times for row in found.rows] == [
        pytest.approx((0.4, 1.0)),
        pytest.approx((1.0, 1.4)),
    ]
    assert [(r.track, r.phase, r.confidence) for r in found.rows] == [
        ('Ann', 'reach', None),
        ('Ann', 'reach', 0.9),
    ]
    assert found.actions == {'/home/me/a.mp4': 'cook'}
    assert found.claims['/home/me/a.mp4'].fps == 25
    assert left_out(found) == {
        'comments': 1,
        'media files of further players': 1,
        'modifiers': 1,
        'observations without a media file': 1,
        'point events': 1,
    }


def test_offsets_of_players_are_told(tmp_path):
    project = observation()
    project['observations']['first']['media_info']['offset'] = {'1': 2.5, '2': 0}
    assert left_out(read(tmp_path, project))['offsets of players'] == 1


def test_files_that_are_played_one_after_the_other(tmp_path):
    events = [[0.5, '', 'reach', '', ''], [1.5, '', 'reach', '', '']]
    events += [[2.0, '', 'reach', '', ''], [2.75, '', 'reach', '', '']]
    project = observation(
        **{'file': {'1': ['a.mp4', 'b.mp4']}, 'time offset': 0, 'events': events},
        media_info={'length': {'a.mp4': 2.0, 'b.mp4': 3.0}},
    )
    found = read(tmp_path, project)
    assert [(r.video, r.times) for r in found.rows] == [
        ('a.mp4', (0.5, 1.5)),
        ('b.mp4', (0.0, 0.75)),
    ]
    assert spans(found)[0][0] == 'No focal subject'
    events[1][0] = 2.5
    events[2:] = []
    (problem,) = read(tmp_path, project).problems
    assert 'goes on from' in problem and problem.startswith("observation 'first': ")


@pytest.mark.parametrize(
    ('changes', 'said'),
    [
        ({'events': [[1.0, '', 'reach', '', '']]}, "'reach' of '' begins and does not"),
        (
            {'events': [['x', '', 'reach', '', '']]},
            "must be a number of seconds, got 'x",
        ),
        ({'events': [[1.0]]}, 'not enough values'),
        ({'events': 5}, 'is not of the form that BORIS writes'),
        ({'file': {'1': []}}, 'has no media file in player 1'),
        ({'file': {'1': 'a.mp4'}}, 'has no media file in player 1'),
        ({'time offset': float('inf')}, 'must be a time in seconds'),
    ],
)
def test_bad_observations_are_named(tmp_path, changes, said):
    (problem,) = read(tmp_path, observation(**changes)).problems
    assert said in problem
    assert problem.startswith(("observation 'first': ", 'event 1: '))
