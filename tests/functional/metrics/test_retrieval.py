import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from carl_mm.functional import precision_at_k


def random_videos(seed, lengths=(9, 14, 1, 7), dim=4, unlabelled=0.0):
    rng = np.random.default_rng(seed)
    videos = [rng.normal(size=(n, dim)).astype(np.float32) for n in lengths]
    labels = [rng.integers(0, 3, n) for n in lengths]
    labels = [np.where(rng.random(len(v)) < unlabelled, -1, v) for v in labels]
    return videos, labels


def precision_by_loops(videos, labels, k, stride=1):
    """Unlabelled frames are dropped, then each ``stride``-th frame is taken."""
    kept = []
    for video, label in zip(videos, labels, strict=True):
        known = [t for t in range(len(video)) if label[t] >= 0][::stride]
        kept.append([(video[t], int(label[t])) for t in known])
    of_videos = []
    for i, queries in enumerate(kept):
        of_frames = []
        for query, label in queries:
            found = []
            for j, candidates in enumerate(kept):
                for candidate, other in candidates:
                    if i != j:
                        gap = query.astype(float) - candidate.astype(float)
                        found.append((float(sum(gap * gap)), len(found), other))
            top = sorted(found)[:k]
            if top:
                hits = sum(other == label for _, _, other in top)
                of_frames.append(hits / len(top))
        if of_frames:
            of_videos.append(sum(of_frames) / len(of_frames))
    return sum(of_videos) / len(of_videos)


@pytest.mark.parametrize('seed', range(5))
@pytest.mark.parametrize('stride', [1, 2, 5])
def test_equals_the_loops(seed, stride):
    videos, labels = random_videos(seed)
    result = precision_at_k(videos, labels, topk=(1, 3, 5, 10), stride=stride)
    for k, value in result.items():
        expected = precision_by_loops(videos, labels, k, stride)
        assert value == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize('seed', range(5))
def test_unlabelled_frames_are_left_out(seed):
    videos, labels = random_videos(seed, unlabelled=0.4)
    result = precision_at_k(videos, labels, topk=(1, 4))
    for k, value in result.items():
        expected = precision_by_loops(videos, labels, k)
        assert value == pytest.approx(expected, abs=1e-12)
    # A video without any label is as if it were not there.
    more = ([*videos, videos[0] + 1], [*labels, np.full(9, -1)])
    assert precision_at_k(*more, topk=(1, 4)) == pytest.approx(result)


@pytest.mark.parametrize('seed', range(5))
def test_the_stride_counts_labelled_frames(seed):
    videos, labels = random_videos(seed, lengths=(15, 12, 17), unlabelled=0.4)
    result = precision_at_k(videos, labels, topk=(1, 4), stride=2)
    for k, value in result.items():
        expected = precision_by_loops(videos, labels, k, stride=2)
        assert value == pytest.approx(expected, abs=1e-12)


def test_published_settings_are_the_default():
    videos, labels = random_videos(0, lengths=(20, 25))
    result = precision_at_k(videos, labels)
    assert list(result) == [5, 10, 15]
    assert all(type(k) is int for k in result)
    assert all(type(value) is float for value in result.values())
    assert result == precision_at_k(videos, labels, (5, 10, 15), stride=1)


def test_by_hand():
    videos = [np.array([[0.0], [10.0]]), np.array([[1.0], [2.0], [9.0]])]
    labels = [np.array([0, 1]), np.array([0, 1, 1])]
    # First video: 0 finds 1, 2, 9 with labels 0, 1, 1; 10 finds 9, 2, 1 with 1, 1, 0.
    # Second: 1 and 2 find 0 then 10, labels 0, 1; 9 finds 10 then 0, labels 1, 0.
    expected = {
        1: (1 + (1 + 0 + 1) / 3) / 2,
        2: ((1 / 2 + 1) / 2 + (1 / 2 + 1 / 2 + 1 / 2) / 3) / 2,
        3: ((1 / 3 + 2 / 3) / 2 + 1 / 2) / 2,
    }
    result = precision_at_k(videos, labels, topk=(1, 2, 3))
    assert result == pytest.approx(expected)


def test_few_candidates_are_all_used():
    videos, labels = random_videos(1, lengths=(3, 4))
    result = precision_at_k(videos, labels, topk=(4, 5, 1000))
    assert result[5] == result[4] == result[1000]
    shares = [
        np.mean([np.mean(other == label) for label in own])
        for own, other in (labels, labels[::-1])
    ]
    assert result[1000] == pytest.approx(np.mean(shares))


@settings(deadline=None, max_examples=25)
@given(
    seed=st.integers(0, 10**6),
    lengths=st.lists(st.integers(1, 8), min_size=2, max_size=4),
)
def test_properties(seed, lengths):
    videos, labels = random_videos(seed, lengths)
    result = precision_at_k(videos, labels, topk=(1, 3))
    assert all(0 <= value <= 1 for value in result.values())
    backwards = precision_at_k(videos[::-1], labels[::-1], topk=(3, 1))
    assert backwards == pytest.approx(result)
    renamed = [2 - label for label in labels]
    assert precision_at_k(videos, renamed, topk=(1, 3)) == pytest.approx(result)
    alike = [np.zeros_like(label) for label in labels]
    assert precision_at_k(videos, alike, topk=(1, 3)) == {1: 1, 3: 1}
    apart = [np.full(len(label), index) for index, label in enumerate(labels)]
    assert precision_at_k(videos, apart, topk=(1, 3)) == {1: 0, 3: 0}


def test_the_own_video_is_no_candidate():
    # Each frame's twin with its label is in its own video.
    videos = [np.zeros((4, 2)), np.ones((4, 2))]
    labels = [np.zeros(4, int), np.ones(4, int)]
    assert precision_at_k(videos, labels, topk=(1,)) == {1: 0}


def test_one_frame_a_video():
    videos = [np.array([[0.0]]), np.array([[1.0]]), np.array([[3.0]])]
    labels = [np.array([0]), np.array([0]), np.array([1])]
    result = precision_at_k(videos, labels, topk=(1, 2))
    assert result == pytest.approx({1: 2 / 3, 2: (1 / 2 + 1 / 2 + 0) / 3})


@pytest.mark.parametrize('num_videos', [0, 1])
def test_fewer_than_two_videos(num_videos):
    videos, labels = random_videos(0, lengths=(5,) * num_videos)
    result = precision_at_k(videos, labels)
    assert list(result) == [5, 10, 15]
    assert all(math.isnan(value) for value in result.values())


def test_fewer_than_two_labelled_videos():
    videos, labels = random_videos(0, lengths=(5, 6))
    labels[1][:] = -1
    assert math.isnan(precision_at_k(videos, labels, topk=(2,))[2])


@pytest.mark.parametrize('dtype', [torch.float32, torch.float64, torch.bfloat16])
def test_tensors(dtype):
    videos, labels = random_videos(2)
    tensors = [torch.from_numpy(video).to(dtype) for video in videos]
    arrays = [tensor.float().numpy() for tensor in tensors]
    truth = [torch.from_numpy(label) for label in labels]
    assert precision_at_k(tensors, truth) == precision_at_k(arrays, labels)


def test_nan_labels_are_unlabelled():
    videos, labels = random_videos(4, unlabelled=0.3)
    with_nan = [np.where(label < 0, math.nan, label) for label in labels]
    assert precision_at_k(videos, with_nan) == precision_at_k(videos, labels)


@pytest.mark.parametrize('bad', [math.nan, -math.inf])
def test_nan_embeddings_are_named(bad):
    videos, labels = random_videos(2)
    videos[3][4, 0] = bad
    with pytest.raises(ValueError, match=r'video 3\b.*\b1 of 7\b'):
        precision_at_k(videos, labels)


@pytest.mark.parametrize(
    ('options', 'value'),
    [
        ({'stride': 0}, '0'),
        ({'stride': -1}, '-1'),
        ({'topk': (5, 0)}, '0'),
        ({'topk': (-2,)}, '-2'),
        ({'topk': ()}, r'\(\)'),
    ],
)
def test_bad_options(options, value):
    with pytest.raises(ValueError, match=value):
        precision_at_k(*random_videos(0), **options)


def test_lengths_that_differ():
    videos, labels = random_videos(0)
    with pytest.raises(ValueError, match=r'video 1\b.*14.*13'):
        precision_at_k(videos, [labels[0], labels[1][1:], *labels[2:]])
    with pytest.raises(ValueError, match='4.*3'):
        precision_at_k(videos, labels[:3])


def ranked(videos, labels, i, t, may_answer):
    """Labels of the candidates of frame t of video i, nearest first."""
    found = []
    for j in range(len(videos)):
        for s in range(len(videos[j])):
            if may_answer[i][j] and labels[j][s] >= 0 and (i, t) != (j, s):
                gap = videos[i][t].astype(float) - videos[j][s].astype(float)
                found.append((float(gap @ gap), len(found), labels[j][s]))
    return [label for _, _, label in sorted(found)]


def average_precision(relevant):
    """Mean, over the relevant ranks, of the precision there."""
    precisions, hits = [], 0
    for rank, hit in enumerate(relevant, start=1):
        if hit:
            hits += 1
            precisions.append(hits / rank)
    return sum(precisions) / len(precisions) if precisions else 0.0


def options_by_loops(videos, labels, k, may_answer, rank_weighted, average):
    of_videos = []
    for i in range(len(videos)):
        of_frames = []
        for t in range(len(videos[i])):
            if labels[i][t] < 0:
                continue
            order = ranked(videos, labels, i, t, may_answer)[:k]
            if order:
                hits = [label == labels[i][t] for label in order]
                plain = sum(hits) / len(hits)
                of_frames.append(average_precision(hits) if rank_weighted else plain)
        if of_frames:
            of_videos.append(of_frames)
    if average == 'frame':
        return np.mean([score for scores in of_videos for score in scores])
    return np.mean([np.mean(scores) for scores in of_videos])


@pytest.mark.parametrize('rank_weighted', [False, True])
@pytest.mark.parametrize('average', ['video', 'frame'])
@pytest.mark.parametrize('unlabelled', [0.0, 0.3])
@pytest.mark.parametrize('which', ['others', 'own', 'cross', 'random'])
def test_options_equal_the_loops(which, unlabelled, average, rank_weighted):
    videos, labels = random_videos(3, lengths=(9, 14, 2, 7), unlabelled=unlabelled)
    views = np.array(['ego', 'exo', 'ego', 'exo'])
    answers = {
        'others': ~np.eye(4, dtype=bool),
        'own': np.ones((4, 4), dtype=bool),
        'cross': np.outer(views == 'ego', views == 'exo'),
        'random': np.random.default_rng(0).random((4, 4)) < 0.6,
    }[which]
    options = {'rank_weighted': rank_weighted, 'average': average}
    result = precision_at_k(videos, labels, (1, 4, 50), answers=answers, **options)
    for k, value in result.items():
        expected = options_by_loops(videos, labels, k, answers, **options)
        assert value == pytest.approx(expected)


def test_average_precision_worked_out_by_hand():
    line = [np.array([[0.0]]), np.array([[1.0], [2.0], [3.0], [4.0]])]
    labels = [np.array([0]), np.array([1, 0, 1, 0])]  # hits at ranks 2 and 4
    asks = np.array([[False, True], [False, False]])
    options = {'answers': asks, 'rank_weighted': True}
    assert precision_at_k(line, labels, (4,), **options)[4] == pytest.approx(0.5)
    assert precision_at_k(line, labels, (3,), **options)[3] == pytest.approx(0.5)
    assert precision_at_k(line, labels, (1,), **options)[1] == 0
    assert precision_at_k(line, labels, (4,), answers=asks)[4] == 0.5


def test_own_video_alone_serves_but_a_frame_is_no_answer_to_itself():
    videos, labels = [np.array([[0.0], [0.0], [5.0]])], [np.array([0, 1, 0])]
    own = np.ones((1, 1), dtype=bool)
    # 0 and 1 find each other, of another label; 2 finds one of both.
    assert precision_at_k(videos, labels, (1,), answers=own)[1] == pytest.approx(1 / 3)
    assert math.isnan(precision_at_k(videos, labels, (1,))[1])
    lone = [np.zeros((1, 2))], [np.array([0])]
    assert math.isnan(precision_at_k(*lone, (1,), answers=own)[1])


def test_bad_answers_and_averages():
    videos, labels = random_videos(0)
    with pytest.raises(ValueError, match=r'answers must be \(4, 4\), got \(3, 3\)'):
        precision_at_k(videos, labels, answers=np.ones((3, 3)))
    with pytest.raises(ValueError, match="average must be .*, got 'mean'"):
        precision_at_k(videos, labels, average='mean')


def in_own_video(videos, labels, k):
    """LAV's AP@K: K of the video's frames, the query among them; means of means."""
    of_videos = []
    for video, label in zip(videos, labels, strict=True):
        hits = []
        for i in range(len(video)):
            gaps = [
                (float(((video[i] - x) ** 2).sum()), j) for j, x in enumerate(video)
            ]
            near = [j for _, j in sorted(gaps)[:k]]
            assert i in near
            hits.append(sum(label[j] == label[i] for j in near) / len(near))
        of_videos.append(sum(hits) / len(hits))
    return sum(of_videos) / len(of_videos)


@pytest.mark.parametrize('seed', range(3))
def test_own_video_with_the_query_as_its_own_hit(seed):
    videos, labels = random_videos(seed, lengths=(20, 31, 17))
    options = {'answers': np.eye(3, dtype=bool), 'query_answers': True}
    found = precision_at_k(videos, labels, (1, 5, 10, 15), **options)
    for k, value in found.items():
        assert value == pytest.approx(in_own_video(videos, labels, k))
    assert found[1] == 1  # the query itself
    options['query_answers'] = False
    without = precision_at_k(videos, labels, (5, 10, 15), **options)
    others = precision_at_k(videos, labels, (5, 10, 15))
    for k, value in without.items():
        assert found[k] == pytest.approx((1 + (k - 1) * _best(found, k)) / k)
        assert value < found[k] and others[k] < found[k]


def _best(found, k):
    """Precision among the other k - 1 frames."""
    return (found[k] * k - 1) / (k - 1)


def test_a_lone_frame_finds_itself():
    options = {'answers': np.ones((1, 1), dtype=bool), 'query_answers': True}
    assert precision_at_k([[[0.5]]], [[2]], (5,), **options) == {5: 1.0}
