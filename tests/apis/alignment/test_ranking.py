import numpy as np
import pytest

from carl_mm.apis import align, rank_by_alignment
from carl_mm.apis.alignment.ranking import RankedVideo, ScoreNull


def walk(seed, length):
    return np.cumsum(np.random.default_rng(seed).normal(size=(length, 24)), axis=0)


def noisy(video, seed):
    return video + np.random.default_rng(seed).normal(size=video.shape)


def test_related_videos_come_first_and_others_are_told():
    video = walk(0, 50)
    others = [walk(7, 50), noisy(video, 1), walk(8, 40), noisy(video[5:], 2)]
    others += [walk(seed, 45) for seed in range(9, 16)]
    ranked = rank_by_alignment(video, others)
    assert sorted(each.index for each in ranked[:2]) == [1, 3]
    assert [each.is_like for each in ranked] == [True] * 2 + [False] * 9
    scores = [each.alignment.score for each in ranked]
    assert scores == sorted(scores, reverse=True)
    assert [each.z for each in ranked] == sorted(
        (each.z for each in ranked), reverse=True
    )
    best = align(video, others[ranked[0].index])
    assert best.score == ranked[0].alignment.score


def test_a_seed_makes_the_same_null():
    video, others = walk(0, 30), [walk(1, 20), walk(2, 25)]
    first, again, other = (rank_by_alignment(video, others, s) for s in (0, 0, 1))
    assert [each.z for each in first] == [each.z for each in again]
    assert [each.z for each in first] != [each.z for each in other]


def test_a_video_in_which_nothing_changes_is_like_none():
    (only,) = rank_by_alignment(np.ones((9, 3)), [np.ones((7, 3))])
    assert not only.is_like


def test_without_others_there_is_nothing_to_rank():
    with pytest.raises(ValueError, match='no video'):
        rank_by_alignment(walk(0, 9), [])


@pytest.mark.parametrize(
    ('z', 'doubt'),
    [(-3, 'unrelated'), (0.99, 'unrelated'), (1.0, 'weak'), (1.64, 'weak'), (1.65, '')],
)
def test_doubt_goes_by_z(z, doubt):
    found = align(walk(0, 20), noisy(walk(0, 20), 1))
    null = ScoreNull(found.score - z, 1.0)
    assert null.judge(0, found).doubt == doubt


def test_videos_that_cannot_be_aligned_are_unrelated():
    still = align(np.ones((5, 2)), np.ones((5, 2)))
    assert RankedVideo(0, still, 9.0, False).doubt == 'unrelated'


def test_different_actions_are_doubted():
    """Of three actions no pair of one is doubted, and most others are."""
    actions = [walk(seed, 40) for seed in range(3)]
    videos = [[noisy(action, 9 + i) for i in range(8)] for action in actions]
    doubts = {True: [], False: []}
    for own in videos:
        pool = [video for each in videos for video in each if video is not own[0]]
        for found in rank_by_alignment(own[0], pool):
            same = any(pool[found.index] is video for video in own)
            doubts[same].append(found.doubt)
    assert set(doubts[True]) == {''}
    assert np.mean([doubt != '' for doubt in doubts[False]]) > 0.85


def test_the_null_can_be_made_of_a_few():
    video, others = walk(0, 30), [walk(seed, 20) for seed in range(1, 8)]
    few = rank_by_alignment(video, others, max_null_videos=3)
    null = ScoreNull.of(video, [others[i] for i in (0, 3, 6)])
    for each in few:
        assert each.z == (each.alignment.score - null.mean) / null.deviation
    whole = rank_by_alignment(video, others)
    assert [e.z for e in whole] == [
        e.z for e in rank_by_alignment(video, others, max_null_videos=99)
    ]
