import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from mmaction.evaluation.functional.eval_detection import (
    compute_average_precision_detection,
)

from carl_mm.functional import detection_map, resample_features

THRESHOLDS = [0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95]


# Features of fixed length


def slow_resample(frames, num_snippets):
    """Each snippet's centre lies between the centres of two frames."""
    rows = []
    for snippet in range(num_snippets):
        centre = (snippet + 0.5) * len(frames) / num_snippets
        left = math.floor(centre - 0.5)
        share = centre - (left + 0.5)
        ends = [min(max(i, 0), len(frames) - 1) for i in (left, left + 1)]
        rows.append(frames[ends[0]] * (1 - share) + frames[ends[1]] * share)
    return np.array(rows)


@pytest.mark.parametrize('num_frames', [1, 2, 3, 7, 99, 100, 101, 357])
@pytest.mark.parametrize('num_snippets', [1, 2, 16, 100])
def test_snippets_are_read_at_their_centres(num_frames, num_snippets):
    frames = np.random.default_rng(num_frames).normal(size=(num_frames, 3))
    resampled = resample_features(frames, num_snippets)
    assert resampled.shape == (num_snippets, 3)
    np.testing.assert_allclose(resampled, slow_resample(frames, num_snippets))
    theirs = torch.nn.functional.interpolate(
        torch.from_numpy(frames.T)[None], size=num_snippets, mode='linear'
    )
    np.testing.assert_allclose(resampled, theirs[0].T.numpy(), atol=1e-12)


def test_by_hand():
    assert resample_features([[0.0], [1.0]], 4).ravel().tolist() == [0, 0.25, 0.75, 1]
    four = [[0.0], [1.0], [2.0], [3.0]]
    assert resample_features(four, 2).ravel().tolist() == [0.5, 2.5]
    assert resample_features(torch.tensor(four), 4).tolist() == four
    assert resample_features([[5.0, 6.0]], 3).tolist() == [[5, 6]] * 3


def test_a_straight_line_stays_one_inside():
    line = np.arange(50.0)[:, None]
    steps = np.diff(resample_features(line, 20).ravel())
    np.testing.assert_allclose(steps, 2.5)


@pytest.mark.parametrize(
    ('embeddings', 'num_snippets', 'message'),
    [
        (np.zeros((0, 3)), 100, r'at least one frame, got \(0, 3\)'),
        (np.zeros(3), 100, r'must be \(T, D\)'),
        ([[0.0], [math.nan]], 100, '1 of 2 frames are NaN'),
        ([[0.0]], 0, 'num_snippets must be at least 1, got 0'),
    ],
)
def test_bad_features_are_refused(embeddings, num_snippets, message):
    with pytest.raises(ValueError, match=message):
        resample_features(embeddings, num_snippets)


# Detection mAP


def slow_iou(a, b):
    overlap = max(0, min(a[1], b[1]) - max(a[0], b[0]))
    union = (a[1] - a[0]) + (b[1] - b[0]) - overlap
    return overlap / union if union else 0.0


def slow_class_precision(proposals, truth, label, threshold):
    """One class and threshold, from the definition: k-th true one by k-th."""
    targets = [
        (video, index)
        for video, items in truth.items()
        for index, item in enumerate(items)
        if item['label'] == label
    ]
    ranked = [
        (video, item)
        for video, items in proposals.items()
        for item in items
        if item['label'] == label
    ]
    ranked.sort(key=lambda pair: pair[1]['score'], reverse=True)  # stable as well
    verdicts, used = [], set()
    for video, item in ranked:
        candidates = [
            (slow_iou(item['segment'], truth[video][index]['segment']), -index)
            for name, index in targets
            if name == video and (video, index) not in used
        ]
        iou, index = max(candidates, default=(0, 0))
        verdicts.append(iou >= threshold)
        if verdicts[-1]:
            used.add((video, -index))
    total = 0.0
    for k in range(1, len(targets) + 1):
        total += max(
            (
                sum(verdicts[:n]) / n
                for n in range(1, len(verdicts) + 1)
                if sum(verdicts[:n]) >= k
            ),
            default=0.0,
        )
    return total / len(targets)


def slow_map(proposals, truth, threshold):
    labels = {item['label'] for items in truth.values() for item in items}
    values = [slow_class_precision(proposals, truth, x, threshold) for x in labels]
    return sum(values) / len(values)


def made_up(seed, num_videos=6, num_classes=3, levels=0):
    """Random truth and proposals near it; a few levels of score make ties."""
    rng = np.random.default_rng(seed)

    def segment():
        return sorted(rng.uniform(0, 100, 2).tolist())

    truth, proposals = {}, {}
    for video in range(num_videos):
        truth[f'v{video}'] = [
            {'segment': segment(), 'label': f'c{rng.integers(num_classes)}'}
            for _ in range(rng.integers(0, 5))
        ]
        near = [
            np.sort(np.array(item['segment']) + rng.normal(0, 4, 2)).tolist()
            for item in truth[f'v{video}']
            for _ in range(3)
        ]
        proposals[f'v{video}'] = [
            {
                'segment': place,
                'label': f'c{rng.integers(num_classes)}',
                'score': float(rng.integers(levels) if levels else rng.random()),
            }
            for place in [*near, *[segment() for _ in range(5)]]
        ]
    return proposals, truth


@pytest.mark.parametrize('levels', [0, 2, 5])
@pytest.mark.parametrize('seed', range(8))
def test_against_the_definition(seed, levels):
    proposals, truth = made_up(seed, levels=levels)
    values, mean = detection_map(proposals, truth)
    assert list(values) == THRESHOLDS
    expected = [slow_map(proposals, truth, threshold) for threshold in THRESHOLDS]
    np.testing.assert_allclose(list(values.values()), expected, atol=1e-12)
    assert mean == pytest.approx(np.mean(expected))
    assert 0 < mean < 1


@pytest.mark.parametrize('seed', range(3))
def test_against_mmaction2_without_ties(seed):
    proposals, truth = made_up(seed, num_classes=1)

    def rows(videos):
        return [
            {
                'video-id': video,
                't-start': item['segment'][0],
                't-end': item['segment'][1],
                'score': item.get('score'),
            }
            for video, items in videos.items()
            for item in items
        ]

    theirs = compute_average_precision_detection(
        rows(truth), rows(proposals), np.array(THRESHOLDS)
    )
    values, _ = detection_map(proposals, truth)
    np.testing.assert_allclose(list(values.values()), theirs, atol=1e-9)


def item(start, end, label='run', score=None):
    row = {'segment': [start, end], 'label': label}
    return row if score is None else row | {'score': score}


TRUTH = {'a': [item(0, 10), item(20, 30)], 'b': [item(0, 10, 'jump')]}


def at_half(proposals, truth=TRUTH):
    return detection_map(proposals, truth, [0.5])[1]


def test_found_by_hand():
    perfect = {
        'a': [item(0, 10, score=0.9), item(20, 30, score=0.8)],
        'b': [item(0, 10, 'jump', 0.1)],
    }
    assert at_half(perfect) == 1
    # One hit, one miss, one hit: precisions 1 and 2/3 at recalls 1/2 and 1.
    missed = [item(0, 10, score=0.9), item(50, 60, score=0.8), item(20, 30, score=0.7)]
    run = {'a': TRUTH['a']}
    assert at_half({'a': missed}, run) == pytest.approx((1 + 2 / 3) / 2)
    # The envelope: miss, hit, hit gives 1/2 and 2/3, so 2/3 at both recalls.
    late = [item(50, 60, score=0.9), item(0, 10, score=0.8), item(20, 30, score=0.7)]
    assert at_half({'a': late}, run) == pytest.approx(2 / 3)


def test_a_true_segment_is_taken_once_at_each_threshold():
    # IoU 0.6 comes first, the exact one second: at 0.5 the second is a double.
    twice = {'a': [item(0, 6, score=0.9), item(0, 10, score=0.8)]}
    values, mean = detection_map(twice, {'a': [item(0, 10)]}, [0.5, 0.75])
    assert values == {0.5: 1.0, 0.75: 0.5}
    assert mean == 0.75
    # A double of the first goes on to the next best free segment.
    near = {'a': [item(0, 10), item(2, 12)]}
    both = {'a': [item(0, 10, score=0.9), item(0, 10, score=0.8)]}
    assert at_half(both, near) == 1


def test_ties_keep_their_order():
    hit, miss = item(0, 10, score=0.5), item(50, 60, score=0.5)
    one = {'a': [item(0, 10)]}
    assert at_half({'a': [hit, miss]}, one) == 1
    assert at_half({'a': [miss, hit]}, one) == 0.5


def test_an_iou_at_the_threshold_counts():
    assert at_half({'a': [item(0, 5, score=1)]}, {'a': [item(0, 10)]}) == 1
    assert at_half({'a': [item(0, 4.99, score=1)]}, {'a': [item(0, 10)]}) == 0


def test_a_class_without_proposals_counts_nothing():
    only = {'a': [item(0, 10, score=0.9), item(20, 30, score=0.8)]}
    assert at_half(only) == 0.5
    assert at_half({}) == 0


def test_an_unknown_video_is_a_miss_an_unknown_class_is_none():
    found = {'a': [item(0, 10, score=0.5)]}
    one = {'a': [item(0, 10)]}
    assert at_half(found | {'z': [item(0, 10, score=0.9)]}, one) == 0.5
    # A known video, but none of the class.
    assert at_half(found | {'z': [item(0, 10, score=0.9)]}, one | {'z': []}) == 0.5
    assert at_half({'a': [item(0, 10, 'fly', 0.9), *found['a']]}, one) == 1


@pytest.mark.parametrize('truth', [{}, {'a': []}])
def test_empty_truth_is_nan(truth):
    values, mean = detection_map({'a': [item(0, 1, score=1)]}, truth)
    assert list(values) == THRESHOLDS
    assert all(math.isnan(value) for value in [*values.values(), mean])


def test_empty_segments_overlap_nothing():
    assert at_half({'a': [item(5, 5, score=1)]}, {'a': [item(5, 5)]}) == 0


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.1, 10))
def test_the_unit_of_time_does_not_matter(seed, scale):
    proposals, truth = made_up(seed, num_videos=2, num_classes=1)
    truth['v0'].append(item(0, 50, 'c0'))

    def scaled(videos):
        return {
            video: [x | {'segment': [scale * s for s in x['segment']]} for x in items]
            for video, items in videos.items()
        }

    _, mean = detection_map(proposals, truth)
    assert detection_map(scaled(proposals), scaled(truth))[1] == pytest.approx(mean)


@pytest.mark.parametrize(
    ('proposals', 'truth', 'message'),
    [
        ({'a': [item(3, 1, score=1)]}, TRUTH, r"proposals\['a'\]\[0\].*start <= end"),
        ({'a': [item(0, 1, score=math.nan)]}, TRUTH, 'finite'),
        ({}, {'a': [item(0, 1), item(0, math.inf)]}, r"truth\['a'\]\[1\].*finite"),
        ({}, {'a': [{'segment': [1], 'label': 'x'}]}, r'\[start, end\]'),
        ({'a': [item(0, 1)]}, TRUTH, r"proposals\['a'\]\[0\] lacks \['score'\]"),
    ],
)
def test_bad_segments_are_named(proposals, truth, message):
    with pytest.raises(ValueError, match=message):
        detection_map(proposals, truth)


@pytest.mark.parametrize('thresholds', [[], [0], [0.5, 1.1], [math.nan]])
def test_bad_thresholds_are_refused(thresholds):
    with pytest.raises(ValueError, match=r'iou_thresholds must be in \(0, 1\]'):
        detection_map({}, TRUTH, thresholds)
