import numpy as np
import pytest

from carl_mm.apis import DeviatingSegment, VideoEmbedding
from carl_mm.apis.deviation.segments import Deviations

SCORES = np.array([0.0, 2, 3, 1, 0, 5])
VIDEO = VideoEmbedding(
    'a.mp4', np.zeros((6, 2), np.float32), np.array([0.0, 0.5, 1, 2, 4, 8]), 2.0
)


def test_runs_above_the_threshold_with_their_times():
    found = Deviations.from_scores(SCORES, 1.0, VIDEO)
    assert found.segments == [
        DeviatingSegment(1, 2, 0.5, 2.0, 3.0),
        DeviatingSegment(5, 5, 8.0, 8.5, 5.0),  # the last frame is shown for 1 / fps
    ]
    assert found.timestamps is VIDEO.timestamps
    assert (found.scores is SCORES, found.threshold) == (True, 1.0)


def test_without_time_stamps():
    found = Deviations.from_scores(SCORES, 2.0, VIDEO.embeddings)
    assert found.timestamps is None
    assert found.segments == [
        DeviatingSegment(2, 2, None, None, 3.0),
        DeviatingSegment(5, 5, None, None, 5.0),
    ]
    assert Deviations.from_scores(SCORES, 5.0, VIDEO).segments == []


def test_a_cut_is_a_run_of_its_own():
    cut = np.array([False, True, False, False, False, False])
    names = ['b.mp4', 'c.mp4']
    found = Deviations.from_scores(SCORES, 1.0, VIDEO, cut, names, 'none is like it')
    assert found.segments[:2] == [
        DeviatingSegment(1, 1, 0.5, 1.0, 2.0, is_cut=True),
        DeviatingSegment(2, 2, 1.0, 2.0, 3.0),
    ]
    assert not found.segments[2].is_cut
    assert found.references == ('b.mp4', 'c.mp4')
    assert found.warning == 'none is like it'
    alone = Deviations.from_scores(SCORES, 1.0, VIDEO)
    assert (alone.references, alone.warning) == ((), '')


def test_the_old_names_of_the_times_warn():
    segment = DeviatingSegment(1, 2, 0.5, 2.0, 3.0)
    with pytest.warns(DeprecationWarning, match='use start_s'):
        assert segment.start == 0.5
    with pytest.warns(DeprecationWarning, match='use end_s'):
        assert segment.end == 2.0
