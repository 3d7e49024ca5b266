import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carl_mm.functional.sampling.evaluation_cuts import (
    draw_speeds,
    draw_window,
    phase_changes,
)


@pytest.mark.parametrize(
    ('labels', 'expected'),
    [
        ([0, 0, 1, 1, 2], [2, 4]),
        ([-1, 0, -1, -1, 1, 1, -1], [4]),  # unlabelled frames are passed over
        ([0, 0, 0], []),
        ([-1, -1], []),
        ([1, 0, 1], [1, 2]),
        ([], []),
    ],
)
def test_phase_changes(labels, expected):
    assert phase_changes(np.array(labels)).tolist() == expected


def test_windows_hold_all_events_and_reach_every_place():
    """By hand: the start is one of 0 to 9 (90% of 10), the last one of 30 to 39."""
    rng = np.random.default_rng(0)
    windows = [draw_window(np.array([10, 20, 30]), 40, rng) for _ in range(2000)]
    starts, lasts = (np.array([w[i] for w in windows]) for i in (0, -1))
    assert sorted(set(starts)) == list(range(10))
    assert sorted(set(lasts)) == list(range(30, 40))
    for values in (starts, lasts):  # each a tenth: 200, by 5 standard deviations
        assert np.abs(np.bincount(values)[values.min() :] - 200).max() < 70
    assert all((np.diff(window) == 1).all() for window in windows)


@pytest.mark.parametrize(
    ('events', 'length', 'starts', 'lasts'),
    [
        ([], 7, {0}, {6}),  # no event: the whole video
        ([1], 2, {0}, {1}),  # too short to cut
        ([4], 5, {0, 1, 2, 3}, {4}),  # one event
    ],
)
def test_windows_of_few_events(events, length, starts, lasts):
    rng = np.random.default_rng(0)
    events = np.array(events, np.int64)
    windows = [draw_window(events, length, rng) for _ in range(200)]
    assert {int(w[0]) for w in windows} == starts
    assert {int(w[-1]) for w in windows} == lasts


@settings(deadline=None)
@given(st.integers(1, 200), st.integers(0, 10**6), st.integers(1, 6))
def test_speeds_keep_order_and_bounds(num_frames, seed, num_segments):
    inds = draw_speeds(num_frames, np.random.default_rng(seed), num_segments)
    assert inds[0] == 0
    assert inds[-1] < num_frames
    steps = np.diff(inds)
    assert (steps >= 0).all()
    assert (steps <= 2).all()
    assert np.bincount(inds).max() <= 2
    assert num_frames / 2 <= len(inds) <= 2 * num_frames + num_segments


def test_speeds_are_even_on_a_logarithmic_axis():
    rng = np.random.default_rng(0)
    lengths = [len(draw_speeds(10_000, rng, num_segments=1)) for _ in range(2000)]
    logs = np.log2(10_000 / np.array(lengths))
    assert logs.min() == pytest.approx(-1, abs=0.01)
    assert logs.max() == pytest.approx(1, abs=0.01)
    assert logs.mean() == pytest.approx(0, abs=0.07)  # 5 standard errors
    assert logs.std() == pytest.approx(2 / 12**0.5, abs=0.04)
