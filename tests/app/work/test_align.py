"""Two videos in step."""

import json

import numpy as np
import pytest

from carl_mm.app.work.align import Aligner, fingerprint
from tests.app.circle_library import CircleLibrary


def two():
    return Aligner(CircleLibrary(slow=range(0, 90, 3), fast=range(0, 90, 9)))


def test_aligned_frames_show_the_same_place():
    found = two().align('slow', 'fast', 'dtw')
    assert found['frames_b'] == [round(3 * i / 9 - 1e-9) for i in range(29)] + [9]
    np.testing.assert_allclose(
        found['warped_timestamps'], np.array(found['frames_b']) / 10
    )
    assert set(found['confidence_a']) == {None}


@pytest.mark.parametrize('method', ['posterior', 'dtw', 'nearest'])
def test_every_method_can_be_chosen(method):
    found = two().align('slow', 'fast', method)
    assert len(found['frames_b']) == 30 and len(found['frames_a']) == 10
    assert found['alone_a'] == found['alone_b'] == []
    json.dumps(found, allow_nan=False)


def test_what_is_unknown_is_refused():
    with pytest.raises(ValueError, match='has no embeddings'):
        two().align('slow', 'none')
    with pytest.raises(ValueError, match='method must be one of'):
        two().align('slow', 'fast', 'guess')


def test_long_videos_are_said_to_be_strided(monkeypatch):
    assert two().align('slow', 'fast')['stride'] == 1
    monkeypatch.setattr('carl_mm.apis.alignment.align.MAX_PAIRS', {'posterior': 200})
    found = two().align('slow', 'fast')
    assert found['stride'] == 2
    assert len(found['frames_b']) == 30


def test_times_without_counterpart_are_null():
    library = CircleLibrary(long=range(0, 360, 4), part=range(120, 240, 4))
    found = Aligner(library).align('long', 'part')
    alone = [time is None for time in found['warped_timestamps']]
    assert np.flatnonzero(alone).tolist() == found['alone_a']
    json.dumps(found, allow_nan=False)


def test_the_other_videos_are_sorted_by_how_well_they_align():
    library = CircleLibrary(
        slow=range(0, 90, 3), fast=range(0, 90, 9), back=range(90, 0, -3)
    )
    found = Aligner(library).rank('slow')
    assert found['a'] == 'slow'
    assert [each['name'] for each in found['ranking']] == ['fast', 'back']
    assert set(found['ranking'][0]) == {'name', 'score', 'z', 'is_like', 'doubt'}
    json.dumps(found, allow_nan=False)


class Walks(CircleLibrary):
    """Videos of three actions, each a walk of its own; eight of each."""

    def __init__(self):
        super().__init__()
        for action in range(3):
            rng = np.random.default_rng(action)
            walk = np.cumsum(rng.normal(size=(40, 24)), axis=0)
            for number in range(8):
                self.add(f'{action}-{number}', range(40))
                rows = walk + rng.normal(size=walk.shape)
                rows /= np.linalg.norm(rows, axis=1, keepdims=True)
                video = self.videos[f'{action}-{number}']
                object.__setattr__(video, 'embeddings', rows.astype(np.float32))


def test_videos_of_other_actions_are_doubted_and_of_the_same_not():
    library = Walks()
    aligner = Aligner(library)
    doubts = {'same': [], 'other': []}
    for name in library.names[1::3]:
        found = aligner.align('0-0', name)
        doubts['same' if name[0] == '0' else 'other'].append(found['doubt'])
    ranked = {each['name']: each for each in aligner.rank('0-0')['ranking']}
    assert set(doubts['same']) == {''}
    assert doubts['other'].count('') <= 1
    assert {ranked[f'0-{i}']['doubt'] for i in range(1, 8)} == {''}


def test_a_video_in_which_nothing_changes_is_unrelated():
    library = CircleLibrary(still=[0] * 9, other=[0] * 7)
    assert Aligner(library).align('still', 'other')['doubt'] == 'unrelated'


def test_the_null_is_made_once_and_anew_for_another_model():
    library = CircleLibrary(a=range(0, 90, 3), b=range(0, 90, 9), c=range(9, 60, 5))
    aligner = Aligner(library)
    first = aligner.align('a', 'b')['z']
    assert aligner.align('a', 'b', 'dtw')['z'] == first
    assert len(aligner._nulls) == 1
    library.add('c', range(90, 9, -5))
    aligner.align('a', 'b')
    assert len(aligner._nulls) == 2
    assert fingerprint(library.video('a')) != fingerprint(library.video('b'))
