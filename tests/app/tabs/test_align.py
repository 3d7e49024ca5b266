"""The tab of two videos in step."""

import json

import numpy as np
import pytest

from carl_mm.apis.alignment.align import METHODS

pytest.importorskip('gradio')
from carl_mm.app.tabs import align  # noqa: E402
from tests.app.circle_library import CircleLibrary  # noqa: E402


def test_aligned_frames_show_the_same_place():
    library = CircleLibrary(slow=range(0, 90, 3), fast=range(0, 90, 9))
    found = align.AlignTab(library).align('slow', 'fast', 'dtw')
    assert found['frames_b'] == [round(3 * i / 9 - 1e-9) for i in range(29)] + [9]
    np.testing.assert_allclose(
        found['warped_timestamps'], np.array(found['frames_b']) / 10
    )


def test_every_method_can_be_chosen():
    assert {method for _, method in align.METHODS} == set(METHODS)
    library = CircleLibrary(slow=range(0, 90, 3), fast=range(0, 90, 9))
    found = align.AlignTab(library).align('slow', 'fast')
    assert found['ends'] == 'closed'
    assert found['alone_a'] == found['alone_b'] == []
    assert (np.diff(found['frames_b']) >= 0).all()
    assert (np.diff(found['frames_a']) >= 0).all()


def test_long_videos_are_said_to_be_strided(monkeypatch):
    library = CircleLibrary(slow=range(0, 90, 3), fast=range(0, 90, 9))
    assert align.AlignTab(library).align('slow', 'fast')['stride'] == 1
    monkeypatch.setattr('carl_mm.apis.alignment.align.MAX_PAIRS', {'posterior': 200})
    found = align.AlignTab(library).align('slow', 'fast')
    assert found['stride'] == 2
    assert len(found['frames_b']) == 30


def test_the_other_videos_are_sorted_by_how_well_they_align():
    library = CircleLibrary(
        slow=range(0, 90, 3), fast=range(0, 90, 9), back=range(90, 0, -3)
    )
    found = align.AlignTab(library).rank('slow')
    assert found['a'] == 'slow'
    assert [each['name'] for each in found['ranking']] == ['fast', 'back']
    assert set(found['ranking'][0]) == {'name', 'score', 'z', 'is_like'}


def test_times_without_counterpart_are_null():
    library = CircleLibrary(long=range(0, 360, 4), part=range(120, 240, 4))
    found = align.AlignTab(library).align('long', 'part')
    alone = [time is None for time in found['warped_timestamps']]
    assert np.flatnonzero(alone).tolist() == found['alone_a']
    json.dumps(found, allow_nan=False)
