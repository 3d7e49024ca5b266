import numpy as np
import pytest

from carl_mm.functional.deviation.scene_cuts import (
    scene_break,
    scene_cuts,
    usual_break,
)

RNG = np.random.default_rng(0)
SCENES = RNG.normal(size=(3, 16))


def course(num_frames, seed=0):
    """A smooth course in one scene, under noise."""
    times = np.linspace(0, 6, num_frames)[:, None]
    rng = np.random.default_rng(seed)
    moving = np.concatenate([np.cos(times), np.sin(times), times / 4], axis=1)
    frames = 0.05 * rng.normal(size=(num_frames, 16)) + SCENES[0]
    frames[:, :3] += moving
    return frames


def spliced(num_frames, first, count, scene=1):
    whole = course(num_frames)
    foreign = course(count, seed=7) - SCENES[0] + SCENES[scene]
    return np.concatenate([whole[:first], foreign, whole[first:]])


def slow_break(features):
    """All segments, frame by frame; ends only where the jump is a local maximum."""
    length = len(features)
    mean = sum(features) / length
    frames = [frame - mean for frame in features]
    spread = np.sqrt(sum(float(frame @ frame) for frame in frames) / length)

    def mean_of(first, end):
        return sum(frames[first:end]) / (end - first) / spread

    def jump(at):
        if not 4 <= at <= length - 4:
            return -np.inf
        return np.linalg.norm(mean_of(at, at + 4) - mean_of(at - 4, at))

    ends = [t for t in range(4, length - 3) if jump(t) >= max(jump(t - 1), jump(t + 1))]
    best = (-np.inf, 0, 0)
    for first in ends:
        for end in ends:
            count = end - first
            if count < 5 or 2 * count > length:
                continue
            inside, outside = mean_of(first, end), 0.0
            rest = [*range(first), *range(end, length)]
            outside = sum(frames[t] for t in rest) / len(rest) / spread
            between = count * inside @ inside + len(rest) * outside @ outside
            gap = np.linalg.norm(mean_of(first - 4, first) - mean_of(end, end + 4))
            value = between / length + (min(jump(first), jump(end)) - gap) / 2
            best = max(best, (value, first, end))
    return best


@pytest.mark.parametrize('seed', range(3))
def test_break_equals_a_loop_over_all_segments(seed):
    features = np.random.default_rng(seed).normal(size=(31, 4)).cumsum(axis=0)
    found, expected = scene_break(features), slow_break(features)
    assert found[1:] == expected[1:]
    assert found[0] == pytest.approx(expected[0])


def test_break_by_hand():
    # 5 of 20 frames lie 4 away: all variance is between, spread sqrt 3, no gap.
    features = np.zeros((20, 1))
    features[8:13] = 4
    value, first, end = scene_break(features)
    assert (first, end) == (8, 13)
    assert value == pytest.approx(1 + 4 / np.sqrt(3) / 2)


@pytest.mark.parametrize('count', [20, 30, 40])
def test_frames_of_another_scene_are_found_and_no_others(count):
    usual = usual_break([course(90 + 5 * seed, seed) for seed in range(8)])
    found = scene_cuts(spliced(100, 37, count), usual)
    assert np.flatnonzero(found).tolist() == list(range(37, 37 + count))
    assert not scene_cuts(course(120, seed=50), usual).any()


def test_two_cuts_are_found():
    usual = usual_break([course(90 + 5 * seed, seed) for seed in range(8)])
    features = np.concatenate(
        [
            spliced(100, 60, 12, 2)[:50],
            SCENES[1] + course(15, 3) - SCENES[0],
            spliced(100, 60, 12, 2)[50:],
        ]
    )
    found = np.flatnonzero(scene_cuts(features, usual)).tolist()
    assert found == [*range(50, 65), *range(75, 87)]


def test_the_usual_break_lies_above_the_highest_by_half_its_distance():
    references = [course(60, seed) for seed in range(5)]
    values = sorted(scene_break(each)[0] for each in references)
    expected = values[-1] + (values[-1] - values[2]) / 2
    assert usual_break(references) == pytest.approx(expected)


@pytest.mark.parametrize(
    'features',
    [
        np.zeros((0, 3)),
        np.ones((1, 3)),
        RNG.normal(size=(12, 3)),
        np.full((40, 3), 0.1),
    ],
)
def test_short_videos_and_those_that_do_not_change_have_no_cut(features):
    assert scene_break(features) == (-np.inf, 0, 0)
    assert not scene_cuts(features, -1.0).any()
    assert usual_break([features]) == np.inf
