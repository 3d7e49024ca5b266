import math

import numpy as np
import pytest

from carl_mm.functional.timeline.motion_frames import WEIGHT, with_directions


def length(values):
    return math.sqrt(sum(value * value for value in values))


def unit(values):
    size = length(values)
    return [value / size if size > 1e-9 else 0.0 for value in values]


def slow_directions(videos, sigma):
    """By loops: the derivative is the smoothed one, with repeated first and last."""
    dim = len(videos[0][0])
    means = [[sum(f[d] for f in v) / len(v) for d in range(dim)] for v in videos]
    mean = [sum(m[d] for m in means) / len(means) for d in range(dim)]
    reach = int(4 * sigma + 0.5)
    weights = [math.exp(-0.5 * (k / sigma) ** 2) for k in range(-reach, reach + 1)]
    found = []
    for video in videos:
        placed = [unit([x - m for x, m in zip(f, mean, strict=True)]) for f in video]
        changes = []
        for t in range(len(placed)):
            change = [0.0] * dim
            for k in range(-reach, reach + 1):
                other = placed[min(max(t + k, 0), len(placed) - 1)]
                share = weights[k + reach] / sum(weights) * k / sigma**2
                change = [c + share * o for c, o in zip(change, other, strict=True)]
            changes.append(change)
        speed = math.sqrt(sum(length(c) ** 2 for c in changes) / len(changes))
        speed = speed if speed > 1e-9 else math.inf
        found.append(
            [
                unit([*place, *(WEIGHT * c / speed for c in change)])
                for place, change in zip(placed, changes, strict=True)
            ]
        )
    return found


@pytest.mark.parametrize('sigma', [1.0, 2.5])
def test_equals_the_loops(sigma):
    rng = np.random.default_rng(0)
    videos = [rng.normal(size=(size, 3)) for size in (9, 4, 1)]
    for found, expected in zip(
        with_directions(videos, sigma), slow_directions(videos, sigma), strict=True
    ):
        np.testing.assert_allclose(found, expected, atol=1e-12)


def test_the_way_there_and_back_are_told_apart():
    way = np.array([[0.0, 1], [1, 1], [2, 1], [3, 1], [2, 1], [1, 1], [0, 1]])
    found, _ = with_directions([way, way + 1], 1.0, 1.0)
    assert found[1] @ found[5] < 0.5 < found[1] @ found[0]
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1)


def test_still_videos_have_no_direction_and_equal_ones_no_place():
    still = np.ones((4, 2))
    a, b = with_directions([still, still * 3], 1.0)
    np.testing.assert_allclose(a[:, :2], -b[:, :2])
    assert not a[:, 2:].any()
    (alone,) = with_directions([still], 1.0)
    assert not alone.any()
