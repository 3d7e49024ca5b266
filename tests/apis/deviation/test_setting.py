import numpy as np
import pytest

from carl_mm.apis.deviation.comparison import align_pairs
from carl_mm.apis.deviation.setting import (
    UsualSetting,
    nearest_likeness,
    path_likeness,
)


def unit(frames):
    return frames / np.linalg.norm(frames, axis=1, keepdims=True)


def video(seed, scene=0.0, num_frames=30):
    rng = np.random.default_rng(seed)
    times = np.linspace(0, 3, num_frames)
    frames = np.stack([np.cos(times), np.sin(times), np.full(num_frames, scene)], 1)
    return unit(frames + rng.normal(0, 0.05, frames.shape))


def test_likeness_of_a_path_by_hand():
    a, b = np.array([[1.0, 0], [0, 1]]), np.array([[1.0, 0], [0.6, 0.8]])
    path = np.array([[0, 0], [0, 1], [1, 1]])
    assert path_likeness(a, b, path) == pytest.approx((1 + 0.6 + 0.8) / 3)


def test_the_three_nearest_count():
    assert nearest_likeness([0.1, 0.9, 0.5, 0.7]) == pytest.approx(0.7)
    assert nearest_likeness([0.4]) == 0.4


def test_each_reference_is_compared_with_the_others():
    references = [video(seed) for seed in range(5)]
    paths = align_pairs(references)
    found = UsualSetting.of(references, paths, None).likeness
    for i in range(5):
        others = sorted(
            path_likeness(references[i], references[j], paths[i][j])
            for j in range(5)
            if j != i
        )
        assert found[i] == pytest.approx(sum(others[-3:]) / 3)


def test_a_warning_when_the_video_is_less_like_them_than_they_are():
    setting = UsualSetting(np.array([0.8, 0.9, 0.9, 0.95]), np.inf)
    # Lowest 0.8, median 0.9: down to 0.75 it is like them.
    assert setting.warning([0.76, 0.76, 0.76, 0.1]) == ''
    said = setting.warning([0.74, 0.74, 0.74, 0.1])
    assert 'none of the 4 references is like the video' in said
    assert '0.74' in said and '0.80 to 0.95' in said


def test_few_references_say_nothing():
    assert UsualSetting(np.array([0.9, 0.9, 0.9]), np.inf).warning([0.0] * 3) == ''


def test_no_features_no_cuts():
    setting = UsualSetting(np.ones(4), 0.0)
    assert not setting.cuts(None).size
    assert setting.cuts(np.zeros((3, 2))).tolist() == [False] * 3
