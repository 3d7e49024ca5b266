import time
import tracemalloc

import numpy as np
import pytest

from carl_mm.functional import find_repetitions
from tests.functional.repetitions.made_loops import cycle, loop

LENGTHS, PAUSES = [40, 60, 30, 45, 80], [20, 0, 35, 10, 0, 25]


def spans(frames):
    found = find_repetitions(frames)
    return list(zip(found.firsts.tolist(), found.lasts.tolist(), strict=True))


@pytest.mark.parametrize('seed', range(3))
def test_repetitions_of_changing_speed_with_pauses_are_found(seed):
    frames, true = loop(LENGTHS, PAUSES, seed=seed)
    found = spans(frames)
    assert len(found) == len(true)
    for (first, last), (a, b) in zip(found, true, strict=True):
        both = min(last, b) - max(first, a)
        assert both > 0.7 * (max(last, b) - min(first, a))


def test_the_count_does_not_depend_on_rest_or_speed():
    for lengths, pauses in (
        (LENGTHS, [0] * 6),
        (LENGTHS, [0, 100, 0, 0, 150, 0]),
        ([40] * 5, PAUSES),
        ([30, 60, 30, 60, 30], PAUSES),
        ([80, 40, 40, 80, 40], [60] * 6),
    ):
        assert len(spans(loop(lengths, pauses)[0])) == 5, (lengths, pauses)


def test_rotated_shifted_and_scaled_features_are_cut_alike():
    frames, _ = loop(LENGTHS, PAUSES)
    rotation, _ = np.linalg.qr(np.random.default_rng(1).normal(size=(12, 12)))
    assert spans(3 * frames @ rotation + 5) == spans(frames)


def test_segments_ascend_without_overlap_within_the_video():
    frames, _ = loop(LENGTHS, PAUSES)
    found = find_repetitions(frames)
    flat = np.stack([found.firsts, found.lasts + 1], axis=1).ravel()
    assert (np.diff(flat) >= 0).all()
    assert (found.firsts <= found.lasts).all()
    assert flat[0] >= 0
    assert flat[-1] <= len(frames)
    assert ((found.similarities > 0.5) & (found.similarities <= 1)).all()


def test_a_small_part_at_the_end_is_not_counted():
    frames, _ = loop([40, 50, 40, 45], [10, 10, 10, 10, 10])
    assert len(spans(np.concatenate([frames, cycle(40)[:12]]))) == 4


def test_another_movement_between_is_none():
    first, _ = loop([40, 50], [10, 0, 0])
    second, _ = loop([45, 40], [0, 10, 10])
    steps = np.random.default_rng(3).normal(size=(60, 12))
    other = 0.6 * np.cumsum(steps, axis=0) + first[-1]
    found = spans(np.concatenate([first, other, second]))
    assert len(found) == 4
    assert not [a for a, b in found if a > 110 and b < 150]


def test_what_is_shown_once_or_not_at_all_is_no_repetition():
    walk = np.random.default_rng(0).normal(size=(200, 12)).cumsum(axis=0)
    once, _ = loop([60], [40, 40])
    for frames in (walk, once, np.ones((50, 4)), np.zeros((9, 4)), np.eye(3)):
        assert spans(frames) == []


@pytest.mark.parametrize(
    ('frames', 'said'),
    [
        (np.ones((2, 4)), 'repetitions need at least 3 frames, got 2'),
        (np.full((9, 4), np.nan), 'embeddings of 9 of 9 frames are NaN or infinite'),
        (np.ones(9), r'must be \(T, D\)'),
    ],
)
def test_bad_input_is_said(frames, said):
    with pytest.raises(ValueError, match=said):
        find_repetitions(frames)


@pytest.mark.slow
def test_a_long_video_takes_seconds_and_little_memory():
    lengths = np.random.default_rng(0).integers(30, 70, 400).tolist()
    frames, true = loop(lengths, [0] * 401)
    assert len(frames) > 19_000
    find_repetitions(frames[:200])  # compiled, if it was not
    tracemalloc.start()
    begun = time.perf_counter()
    found = spans(frames)
    assert time.perf_counter() - begun < 60
    assert tracemalloc.get_traced_memory()[1] < 200 * 2**20
    assert len(found) == pytest.approx(len(true), abs=4)
