import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kendalltau

from carl_mm.functional import alignment_error, event_error, kendalls_tau

SEEDS = range(5)
METRICS = {
    'tau': kendalls_tau,
    'alignment': lambda videos, **options: alignment_error(
        videos, [np.linspace(0, 0.9, len(video)) for video in videos], **options
    ),
    'event': lambda videos: event_error(videos, [[0]] * len(videos)),
    'warped': lambda videos: event_error(videos, [[0]] * len(videos), 'dtw'),
    'posterior': lambda videos: event_error(videos, [[0]] * len(videos), 'posterior'),
}


def random_videos(seed, lengths=(9, 14, 1, 7, 12), dim=4, dtype=np.float32):
    rng = np.random.default_rng(seed)
    return [rng.normal(size=(n, dim)).astype(dtype) for n in lengths]


def random_progress(seed, videos, unlabelled=0.3):
    rng = np.random.default_rng(seed + 1000)
    values = [np.sort(rng.random(len(video))) for video in videos]
    return [np.where(rng.random(len(v)) < unlabelled, math.nan, v) for v in values]


def nearest(query, candidates):
    """Place of the nearest candidate; the first of equal ones."""
    best, place = math.inf, None
    for index, candidate in enumerate(candidates):
        distance = sum(
            (float(x) - float(y)) ** 2 for x, y in zip(query, candidate, strict=True)
        )
        if distance < best:
            best, place = distance, index
    return place


def tau_by_loops(videos, stride):
    taus, undefined = [], 0
    for i in range(len(videos)):
        for j in range(len(videos)):
            if i == j:
                continue
            a, b = videos[i][::stride], videos[j][::stride]
            found = [nearest(frame, b) for frame in a]
            tau = kendalltau(np.arange(len(a)), found).statistic
            if math.isnan(tau):
                undefined += 1
            else:
                taus.append(tau)
    return sum(taus) / len(taus), undefined / (len(taus) + undefined)


def alignment_by_loops(videos, progress):
    pairs = []
    for i in range(len(videos)):
        for j in range(len(videos)):
            labelled = [t for t in range(len(videos[j])) if progress[j][t] >= 0]
            candidates = [videos[j][t] for t in labelled]
            errors = []
            for t in range(len(videos[i])):
                if i != j and progress[i][t] >= 0 and labelled:
                    found = labelled[nearest(videos[i][t], candidates)]
                    errors.append(abs(progress[i][t] - progress[j][found]))
            if errors:
                pairs.append(sum(errors) / len(errors))
    return sum(pairs) / len(pairs)


def event_by_loops(videos, events):
    errors = []
    for i in range(len(videos)):
        for j in range(len(videos)):
            for event in range(len(events[i])):
                if i != j:
                    found = nearest(videos[i][events[i][event]], videos[j])
                    errors.append(abs(found - events[j][event]) / len(videos[j]))
    return sum(errors) / len(errors)


@pytest.mark.parametrize('seed', SEEDS)
@pytest.mark.parametrize('stride', [1, 2, 5])
def test_tau_equals_scipy_pair_by_pair(seed, stride):
    videos = random_videos(seed)
    mean, nan_share = kendalls_tau(videos, stride=stride)
    expected_mean, expected_share = tau_by_loops(videos, stride)
    assert mean == pytest.approx(expected_mean, abs=1e-12)
    assert nan_share == pytest.approx(expected_share)
    assert nan_share > 0  # one video has one frame


@pytest.mark.parametrize('seed', SEEDS)
def test_alignment_equals_the_loops(seed):
    videos = random_videos(seed)
    progress = random_progress(seed, videos)
    expected = alignment_by_loops(videos, progress)
    assert alignment_error(videos, progress) == pytest.approx(expected, abs=1e-12)
    complete = random_progress(seed, videos, unlabelled=0)
    for stride in (1, 2, 5):
        thinned = ([v[::stride] for v in each] for each in (videos, complete))
        assert alignment_error(videos, complete, stride=stride) == pytest.approx(
            alignment_by_loops(*thinned), abs=1e-12
        )


def warp_by_loops(a, b):
    """The frames of b on the cheapest path, for each frame of a; diagonal first."""

    def dot(p, q):
        return sum(float(x) * float(y) for x, y in zip(p, q, strict=True))

    best = {(-1, -1): (0.0, None)}
    for n in range(len(a)):
        for m in range(len(b)):
            cost = 1 - dot(a[n], b[m]) / math.sqrt(dot(a[n], a[n]) * dot(b[m], b[m]))
            before = [(n - 1, m - 1), (n - 1, m), (n, m - 1)]
            origin = min(before, key=lambda cell: best.get(cell, (math.inf,))[0])
            best[n, m] = (best[origin][0] + cost, origin)
    matches, cell = [[] for _ in a], (len(a) - 1, len(b) - 1)
    while cell != (-1, -1):
        matches[cell[0]].insert(0, cell[1])
        cell = best[cell][1]
    return matches


@pytest.mark.parametrize('seed', SEEDS)
def test_warped_events_equal_the_loops(seed):
    rng = np.random.default_rng(seed)
    videos = random_videos(seed)
    events = [np.sort(rng.integers(0, len(video), 3)) for video in videos]
    errors = []
    for i, a in enumerate(videos):
        for j, b in enumerate(videos):
            if i == j:
                continue
            matches = warp_by_loops(a, b)
            for event, true in zip(events[i], events[j], strict=True):
                middle = matches[event][len(matches[event]) // 2]
                errors.append(abs(middle - true) / len(b))
    found = event_error(videos, events, matching='dtw')
    assert found == pytest.approx(sum(errors) / len(errors), abs=1e-12)


def test_warped_events_by_hand():
    a, b = np.eye(3), np.eye(3)[[0, 1, 1, 1, 2]]
    # Event 1 of a meets frames 1, 2 and 3 of b, whose middle is 2; 3 of b meets 1 of a.
    found = event_error([a, b], [[1], [3]], matching='dtw')
    assert found == pytest.approx((1 / 5 + 0) / 2)
    # The nearest frame is the first of the equal ones.
    assert event_error([a, b], [[1], [3]]) == pytest.approx((2 / 5 + 0) / 2)


def test_warped_events_of_one_frame_and_of_zeros():
    one, line = np.ones((1, 2)), np.zeros((4, 2))
    # All frames of the line meet the one frame, which meets the middle: frame 2.
    found = event_error([one, line], [[0], [3]], matching='dtw')
    assert found == pytest.approx((1 / 4 + 0) / 2)
    assert math.isnan(event_error([line], [[1]], matching='dtw'))
    assert math.isnan(event_error([line, line], [[], []], matching='dtw'))


def test_events_by_the_posterior_by_hand():
    # The longer video begins two frames early and ends one frame late.
    a, b = np.eye(12)[2:9], np.eye(12)[:10]
    # Event 1 of a is frame 3 of b, not 4; frame 4 of b is frame 2 of a.
    found = event_error([a, b], [[1], [4]], matching='posterior')
    assert found == pytest.approx((1 / 10 + 1 / 7) / 2)


def test_posterior_events_of_one_frame():
    one, line = np.ones((1, 2)), np.zeros((4, 2))
    # Frames 1 and 2 of the line are equally likely: the first of them is taken.
    found = event_error([one, line], [[0], [3]], matching='posterior')
    assert found == pytest.approx((2 / 4 + 0) / 2)
    assert math.isnan(event_error([line], [[1]], matching='posterior'))


def test_an_unknown_matching_is_named():
    with pytest.raises(ValueError, match="got 'dwt'"):
        event_error([], [], matching='dwt')


@pytest.mark.parametrize('seed', SEEDS)
def test_events_equal_the_loops(seed):
    videos = random_videos(seed, lengths=(9, 14, 3, 7))
    rng = np.random.default_rng(seed)
    events = [np.sort(rng.integers(0, len(video), 3)) for video in videos]
    expected = event_by_loops(videos, events)
    assert event_error(videos, events) == pytest.approx(expected, abs=1e-12)


def column(*values):
    return np.array(values, dtype=float)[:, None]


def test_tau_by_hand():
    line = column(0, 1, 2)
    assert kendalls_tau([line, line + 0.1]) == (pytest.approx(1), 0)
    assert kendalls_tau([line, line[::-1]]) == (pytest.approx(-1), 0)
    # Nearest 0, 2, 1: one of three pairs is out of order; both ways.
    mean, _ = kendalls_tau([line, column(0, 2, 1)])
    assert mean == pytest.approx(1 / 3)
    # Nearest of the first: 0, 0, 1, a tie, tau-b = 2 / sqrt(3 x 2); of the second: 1.
    mean, nan_share = kendalls_tau([line, column(0.4, 2)])
    assert mean == pytest.approx((2 / math.sqrt(6) + 1) / 2)
    assert nan_share == 0


def test_alignment_by_hand():
    a, b = column(0, 1, 2), column(0, 2)
    progress = [np.array([0, 0.4, 0.8]), np.array([0.1, 0.5])]
    # a: 0 -> 0.1, 0.4 -> 0.1 (the first of two as near), 0.8 -> 0.5: mean 0.7 / 3.
    # b: 0.1 -> 0, 0.5 -> 0.8: mean 0.2.
    expected = (0.7 / 3 + 0.2) / 2
    assert alignment_error([a, b], progress) == pytest.approx(expected)
    # Without the last frame of a as candidate, 0.5 -> 0.4; a: mean of 0.1 and 0.3.
    progress[0][2] = math.nan
    expected = (0.2 + 0.1) / 2
    assert alignment_error([a, b], progress) == pytest.approx(expected)


def test_events_by_hand():
    a, b = column(0, 1, 2, 3), column(0, 0.1, 1, 2, 3)
    # Frame 1 of a lies at 2 of b, not at 3: 1 / 5; frame 3 of b lies at 2 of a: 1 / 4.
    assert event_error([a, b], [[1], [3]]) == pytest.approx((1 / 5 + 1 / 4) / 2)
    # Of two events each counts the same; the second is found: 0 and 0.
    both = event_error([a, b], [[1, 3], [3, 4]])
    assert both == pytest.approx((1 / 5 + 1 / 4) / 4)


def test_unlabelled_frames_are_neither_queries_nor_candidates():
    videos = random_videos(0)
    progress = random_progress(0, videos)
    known = [~np.isnan(values) for values in progress]
    kept = [video[mask] for video, mask in zip(videos, known, strict=True)]
    values = [value[mask] for value, mask in zip(progress, known, strict=True)]
    assert alignment_error(videos, progress) == alignment_error(kept, values)
    # A video without any label counts like none.
    unlabelled = np.full(6, math.nan)
    more = [*videos, random_videos(9, lengths=(6,))[0]]
    actual = alignment_error(more, [*progress, unlabelled])
    assert actual == alignment_error(videos, progress)


@settings(deadline=None, max_examples=25)
@given(
    seed=st.integers(0, 10**6),
    lengths=st.lists(st.integers(2, 10), min_size=2, max_size=4),
)
def test_properties(seed, lengths):
    rng = np.random.default_rng(seed)
    # Whole numbers: distances, ties too, are the same after the turns below.
    videos = [rng.integers(-4, 5, (n, 3)).astype(float) for n in lengths]
    progress = random_progress(seed, videos)
    events = [rng.integers(0, n, 2) for n in lengths]

    def judge(videos, order=slice(None)):
        parts = (videos[order], progress[order], events[order])
        mean, share = kendalls_tau(parts[0])
        return mean, share, alignment_error(*parts[:2]), event_error(*parts[::2])

    expected = judge(videos)
    mean, share, alignment, event = expected
    assert math.isnan(mean) == (share == 1)
    assert math.isnan(mean) or -1 <= mean <= 1
    assert math.isnan(alignment) or 0 <= alignment <= 1
    assert 0 <= event < 1
    # Only distances between frames count, and not the order of the videos.
    moved = [2 * video[:, [2, 0, 1]] * [1, -1, 1] + 5 for video in videos]
    np.testing.assert_allclose(judge(moved), expected, atol=1e-12)
    np.testing.assert_allclose(judge(videos, slice(None, None, -1)), expected)


def test_perfect_alignment():
    time = np.linspace(0, 1, 30)[:, None]
    videos = [time, time.copy()]
    assert alignment_error(videos, [time[:, 0]] * 2) == 0
    assert event_error(videos, [[0, 7, 29]] * 2) == 0
    assert kendalls_tau(videos) == (pytest.approx(1), 0)


def test_collapsed_embeddings_are_told_by_the_nan_share():
    collapsed = [np.ones((n, 3)) for n in (5, 8, 6)]
    mean, nan_share = kendalls_tau(collapsed)
    assert math.isnan(mean)
    assert nan_share == 1
    # Pairs with the collapsed video as candidates or as queries find one frame.
    line = np.arange(6)[:, None] * np.ones(3)
    mean, nan_share = kendalls_tau([line, line + 0.1, collapsed[0]])
    assert mean == pytest.approx(1)
    assert nan_share == pytest.approx(4 / 6)
    # All frames land on frame 0: the alignment error does not flatter.
    progress = [np.arange(n) / n for n in (5, 8, 6)]
    expected = np.mean([p.mean() for p in progress])
    assert alignment_error(collapsed, progress) == pytest.approx(expected)
    assert event_error(collapsed, [[3]] * 3) == pytest.approx(
        np.mean([3 / 5, 3 / 8, 3 / 6])
    )


def test_one_frame():
    one, line = column(1.2), column(0, 1, 2, 3)
    mean, nan_share = kendalls_tau([one, line])
    assert math.isnan(mean)
    assert nan_share == 1
    progress = [np.array([0.5]), np.array([0, 0.25, 0.5, 0.75])]
    expected = (0.25 + np.mean([0.5, 0.25, 0, 0.25])) / 2
    assert alignment_error([one, line], progress) == pytest.approx(expected)
    assert event_error([one, line], [[0], [3]]) == pytest.approx((2 / 4 + 0) / 2)


@pytest.mark.parametrize('videos', [[], [column(0, 1, 2)]])
def test_fewer_than_two_videos(videos):
    assert all(math.isnan(value) for value in kendalls_tau(videos))
    progress = [np.array([0, 0.3, 0.6])] * len(videos)
    assert math.isnan(alignment_error(videos, progress))
    assert math.isnan(event_error(videos, [[1]] * len(videos)))


def test_nothing_labelled_and_no_event():
    videos = [column(0, 1), column(0, 1, 2)]
    unlabelled = [np.full(len(video), math.nan) for video in videos]
    assert math.isnan(alignment_error(videos, unlabelled))
    one_labelled = [np.array([0.1, 0.2]), unlabelled[1]]
    assert math.isnan(alignment_error(videos, one_labelled))
    assert math.isnan(event_error(videos, [[], []]))


def test_negative_progress_is_unlabelled():
    videos = random_videos(4)
    progress = random_progress(4, videos)
    negative = [np.where(np.isnan(values), -1, values) for values in progress]
    assert alignment_error(videos, negative) == alignment_error(videos, progress)


def test_videos_without_a_frame_are_left_out():
    videos = random_videos(3, lengths=(6, 8, 5))
    more = [*videos, np.zeros((0, 4))]
    assert kendalls_tau(more) == kendalls_tau(videos)
    progress = random_progress(3, videos)
    actual = alignment_error(more, [*progress, np.zeros(0)])
    assert actual == alignment_error(videos, progress)


@pytest.mark.parametrize('dtype', [torch.float32, torch.float64, torch.bfloat16])
def test_tensors(dtype):
    videos = [torch.from_numpy(v).to(dtype) for v in random_videos(1)]
    arrays = [video.float().numpy() for video in videos]
    assert kendalls_tau(videos) == kendalls_tau(arrays)
    progress = random_progress(1, arrays)
    tensors = [torch.from_numpy(value) for value in progress]
    assert alignment_error(videos, tensors) == alignment_error(arrays, progress)
    events = [torch.zeros(2, dtype=torch.long)] * 5
    assert event_error(videos, events) == event_error(arrays, [[0, 0]] * 5)


def test_close_frames_far_from_the_origin():
    # In single precision |a|^2 + |b|^2 - 2ab would lose these distances.
    line = (np.arange(20)[:, None] * 1e-2 + 1000).astype(np.float32)
    assert kendalls_tau([line, line.copy()]) == (pytest.approx(1), 0)


@pytest.mark.parametrize('metric', METRICS)
@pytest.mark.parametrize('bad', [math.nan, math.inf])
def test_nan_embeddings_are_named(metric, bad):
    videos = random_videos(2, lengths=(6, 7, 8))
    videos[1][[2, 5], 3] = bad
    with pytest.raises(ValueError, match=r'video 1\b.*\b2 of 7\b'):
        METRICS[metric](videos)


@pytest.mark.parametrize('metric', ['tau', 'alignment'])
@pytest.mark.parametrize('stride', [0, -2])
def test_bad_stride(metric, stride):
    with pytest.raises(ValueError, match=str(stride)):
        METRICS[metric](random_videos(0), stride=stride)


def test_lengths_that_differ():
    videos = random_videos(0, lengths=(6, 7))
    with pytest.raises(ValueError, match=r'video 1\b.*7.*4'):
        alignment_error(videos, [np.zeros(6), np.zeros(4)])
    with pytest.raises(ValueError, match='2.*3'):
        alignment_error(videos, [np.zeros(6)] * 3)


@pytest.mark.parametrize(
    ('events', 'value'),
    [
        ([[0], [7]], r'video 1\b.*7'),
        ([[-3], [0]], 'video 0.*-3'),
        ([[0, 1], [0]], '2.*1'),
        ([[0]], '1'),
        ([[0], [2.5]], r'video 1\b.*2.5'),
        ([[math.nan], [0]], r'video 0\b.*nan'),
    ],
)
def test_bad_events(events, value):
    with pytest.raises(ValueError, match=value):
        event_error(random_videos(0, lengths=(6, 7)), events)


@pytest.mark.parametrize('metric', METRICS)
def test_bad_shapes(metric):
    videos = random_videos(0, lengths=(6, 7))
    with pytest.raises(ValueError, match=r'video 1\b.*\(7, 3\)'):
        METRICS[metric]([videos[0], videos[1][:, :3]])
    with pytest.raises(ValueError, match=r'video 0\b.*\(6,\)'):
        METRICS[metric]([videos[0][:, 0], videos[1][:, 0]])


def test_tau_policies():
    rng = np.random.default_rng(0)
    videos = [rng.normal(size=(8, 3)), np.zeros((6, 3)), rng.normal(size=(9, 3))]
    taus = []
    for a in range(3):
        for b in range(3):
            if a != b:
                gaps = videos[a][:, None] - videos[b][None]
                nearest = (gaps**2).sum(-1).argmin(1)
                taus.append(kendalltau(np.arange(len(nearest)), nearest).statistic)
    taus = np.array(taus)
    assert 0 < np.isnan(taus).sum() < 6
    share = np.isnan(taus).mean()
    assert kendalls_tau(videos) == pytest.approx((np.nanmean(taus), share))
    zero = kendalls_tau(videos, nan_policy='zero')
    assert zero == pytest.approx((np.nansum(taus) / 6, share))
    mean, same_share = kendalls_tau(videos, nan_policy='propagate')
    assert math.isnan(mean)
    assert same_share == share
    collapsed = [np.zeros((5, 2))] * 2
    assert kendalls_tau(collapsed, nan_policy='zero') == (0, 1)
    with pytest.raises(ValueError, match="got 'drop'"):
        kendalls_tau(videos, nan_policy='drop')
