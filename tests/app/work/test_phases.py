"""Phases carried to all other videos."""

import json

import pytest

from carl_mm.apis.phases.carrying import carry_to_all
from carl_mm.app.work.phases import carry
from tests.app.circle_library import CircleLibrary

LIBRARY = CircleLibrary(
    near=[0, 10, 20, 60, 70],
    far=[180, 185, 190, 195, 200],
    new=[1, 11, 21, 22, 61, 62, 71],
    other=[181, 186, 191, 196, 201],
)
ROWS = {'near': [[0, 2, 'a'], [3, 4, 'b']], 'far': [[0, 4, 'c']]}


def test_phases_come_from_the_video_that_fits_best():
    found, segments = carry(LIBRARY, ROWS)
    carried = found['carried']
    assert set(carried) == set(segments) == {'new', 'other'}
    assert [row[:3] for row in carried['new']['rows']] == [[0, 3, 'a'], [4, 6, 'b']]
    assert (carried['new']['source'], carried['new']['num_frames']) == ('near', 7)
    assert carried['other']['source'] == 'far'
    assert 0 <= carried['new']['doubt'] <= 1
    json.dumps(found, allow_nan=False)


def test_it_is_what_the_command_gives():
    _, segments = carry(LIBRARY, ROWS)
    rows = {name: [tuple(row) for row in own] for name, own in ROWS.items()}
    videos = {name: LIBRARY.video(name) for name in LIBRARY.names}
    for name, found in carry_to_all(rows, videos, ['new', 'other']):
        assert segments[name] == found.segments


def test_labels_of_videos_that_are_not_there_are_left_out():
    found, _ = carry(LIBRARY, {**ROWS, 'gone': [[0, 9, 'x']], 'new': []})
    assert set(found['carried']) == {'new', 'other'}
    for rows in ({}, {'gone': [[0, 9, 'x']]}, {'near': []}):
        with pytest.raises(ValueError, match='no video is labelled yet'):
            carry(LIBRARY, rows)
