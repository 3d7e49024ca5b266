"""AE2's and LAV's ways of judging retrieval, against plain loops."""

import math

import numpy as np
import pytest

from carl_mm.functional import precision_at_k
from tests.functional.metrics.test_retrieval import random_videos


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


def by_loops(videos, labels, k, may_answer, rank_weighted, average):
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
def test_equals_the_loops(which, unlabelled, average, rank_weighted):
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
        assert value == pytest.approx(by_loops(videos, labels, k, answers, **options))


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


def test_bad_options():
    videos, labels = random_videos(0)
    with pytest.raises(ValueError, match=r'answers must be \(4, 4\), got \(3, 3\)'):
        precision_at_k(videos, labels, answers=np.ones((3, 3)))
    with pytest.raises(ValueError, match="average must be .*, got 'mean'"):
        precision_at_k(videos, labels, average='mean')
