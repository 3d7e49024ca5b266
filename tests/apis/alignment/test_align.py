import numpy as np
import pytest
import torch

from carl_mm.apis import VideoEmbedding, align
from carl_mm.apis.alignment.align import METHODS
from carl_mm.functional import match_frames

STEPS = np.linspace(0, np.pi, 12)
ARC = np.stack([np.cos(STEPS), np.sin(STEPS)], axis=1)
SLOW = np.repeat(np.arange(12), [1, 3, 1, 2, 4, 1, 1, 2, 1, 3, 1, 1])


def video(frames, name='a.mp4', fps=10.0, **provenance):
    unit = frames / np.linalg.norm(frames, axis=1, keepdims=True)
    times = np.arange(len(unit)) / fps
    return VideoEmbedding(name, unit.astype(np.float32), times, fps, provenance)


def test_a_slower_copy_is_followed_both_ways():
    found = align(ARC, ARC[SLOW], 'dtw')
    assert found.path.tolist() == [[n, m] for m, n in enumerate(SLOW)]
    middle = [0, 2, 4, 6, 9, 11, 12, 14, 15, 17, 19, 20]
    assert found.frame_inds_b.tolist() == middle
    assert found.frame_inds_a.tolist() == SLOW.tolist()
    assert found.cost == pytest.approx(0, abs=1e-12)
    assert found.score == pytest.approx(1)
    assert found.warped_timestamps is None


@pytest.mark.parametrize('method', METHODS)
def test_cost_and_score_equal_loops(method):
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(7, 3)), rng.normal(size=(9, 3))

    def distance(n, m):
        return 1 - a[n] @ b[m] / np.linalg.norm(a[n]) / np.linalg.norm(b[m])

    found = align(torch.tensor(a), b, method)
    cost = np.mean([distance(n, m) for n, m in found.path])
    alike_a = [1 - distance(n, m) for n, m in enumerate(found.frame_inds_b)]
    alike_b = [1 - distance(n, m) for m, n in enumerate(found.frame_inds_a)]
    score = np.mean(found.matched_a * alike_a) + np.mean(found.matched_b * alike_b)
    assert found.cost == pytest.approx(cost)
    assert found.score == pytest.approx(score / 2)
    assert 0 < found.score < 1


def test_nearest_frames_need_not_be_in_order():
    backward = ARC[::-1]
    found = align(ARC, backward, 'nearest')
    assert found.frame_inds_b.tolist() == list(range(12))[::-1]
    assert found.path.tolist() == [[n, 11 - n] for n in range(12)]
    assert found.score == pytest.approx(1)
    by_dtw = align(ARC, backward, 'dtw')
    assert (np.diff(by_dtw.frame_inds_b) >= 0).all()
    assert by_dtw.score < 0.5


def test_nearest_frames_are_found_anew_the_other_way():
    found = align(ARC[[0, 7]], ARC, 'nearest')
    assert found.frame_inds_b.tolist() == [0, 7]
    assert found.frame_inds_a.tolist() == [0] * 3 + [int(m > 3) for m in range(3, 12)]


def walk(seed, length):
    return np.cumsum(np.random.default_rng(seed).normal(size=(length, 16)), axis=0)


@pytest.mark.parametrize('ends', ['auto', 'closed', 'open'])
def test_what_match_frames_finds_is_the_alignment(ends):
    a, b = walk(0, 60), walk(0, 60)[20:]
    found, expected = align(a, b, ends=ends), match_frames(a, b, ends)
    assert (found.method, found.ends) == ('posterior', expected.ends)
    assert found.ends == ('open' if ends == 'auto' else ends)
    assert found.frame_inds_b.tolist() == expected.frame_inds_b.tolist()
    assert found.frame_inds_a.tolist() == expected.frame_inds_a.tolist()
    is_open = found.ends == 'open'
    matched = expected.matched_a > 0.5 if is_open else np.ones(60, dtype=bool)
    assert found.matched_a.tolist() == matched.tolist()
    assert found.path[:, 0].tolist() == np.flatnonzero(matched).tolist()
    assert found.path[:, 1].tolist() == found.frame_inds_b[matched].tolist()
    sure = expected.matched_b / (1 + expected.spread_a)
    np.testing.assert_allclose(found.confidence_b, sure)


def test_frames_without_counterpart_get_neither_times_nor_labels():
    moments = walk(0, 60)
    found = align(moments, video(moments[30:]), ends='open')
    alone = ~found.matched_a
    assert alone[:25].mean() > 0.8
    assert alone[35:].mean() < 0.2
    assert np.isnan(found.warped_timestamps).tolist() == alone.tolist()
    for labels, fill in (
        (np.arange(30), -1),
        (np.arange(30, dtype=np.uint8), -1),
        (np.array(['x'] * 30), ''),
        (np.ones(30, dtype=bool), False),
        (np.array([{}] * 30), None),
    ):
        carried = found.transfer(labels, to='a')
        assert (carried[alone] == fill).all()
        assert (carried[~alone] == labels[found.frame_inds_b[~alone]]).all()
    assert np.isnan(found.transfer(np.ones(30), to='a')[alone]).all()
    assert (found.transfer(np.arange(30), to='a', fill=-7)[alone] == -7).all()
    with pytest.raises(ValueError, match='fill'):
        found.transfer(np.zeros(30, dtype='M8[s]'), to='a')


def test_unlike_videos_align_worse():
    a = walk(0, 60)
    related = align(a, a[10:50] + np.random.default_rng(1).normal(size=(40, 16)))
    assert related.score > align(a, walk(1, 60)).score


@pytest.mark.parametrize('length', [1, 2])
def test_clips_shorter_than_three_frames(length):
    found = align(walk(0, length), walk(0, length))
    assert found.frame_inds_b.tolist() == list(range(length))
    assert found.ends == 'closed'


def test_times_are_those_of_b_and_uneven_ones_are_kept():
    times = np.cumsum(np.linspace(0.01, 0.2, len(SLOW)))
    b = VideoEmbedding('b.mp4', ARC[SLOW].astype(np.float32), times, 9.0)
    found = align(video(ARC), b, 'dtw')
    assert found.warped_timestamps.tolist() == times[found.frame_inds_b].tolist()
    assert (np.diff(found.warped_timestamps) > 0).all()


def test_labels_are_carried_both_ways():
    found = align(ARC, ARC[SLOW], 'dtw')
    names = np.array(list('aaabbbbccddd'))
    assert found.transfer(names).tolist() == names[SLOW].tolist()
    assert found.transfer(names[SLOW], to='a').tolist() == names.tolist()
    scores = np.random.default_rng(0).random((12, 4))
    assert found.transfer(scores).shape == (len(SLOW), 4)


@pytest.mark.parametrize('method', METHODS)
def test_one_frame_and_videos_in_which_nothing_changes(method):
    found = align(ARC[:1], ARC, method)
    assert found.frame_inds_a.tolist() == [0] * 12
    assert align(ARC[:1], ARC[:1], method).score == 0
    still = align(np.ones((4, 3)), np.ones((6, 3)), method)
    assert (still.score, still.cost) == (0, pytest.approx(0, abs=1e-12))
    assert not still.alignable


def test_very_different_lengths():
    found = align(ARC[[0, 11]], np.repeat(ARC, 50, axis=0), 'dtw')
    assert found.frame_inds_a.tolist() == [0] * 300 + [1] * 300
    assert found.path[[0, -1]].tolist() == [[0, 0], [1, 599]]


@pytest.mark.parametrize(
    ('a', 'b', 'method', 'message'),
    [
        (ARC, ARC, 'fast', "'fast'"),
        (ARC[:0], ARC, 'dtw', '0 and 12 frames'),
        (ARC, ARC[:0], 'nearest', '12 and 0 frames'),
        (ARC, np.ones((3, 5)), 'dtw', r'\(3, 5\)'),
        (ARC, np.full((3, 2), np.nan), 'dtw', '3 of 3 frames'),
        (
            video(ARC, checkpoint_sha256='1' * 9),
            video(ARC, 'b.mp4', checkpoint_sha256='2' * 9),
            'dtw',
            'b.mp4.*22222222.*11111111',
        ),
    ],
)
def test_bad_input_is_named(a, b, method, message):
    with pytest.raises(ValueError, match=message):
        align(a, b, method)


@pytest.mark.parametrize(
    ('labels', 'to', 'message'),
    [
        (np.zeros(13), 'b', '12 frames of video a.*13'),
        (np.zeros(12), 'a', '21 frames of video b.*12'),
        (np.zeros(12), 'c', "'c'"),
    ],
)
def test_labels_that_do_not_fit(labels, to, message):
    with pytest.raises(ValueError, match=message):
        align(ARC, ARC[SLOW]).transfer(labels, to=to)


@pytest.mark.parametrize(
    ('method', 'ends', 'message'),
    [
        ('dtw', 'open', "ends='open' needs method='posterior', got 'dtw'"),
        ('posterior', 'wide', "'wide'"),
    ],
)
def test_ends_that_do_not_fit(method, ends, message):
    with pytest.raises(ValueError, match=message):
        align(ARC, ARC, method, ends)
