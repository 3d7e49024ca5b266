import math
import warnings

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC

from carl_mm.functional import phase_classification, phase_progression

SEEDS = range(4)


def random_split(seed, lengths=(12, 15, 9), num_phases=4, dim=6, unlabelled=0.0):
    """Phases in order, embeddings that tell something of them."""
    rng = np.random.default_rng(seed)
    videos, labels = [], []
    for length in lengths:
        cuts = np.sort(rng.choice(np.arange(1, length), num_phases - 1, replace=False))
        label = np.searchsorted(cuts, np.arange(length), side='right')
        video = rng.normal(size=(length, dim))
        video[:, 0] += label
        video[:, 1] += 3 * np.arange(length) / length
        label[rng.random(length) < unlabelled] = -1
        videos.append(video)
        labels.append(label)
    return videos, labels


def two_splits(seed, **options):
    train, test = (random_split(seed + 100 * k, **options) for k in (0, 1))
    return *train, *test


def labelled(videos, labels):
    pairs = [
        (frame, int(phase))
        for video, label in zip(videos, labels, strict=True)
        for frame, phase in zip(video, label, strict=True)
        if phase >= 0
    ]
    return np.array([frame for frame, _ in pairs]), [phase for _, phase in pairs]


def accuracy_by_sklearn(train_videos, train_labels, test_videos, test_labels):
    probe = LogisticRegression(C=1.0, solver='lbfgs', max_iter=100_000)
    probe.fit(*labelled(train_videos, train_labels))
    frames, truth = labelled(test_videos, test_labels)
    guesses = probe.predict(frames)
    hits = sum(int(g) == t for g, t in zip(guesses, truth, strict=True))
    return hits / len(truth)


def time_to_end(videos, labels, phase):
    """Labelled frames and (t - last frame of the phase) / T of videos that have it."""
    frames, targets = [], []
    for video, label in zip(videos, labels, strict=True):
        inside = [t for t in range(len(label)) if label[t] == phase]
        for t in range(len(label)):
            if inside and label[t] >= 0:
                frames.append(video[t])
                targets.append((t - inside[-1]) / len(label))
    return frames, targets


def progression_by_loops(train, test, num_phases):
    scores = []
    for phase in range(num_phases - 1):
        frames, targets = time_to_end(*train, phase)
        test_frames, truth = time_to_end(*test, phase)
        if not frames or not test_frames:
            continue
        ones = np.ones((len(frames), 1))
        weights = np.linalg.lstsq(np.hstack([frames, ones]), targets)[0]
        residual = spread = 0.0
        for frame, target in zip(test_frames, truth, strict=True):
            guess = sum(w * x for w, x in zip(weights, [*frame, 1], strict=True))
            residual += (target - guess) ** 2
            spread += (target - sum(truth) / len(truth)) ** 2
        scores.append(1 - residual / spread)
    return sum(scores) / len(scores)


@pytest.mark.parametrize('seed', SEEDS)
@pytest.mark.parametrize('unlabelled', [0.0, 0.3])
def test_classification_equals_sklearn(seed, unlabelled):
    splits = two_splits(seed, unlabelled=unlabelled)
    accuracy = phase_classification(*splits)
    assert accuracy == pytest.approx(accuracy_by_sklearn(*splits), abs=1e-12)
    assert 0.25 < accuracy < 1  # the data are neither noise nor trivial


@pytest.mark.parametrize('seed', SEEDS)
@pytest.mark.parametrize('unlabelled', [0.0, 0.3])
def test_progression_equals_the_loops(seed, unlabelled):
    splits = two_splits(seed, lengths=(20, 15, 18), unlabelled=unlabelled)
    expected = progression_by_loops(splits[:2], splits[2:], 4)
    assert phase_progression(*splits, 4) == pytest.approx(expected, abs=1e-9)


def test_classification_by_hand():
    train = [np.array([[-1.0], [-1.0], [1.0], [1.0]])], [np.array([0, 0, 1, 1])]
    # The probe cuts at 0: of five labelled frames the third and the last are wrong.
    test = (
        [np.array([[-2.0], [3.0], [0.5]]), np.array([[-0.1], [9.0], [7.0]])],
        [np.array([0, 1, 0]), np.array([0, -1, 0])],
    )
    assert phase_classification(*train, *test) == pytest.approx(3 / 5)


def test_progression_by_hand():
    labels = np.array([0, 0, 1, 1])
    time = np.arange(4.0)[:, None]
    # The only target is (t - 1) / 4, linear in t.
    assert phase_progression([time], [labels], [time], [labels], 2) == pytest.approx(1)
    # Guesses for 2t - 1.5 have the right mean and twice the slope:
    # residuals are deviations from the mean, so that R squared is 0.
    steep = 2 * time - 1.5
    score = phase_progression([time], [labels], [steep], [labels], 2)
    assert score == pytest.approx(0, abs=1e-9)
    # Guesses too large by 2/4: 1 - 4 (1/4) / (5/16) = -2.2.
    score = phase_progression([time], [labels], [time + 2], [labels], 2)
    assert score == pytest.approx(-2.2)


def test_progression_counts_unlabelled_frames_in_time_and_length():
    labels = np.array([0, -1, 0, 1, -1, 1])
    time = np.arange(6.0)[:, None]
    # Squares tell apart a t that counts all frames from one that does not.
    score = phase_progression([time], [labels], [time], [labels], 2)
    assert score == pytest.approx(1)
    whole = np.array([0, 0, 1, 1])
    # Train targets (t - 2) / 6, test targets (t - 1) / 4 with 1.5 t: (1.5 t - 2) / 6.
    test = 1.5 * np.arange(4.0)[:, None] + 0.5
    score = phase_progression([time], [labels], [test], [whole], 2)
    assert score == pytest.approx(1)


def test_the_last_phase_has_no_target():
    splits = two_splits(1, lengths=(20, 15))
    assert phase_progression(*splits, 4) == pytest.approx(
        progression_by_loops(splits[:2], splits[2:], 4)
    )
    assert phase_progression(*splits, 3) == pytest.approx(
        progression_by_loops(splits[:2], splits[2:], 3)
    )
    assert phase_progression(*splits, 4) != phase_progression(*splits, 3)
    with warnings.catch_warnings():
        warnings.simplefilter('error')
        assert math.isnan(phase_progression(*splits, 1))


def test_a_video_that_lacks_a_phase_is_left_out_of_its_target():
    splits = two_splits(2, lengths=(20, 15, 18))
    for labels in (splits[1], splits[3]):
        labels[0][labels[0] == 1] = 0
        labels[1][labels[1] == 0] = 1
    expected = progression_by_loops(splits[:2], splits[2:], 4)
    with warnings.catch_warnings():
        warnings.simplefilter('error')
        assert phase_progression(*splits, 4) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(('place', 'where'), [(1, 'train'), (3, 'test')])
def test_a_target_without_videos_is_dropped_and_named(place, where):
    splits = two_splits(3, lengths=(20, 15, 18))
    for label in splits[place]:
        label[label == 1] = 2
    expected = progression_by_loops(splits[:2], splits[2:], 4)
    with pytest.warns(UserWarning, match=rf'\b1\b.*{where}'):
        score = phase_progression(*splits, 4)
    assert score == pytest.approx(expected, abs=1e-9)


def test_progression_without_any_target():
    videos, labels = random_split(0)
    none = [np.full(len(label), -1) for label in labels]
    with pytest.warns(UserWarning):
        assert math.isnan(phase_progression(videos, none, videos, labels, 4))
    with pytest.warns(UserWarning):
        assert math.isnan(phase_progression(videos, labels, [], [], 4))


def test_a_phase_that_training_never_saw_counts_as_wrong():
    train_videos, train_labels, test_videos, test_labels = two_splits(0)
    for label in train_labels:
        label[label == 3] = 2
    splits = (train_videos, train_labels, test_videos, test_labels)
    accuracy = phase_classification(*splits)
    assert accuracy == pytest.approx(accuracy_by_sklearn(*splits), abs=1e-12)
    seen = sum(int((label != 3).sum()) for label in test_labels)
    assert accuracy <= seen / sum(map(len, test_labels)) < 1


def test_a_phase_that_test_never_sees():
    splits = two_splits(1)
    for label in splits[3]:
        label[label == 0] = -1
    accuracy = phase_classification(*splits)
    assert accuracy == pytest.approx(accuracy_by_sklearn(*splits), abs=1e-12)


def test_one_phase_in_training_is_predicted_everywhere():
    videos, labels = random_split(0)
    one = [np.full(len(label), 2) for label in labels]
    accuracy = phase_classification(videos, one, videos, labels)
    share = np.mean(np.concatenate(labels) == 2)
    assert accuracy == pytest.approx(share)


def test_classification_without_labels():
    videos, labels = random_split(0)
    none = [np.full(len(label), -1) for label in labels]
    assert math.isnan(phase_classification(videos, none, videos, labels))
    assert math.isnan(phase_classification(videos, labels, videos, none))
    assert math.isnan(phase_classification([], [], videos, labels))
    assert math.isnan(phase_classification(videos, labels, [], []))


def test_unlabelled_videos_do_not_matter():
    splits = two_splits(0, lengths=(20, 15))
    extra, absent = np.full((7, 6), 50.0), np.full(7, -1)
    more = tuple([*part, (extra, absent)[i % 2]] for i, part in enumerate(splits))
    assert phase_classification(*more) == phase_classification(*splits)
    expected = phase_progression(*splits, 4)
    assert phase_progression(*more, 4) == pytest.approx(expected, abs=1e-12)


def test_one_video_and_one_frame():
    videos, labels, test_videos, test_labels = two_splits(0, lengths=(15,))
    splits = (videos, labels, test_videos, test_labels)
    assert phase_classification(*splits) == pytest.approx(accuracy_by_sklearn(*splits))
    expected = progression_by_loops(splits[:2], splits[2:], 4)
    assert phase_progression(*splits, 4) == pytest.approx(expected, abs=1e-9)
    frame = ([test_videos[0][:1]], [test_labels[0][:1]])
    accuracy = phase_classification(videos, labels, *frame)
    assert accuracy == accuracy_by_sklearn(videos, labels, *frame)


def test_a_perfect_and_an_affine_embedding():
    splits = two_splits(5, lengths=(20, 15, 18))
    labels, test_labels = splits[1::2]
    train, test = ([np.eye(4)[v] for v in part] for part in (labels, test_labels))
    assert phase_classification(train, labels, test, test_labels) == 1
    # Least squares do not depend on the coordinates of the embedding.
    mix = np.random.default_rng(0).normal(size=(6, 6))
    moved = tuple(
        [video @ mix + 3 for video in part] if i % 2 == 0 else part
        for i, part in enumerate(splits)
    )
    assert phase_progression(*moved, 4) == pytest.approx(phase_progression(*splits, 4))


@pytest.mark.parametrize('dtype', [torch.float32, torch.float64, torch.bfloat16])
def test_tensors(dtype):
    splits = two_splits(0)
    tensors = [
        [torch.from_numpy(v).to(dtype if i % 2 == 0 else torch.long) for v in part]
        for i, part in enumerate(splits)
    ]
    arrays = [
        [(t.float() if t.dtype == torch.bfloat16 else t).numpy() for t in part]
        for part in tensors
    ]
    assert phase_classification(*tensors) == phase_classification(*arrays)
    assert phase_progression(*tensors, 4) == pytest.approx(
        phase_progression(*arrays, 4), abs=1e-4
    )


def test_single_precision_is_close():
    splits = two_splits(1, lengths=(20, 15, 18))
    single = tuple(
        [v.astype(np.float32) for v in part] if i % 2 == 0 else part
        for i, part in enumerate(splits)
    )
    score = phase_progression(*splits, 4)
    assert phase_progression(*single, 4) == pytest.approx(score, abs=1e-4)


def test_nan_labels_are_unlabelled():
    splits = two_splits(0, unlabelled=0.3)
    with_nan = [
        [np.where(v < 0, math.nan, v) for v in part] if i % 2 else part
        for i, part in enumerate(splits)
    ]
    assert phase_classification(*with_nan) == phase_classification(*splits)
    score = phase_progression(*splits, 4)
    assert phase_progression(*with_nan, 4) == pytest.approx(score, abs=1e-12)


@pytest.mark.parametrize('probe', ['classification', 'progression'])
@pytest.mark.parametrize('place', [0, 2])
@pytest.mark.parametrize('bad', [math.nan, math.inf])
def test_nan_embeddings_are_named(probe, place, bad):
    splits = two_splits(0)
    splits[place][1][[3, 4], 2] = bad
    with pytest.raises(ValueError, match=r'video 1\b.*\b2 of 15\b'):
        if probe == 'classification':
            phase_classification(*splits)
        else:
            phase_progression(*splits, 4)


@pytest.mark.parametrize('place', [1, 3])
def test_lengths_that_differ(place):
    splits = list(two_splits(0))
    labels = splits[place]
    splits[place] = [labels[0], labels[1][:-2], labels[2]]
    for probe in (phase_classification, lambda *s: phase_progression(*s, 4)):
        with pytest.raises(ValueError, match=r'video 1\b.*15.*13'):
            probe(*splits)
    splits[place] = labels[:2]
    for probe in (phase_classification, lambda *s: phase_progression(*s, 4)):
        with pytest.raises(ValueError, match='3.*2'):
            probe(*splits)


def labelled_videos(seed, num_videos=4, phases=3):
    rng = np.random.default_rng(seed)
    labels = [np.sort(rng.integers(0, phases, 15)) for _ in range(num_videos)]
    videos = [
        np.eye(phases)[label] + rng.normal(size=(15, phases)) * 0.7 for label in labels
    ]
    return videos, labels


def weighted_f1(truth, predicted):
    total = 0.0
    for phase in np.unique(truth):
        both = np.sum((truth == phase) & (predicted == phase))
        found, there = np.sum(predicted == phase), np.sum(truth == phase)
        precision = both / found if found else 0.0
        recall = both / there
        f1 = 2 * precision * recall / (precision + recall) if both else 0.0
        total += f1 * there / len(truth)
    return total


@pytest.mark.parametrize('seed', range(4))
def test_svm_and_weighted_f1(seed):
    train, test = labelled_videos(seed), labelled_videos(seed + 10)
    machine = SVC(C=1.0, kernel='rbf', gamma='scale')
    machine.fit(np.concatenate(train[0]), np.concatenate(train[1]))
    predicted = machine.predict(np.concatenate(test[0]))
    truth = np.concatenate(test[1])
    options = {'classifier': 'svm'}
    accuracy = phase_classification(*train, *test, **options)
    assert accuracy == pytest.approx(np.mean(predicted == truth))
    f1 = phase_classification(*train, *test, **options, score='weighted_f1')
    assert f1 == pytest.approx(weighted_f1(truth, predicted))


def test_f1_where_one_phase_is_trained():
    train = [np.eye(2)], [np.array([1, 1])]
    test = [np.zeros((4, 2))], [np.array([1, 0, 0, 0])]
    # All are called 1: precision 1/4, recall 1, F1 2/5, weight 1/4.
    assert phase_classification(*train, *test, score='weighted_f1') == 0.1
    assert phase_classification(*train, *test) == 0.25


@pytest.mark.parametrize('option', [{'classifier': 'tree'}, {'score': 'f1'}])
def test_an_unknown_option_is_named(option):
    (name, value), *_ = option.items()
    with pytest.raises(ValueError, match=f"{name} must be one of .*, got '{value}'"):
        phase_classification([], [], [], [], **option)


def test_the_last_phase_as_a_target():
    rng = np.random.default_rng(0)
    labels = [np.array([0] * 5 + [1] * 5 + [2] * 6)] * 3
    videos = [rng.normal(size=(16, 4)) for _ in labels]
    scores = []
    for last in (4, 9, 15):
        time = (np.arange(16) - last) / 16
        design = np.hstack([np.concatenate(videos[:2]), np.ones((32, 1))])
        weights, *_ = np.linalg.lstsq(design, np.tile(time, 2), rcond=None)
        error = time - np.hstack([videos[2], np.ones((16, 1))]) @ weights
        scores.append(1 - error @ error / np.sum((time - time.mean()) ** 2))
    both = (videos[:2], labels[:2], videos[2:], labels[2:], 3)
    result = phase_progression(*both, include_last=True)
    assert result == pytest.approx(np.mean(scores))
    assert phase_progression(*both) == pytest.approx(np.mean(scores[:2]))


def test_frame_numbers_are_a_channel():
    """AE2 on Pour Liquid: frame number x 1e-3, counted over all frames."""
    data = two_splits(3, unlabelled=0.2)
    truth = data[1], data[3]
    appended = [
        [np.array([[*frame, t * 1e-3] for t, frame in enumerate(v)]) for v in videos]
        for videos in (data[0], data[2])
    ]
    expected = phase_progression(appended[0], truth[0], appended[1], truth[1], 4)
    assert phase_progression(*data, 4, frame_number_scale=1e-3) == pytest.approx(
        expected
    )
    # It is least squares: the channel's unit changes nothing, its presence does.
    assert phase_progression(*data, 4, frame_number_scale=1.0) == pytest.approx(
        expected
    )
    assert abs(phase_progression(*data, 4) - expected) > 0.01


def test_frame_numbers_alone_find_times_in_videos_that_are_alike():
    label = np.repeat([0, 1, 2], 10)
    blank = [np.zeros((30, 2))] * 3
    data = (blank, [label] * 3, blank[:2], [label] * 2, 3)
    assert phase_progression(*data) == pytest.approx(0)
    assert phase_progression(*data, frame_number_scale=1e-3) == pytest.approx(1)
    assert blank[0].shape == (30, 2)  # what was given stays as it is
