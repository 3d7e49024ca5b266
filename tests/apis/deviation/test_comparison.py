import numpy as np
import pytest

from carl_mm.apis import VideoEmbedding
from carl_mm.apis.deviation.comparison import (
    align_pairs,
    all_features,
    differences_from_others,
    features_like,
    features_of,
    join_features,
    names_of,
    to_frames,
    without,
)

VIDEOS = [np.random.default_rng(seed).normal(size=(8 + seed, 3)) for seed in range(3)]


def test_frames_have_unit_length_whatever_holds_them():
    times = np.arange(8.0)
    video = VideoEmbedding('a', VIDEOS[0].astype(np.float32), times, 1.0)
    first, second = to_frames([video, VIDEOS[1]], 'reference ')
    np.testing.assert_allclose(np.linalg.norm(first, axis=1), 1)
    lengths = np.linalg.norm(VIDEOS[1], axis=1, keepdims=True)
    np.testing.assert_allclose(second, VIDEOS[1] / lengths)
    with pytest.raises(ValueError, match='reference video 1 has no frame'):
        to_frames([VIDEOS[0], VIDEOS[1][:0]], 'reference ')


def test_features_are_those_of_a_video_embedding():
    frames, times = VIDEOS[0].astype(np.float32), np.arange(8.0)
    assert features_of(VideoEmbedding('a', frames, times, 1.0)) is None
    assert features_of(VideoEmbedding('a', frames, times, 1.0, {}, frames)) is frames
    assert features_of(VIDEOS[0]) is None


def test_a_constant_look_does_not_count():
    features = VIDEOS[0][:, :2]
    joined = join_features(VIDEOS[0], features + [5.0, -3.0])
    np.testing.assert_allclose(joined, join_features(VIDEOS[0], features))
    assert joined.shape == (8, 5)
    np.testing.assert_allclose(joined[:, 3:].mean(axis=0), 0, atol=1e-12)


def test_paths_of_both_directions_are_one():
    paths = align_pairs(VIDEOS)
    for i in range(3):
        assert paths[i][i].shape == (0, 2)
        for j in range(i):
            np.testing.assert_array_equal(paths[i][j], paths[j][i][:, ::-1])
            assert paths[i][j][0].tolist() == [0, 0]
            assert paths[i][j][-1].tolist() == [len(VIDEOS[i]) - 1, len(VIDEOS[j]) - 1]


def test_a_video_like_all_others_does_not_differ():
    same = [VIDEOS[0]] * 3
    for difference in differences_from_others(same, align_pairs(same)):
        np.testing.assert_allclose(difference, 0, atol=1e-12)


def test_one_entry_is_left_out():
    assert without([1, 2, 3], 1) == [1, 3]


def test_features_are_used_where_all_references_have_them():
    frames, times = VIDEOS[0].astype(np.float32), np.arange(8.0)
    seen = VideoEmbedding('a', frames, times, 1.0, {}, frames)
    unseen = VideoEmbedding('b', frames, times, 1.0)
    np.testing.assert_array_equal(all_features([seen, seen])[1], frames)
    assert all_features([seen, unseen]) is None
    assert features_like(unseen, None) is features_like(seen, None) is None
    np.testing.assert_array_equal(features_like(seen, frames), frames)
    with pytest.raises(ValueError, match='b: holds no frame features'):
        features_like(unseen, frames)
    assert names_of([seen, VIDEOS[1], unseen]) == ['a', '1', 'b']
