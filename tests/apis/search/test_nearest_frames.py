import numpy as np
import pytest

from carl_mm.apis.search.indexed_frames import IndexedFrames
from carl_mm.apis.search.nearest_frames import (
    nearest_frames,
    nearest_segments,
    rows_to_leave_out,
    unit_vector,
)
from tests.apis.search.test_frame_index import make_video

VIDEOS = [make_video(f'{name}.mp4', 12) for name in 'ab']


@pytest.fixture(scope='module')
def frames():
    made = IndexedFrames()
    made.add(VIDEOS)
    return made


def test_rows_left_out_are_not_found(frames):
    query = frames.embeddings[3]
    rows, similarities = nearest_frames(frames, query, 24)
    assert rows[0] == 3
    np.testing.assert_allclose(similarities, frames.embeddings[rows] @ query, rtol=1e-6)
    rest, _ = nearest_frames(frames, query, 24, left_out=(2, 5))
    assert rest.tolist() == [row for row in rows if row not in (2, 3, 4)]


def test_a_segment_finds_itself_first(frames):
    rows, similarities, last = nearest_segments(frames, VIDEOS[1], (4, 8), 1, 0.0)
    assert (rows.tolist(), last.tolist()) == ([16], [20])
    np.testing.assert_allclose(similarities, 1, rtol=1e-6)


def test_of_the_own_video_all_or_what_is_near_is_left_out(frames):
    source = VIDEOS[1]
    assert rows_to_leave_out(frames, source, 5, 0.15, own_video=False) == (12, 24)
    assert rows_to_leave_out(frames, source, 5, 0.15, own_video=True) == (16, 19)
    assert rows_to_leave_out(frames, source, 5, 0.0, own_video=True) == (17, 18)
    other = make_video('c.mp4', 9)
    assert rows_to_leave_out(frames, other, 5, 0.15, own_video=False) == (0, 0)


def test_a_vector_is_brought_to_unit_length():
    assert unit_vector([3, 4]).tolist() == pytest.approx([0.6, 0.8])
    for bad in ([0.0, 0.0], [[1.0]], [np.nan, 1.0], [np.inf, 1.0]):
        with pytest.raises(ValueError, match='must be .D,., finite and not zero'):
            unit_vector(bad)


@pytest.mark.parametrize(('k', 'gap_s'), [(0, 0.0), (1, -0.1), (1, float('nan'))])
def test_numbers_out_of_range(frames, k, gap_s):
    with pytest.raises(ValueError, match=f'got {k} and {gap_s}'):
        nearest_frames(frames, frames.embeddings[0], k, gap_s)
