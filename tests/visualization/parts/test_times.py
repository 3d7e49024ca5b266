import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carl_mm.apis import VideoEmbedding
from carl_mm.visualization.parts.times import frame_times, uneven_times, unpack_video


def test_times_by_hand():
    assert frame_times(3).unit == 'frames'
    assert frame_times(3).ends.tolist() == [1, 2, 3]
    by_rate = frame_times(2, 4.0)
    assert (by_rate.unit, by_rate.starts.tolist(), by_rate.end) == ('s', [0, 0.25], 0.5)
    stamped = frame_times(3, None, [0.5, 1, 3])
    assert (stamped.ends.tolist(), stamped.duration) == ([1, 3, 5], 4.5)
    assert frame_times(3, 10.0, [0.5, 1, 3]).end == 3.1
    assert frame_times(1, None, [2.0]).end == 3


@given(st.lists(st.integers(1, 5), min_size=1, max_size=8), st.integers(1, 30))
def test_frames_at_equal_a_loop(gaps, count):
    times = frame_times(len(gaps), None, np.cumsum([0, *gaps[:-1]]))
    expected = []
    for part in range(count):
        at = (part + 0.5) / count * times.duration  # rounded alike
        expected.append(max(i for i, start in enumerate(times.starts) if start <= at))
    np.testing.assert_array_equal(times.frames_at(count), expected)


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        ((0,), 'stamps: a video of 0 frames'),
        ((2, 0.0), 'positive, got 0.0'),
        ((2, float('nan')), 'positive, got nan'),
        ((3, None, [0, 1]), r'stamps must hold one time per frame \(3\), got \(2,\)'),
        ((2, None, [1, 0]), 'stamps must ascend'),
        ((2, None, [0, np.inf]), 'stamps must ascend and be finite'),
    ],
)
def test_bad_times_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        frame_times(*arguments, **{'name': 'stamps'})


def test_bare_embeddings_and_those_of_a_video():
    array, times = np.ones((2, 3), np.float32), np.array([0.0, 0.1])
    video = VideoEmbedding('in/a.mp4', array, times, 10.0)
    embeddings, stamps, fps, name = unpack_video(video)
    assert embeddings is array
    assert stamps is times
    assert (fps, name) == (10.0, 'a.mp4')
    assert unpack_video(array)[1:] == (None, None, '')


def test_uneven_times_by_hand():
    assert uneven_times(frame_times(3, 10.0), 10.0, 1.0) is None
    nearly = frame_times(3, 10.0, [5, 5.1004, 5.2])
    assert uneven_times(nearly, 10.0, 1.0) is None
    times = frame_times(3, 10.0, [5, 5.2, 5.3])
    assert uneven_times(times, 10.0, 0.5) == pytest.approx([0, 0.4, 0.6, 0.8])
