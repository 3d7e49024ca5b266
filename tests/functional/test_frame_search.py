import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carl_mm.functional import most_similar, segment_similarities, spread_in_time


def unit(rng, *shape):
    frames = rng.standard_normal(shape).astype(np.float32)
    return frames / np.linalg.norm(frames, axis=-1, keepdims=True)


def brute_force(frames, query, count, left_out=(0, 0)):
    found = []
    for row, frame in enumerate(frames):
        if not left_out[0] <= row < left_out[1]:
            product = sum(
                float(a) * float(b) for a, b in zip(frame, query, strict=True)
            )
            found.append((-product, row))
    return [row for _, row in sorted(found)[:count]]


@settings(deadline=None, max_examples=40)
@given(
    length=st.integers(1, 40),
    count=st.integers(1, 50),
    first=st.integers(0, 40),
    width=st.integers(0, 40),
    seed=st.integers(0, 10**6),
)
def test_equals_brute_force(length, count, first, width, seed):
    rng = np.random.default_rng(seed)
    frames = unit(rng, length, 5)
    frames[rng.integers(0, length, length // 2)] = frames[0]  # ties
    query = unit(rng, 5)
    left_out = (min(first, length), min(first + width, length))
    rows, similarities = most_similar(frames, query, count, left_out)
    assert rows.tolist() == brute_force(frames, query, count, left_out)
    exact = frames[rows].astype(np.float64) @ query.astype(np.float64)
    assert similarities == pytest.approx(exact, abs=1e-12)


def test_rounding_decides_nothing():
    # In float32 these products differ from the order of the exact ones.
    rng = np.random.default_rng(0)
    frame = unit(rng, 128)
    frames = np.tile(frame, (2000, 1))
    frames += rng.normal(scale=2e-8, size=frames.shape).astype(np.float32)
    exact = frames.astype(np.float64) @ frame.astype(np.float64)
    rounded = (frames @ frame).argsort(kind='stable')[::-1][:20]
    rows, _ = most_similar(frames, frame, 20)
    assert rows.tolist() == np.lexsort((np.arange(2000), -exact))[:20].tolist()
    assert rows.tolist() != rounded.tolist()


def test_collapsed_embeddings_come_in_their_order():
    frames = np.tile(unit(np.random.default_rng(0), 8), (70_000, 1))
    rows, _ = most_similar(frames, frames[0], 3, left_out=(1, 5))
    assert rows.tolist() == [0, 5, 6]


def test_no_candidate():
    frames = np.empty((0, 3), np.float32)
    assert most_similar(frames, np.ones(3, np.float32), 2)[0].tolist() == []
    frames = np.ones((2, 3), np.float32)
    assert most_similar(frames, frames[0], 2, left_out=(0, 2))[0].tolist() == []


def slow_segments(frames, starts, segment, offsets):
    result = []
    for video, (first, end) in enumerate(zip(starts[:-1], starts[1:], strict=True)):
        for row in range(first, end):
            rows = [row + step for step in offsets[video]]
            if rows[-1] >= end:
                result.append(-np.inf)
                continue
            pairs = zip(rows, segment, strict=True)
            result.append(float(np.mean([frames[r] @ q for r, q in pairs])))
    return result


@pytest.mark.parametrize('seed', range(6))
def test_segments_equal_a_loop(seed):
    rng = np.random.default_rng(seed)
    lengths = rng.integers(0, 9, 7)
    starts = np.concatenate([[0], np.cumsum(lengths)])
    frames = unit(rng, int(starts[-1]), 6)
    segment = unit(rng, 3, 6)
    offsets = np.array([[0, 1, 3]] * 3 + [[0, 2, 2]] * 2 + [[0, 1, 3], [0, 0, 20]])
    found = segment_similarities(frames, starts, segment, offsets)
    slow = slow_segments(frames, starts, segment, offsets)
    assert found == pytest.approx(slow, abs=1e-6)


def test_a_segment_by_hand():
    frames = np.array([[1, 0], [0, 1], [1, 0], [1, 0]], np.float32)
    segment = np.array([[1, 0], [0, 1]], np.float32)
    found = segment_similarities(frames, np.array([0, 4]), segment, np.array([[0, 1]]))
    assert found.tolist() == [1.0, 0.0, 0.5, -np.inf]


@pytest.mark.parametrize(
    'offsets', [[[0, 2, 1]], [[1, 2, 3]], [[0, 1]], [[0, 1, 2], [0, 1, 2]]]
)
def test_bad_offsets(offsets):
    frames = np.ones((4, 2), np.float32)
    with pytest.raises(ValueError, match='offsets'):
        segment_similarities(frames, np.array([0, 4]), frames[:3], np.array(offsets))


def slow_spread(videos, times, count, gap):
    taken = []
    for index in range(len(videos)):
        near = any(
            videos[index] == videos[other] and abs(times[index] - times[other]) < gap
            for other in taken
        )
        if not near and len(taken) < count:
            taken.append(index)
    return taken


@settings(deadline=None, max_examples=60)
@given(
    seed=st.integers(0, 10**6),
    length=st.integers(0, 30),
    gap=st.floats(0, 3),
    k=st.integers(1, 9),
)
def test_spread_equals_a_loop(seed, length, gap, k):
    rng = np.random.default_rng(seed)
    videos, times = rng.integers(0, 3, length), rng.integers(0, 20, length) / 4
    assert spread_in_time(videos, times, k, gap).tolist() == slow_spread(
        videos.tolist(), times.tolist(), k, gap
    )


def test_exactly_the_gap_apart_is_apart():
    assert spread_in_time([0, 0, 0], [0.0, 0.5, 1.0], 3, 0.5).tolist() == [0, 1, 2]
    assert spread_in_time([0, 0, 0], [0.0, 0.5, 1.0], 3, 0.6).tolist() == [0, 2]
