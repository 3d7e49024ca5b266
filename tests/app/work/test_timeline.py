"""Many videos on one timeline."""

import json

import numpy as np
import pytest

from carl_mm.apis import align_all
from carl_mm.app.work.timeline import timeline
from tests.app.circle_library import CircleLibrary

LIBRARY = CircleLibrary(
    a=range(0, 120, 4), b=range(0, 120, 6), c=range(0, 120, 3), d=range(0, 120, 5)
)


def test_it_is_what_align_all_finds():
    found = timeline(LIBRARY, None, {})
    expected = align_all([LIBRARY.video(name) for name in 'abcd'])
    assert found['clock'] == expected.clock.tolist()
    for video, inds in zip(found['videos'], expected.frame_inds, strict=True):
        assert video['frame_inds'] == inds.tolist()
    assert [video['outlier'] for video in found['videos']] == [
        place in expected.outliers for place in range(4)
    ]
    assert found['events'] == []
    json.dumps(found, allow_nan=False)


def test_events_are_the_starts_of_phases():
    rows = {
        'a': [[0, 14, 'up'], [15, 29, 'down']],
        'b': [[0, 9, 'up'], [10, 19, 'down']],
        'gone': [[0, 3, 'x']],
    }
    (event,) = timeline(LIBRARY, ['a', 'b', 'c', 'a'], rows)['events']
    expected = align_all([LIBRARY.video(name) for name in 'abc'])
    times = [expected.clock_times[0][15], expected.clock_times[1][10]]
    assert (event['name'], event['marked_in']) == ('down', 2)
    assert event['clock_s'] == pytest.approx(np.mean(times))
    assert event['spread_s'] == pytest.approx(np.ptp(times) / 2)


def test_one_video_is_none():
    with pytest.raises(ValueError, match='at least 2'):
        timeline(LIBRARY, ['a', 'a'], {})
    with pytest.raises(ValueError, match='x: has no embeddings'):
        timeline(LIBRARY, ['a', 'x'], {})
