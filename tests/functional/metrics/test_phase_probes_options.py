"""The other papers' switches of probes and tau, against plain computations."""

import math

import numpy as np
import pytest
from scipy.stats import kendalltau
from sklearn.svm import SVC

from carl_mm.functional import kendalls_tau, phase_classification, phase_progression


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
