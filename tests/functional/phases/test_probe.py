import numpy as np
import pytest
from scipy.optimize import minimize

from carl_mm.functional import (
    choose_strengths,
    fit_phase_probe,
    most_likely_segments,
    with_change,
)
from carl_mm.functional.phases.segmentation import segment_labels


def make_videos(num_videos, noise=0.3, num_phases=3, channels=4, seed=0):
    """Videos whose phases come in order, each around its own centre."""
    rng = np.random.default_rng(seed)
    centres = np.random.default_rng(99).normal(size=(num_phases, channels))
    videos, labels = [], []
    for _ in range(num_videos):
        label = np.repeat(np.arange(num_phases), rng.integers(4, 9, num_phases))
        video = centres[label] + noise * rng.normal(size=(len(label), channels))
        videos.append(video)
        labels.append(label)
    return videos, labels


@pytest.mark.parametrize('num_phases', [2, 3])
@pytest.mark.parametrize('penalty', [0.3, 3.0])
def test_log_odds_are_those_of_the_penalised_likelihood(num_phases, penalty):
    videos, labels = make_videos(3, 1.0, num_phases)
    frames, truth = np.concatenate(videos), np.concatenate(labels)
    shares = np.bincount(truth) / len(truth)
    size = num_phases if num_phases > 2 else 1

    def scores(flat):
        weight = flat.reshape(size, -1)
        found = frames @ weight[:, :-1].T + weight[:, -1]
        return found if size > 1 else np.hstack([np.zeros_like(found), found])

    def objective(flat):
        found = scores(flat)
        total = np.log(np.exp(found).sum(axis=1)) - found[np.arange(len(truth)), truth]
        squares = np.square(flat.reshape(size, -1)[:, :-1]).sum()
        return total.sum() + penalty * squares / 2

    best = minimize(objective, np.zeros(size * (frames.shape[1] + 1)), tol=1e-10)
    expected = scores(best.x) - np.log(shares)
    found = fit_phase_probe(videos, labels, penalty).log_probs(frames)
    odds = expected - expected[:, :1]
    assert found - found[:, :1] == pytest.approx(odds, abs=2e-2)
    assert np.exp(found).sum(axis=1) == pytest.approx(1)


def test_of_wide_frames_the_same_probe_comes_out():
    videos, labels = make_videos(2, channels=4)
    rotation = np.linalg.qr(np.random.default_rng(1).normal(size=(200, 200)))[0][:4]
    wide = [video @ rotation for video in videos]
    assert sum(map(len, wide)) < 200
    narrow = fit_phase_probe(videos, labels).log_probs(videos[0])
    found = fit_phase_probe(wide, labels).log_probs(wide[0])
    assert found == pytest.approx(narrow, abs=1e-3)


def test_rare_phases_are_as_likely_beforehand():
    # Frames that say nothing: every class gets the same probability.
    frames, labels = np.ones((10, 2)), np.array([0] * 8 + [1] + [4])
    probe = fit_phase_probe([frames], [labels])
    assert probe.classes.tolist() == [0, 1, 4]
    assert np.exp(probe.log_probs(frames[:1])) == pytest.approx(1 / 3, abs=1e-3)


def test_unlabelled_frames_are_left_out():
    videos, labels = make_videos(3)
    probe = fit_phase_probe(videos, labels)
    wrong = [np.concatenate([video, 100 * np.ones((5, 4))]) for video in videos]
    padded = [np.concatenate([label, np.full(5, -1)]) for label in labels]
    other = fit_phase_probe(wrong, padded)
    assert other.log_probs(videos[0]) == pytest.approx(probe.log_probs(videos[0]))


def test_one_class_is_certain():
    probe = fit_phase_probe([np.eye(3)], [[2, -1, 2]])
    assert probe.classes.tolist() == [2]
    assert probe.log_probs(np.eye(3)).tolist() == [[0.0]] * 3


@pytest.mark.parametrize(
    ('frames', 'labels', 'penalty', 'message'),
    [
        (np.eye(2), [-1, -1], 1.0, 'no frame of 1 videos is labelled'),
        (np.eye(2), [0], 1.0, '2 frames of embeddings, but 1 of labels'),
        (np.full((2, 2), np.nan), [0, 1], 1.0, 'NaN'),
        (np.eye(2), [0, 1], 0.0, 'l2_penalty'),
    ],
)
def test_bad_input(frames, labels, penalty, message):
    with pytest.raises(ValueError, match=message):
        fit_phase_probe([frames], [labels], penalty)


def test_another_width_is_refused():
    with pytest.raises(ValueError, match='3 channels, but the probe was fitted to 2'):
        fit_phase_probe([np.eye(2)], [[0, 1]]).log_probs(np.eye(3))


def test_change_by_hand():
    frames = np.array([[1.0], [2.0], [4.0], [8.0]])
    assert with_change(frames, 1).tolist() == [[1, 1], [2, 3], [4, 6], [8, 4]]
    assert with_change(frames, 9)[:, 1].tolist() == [7] * 4
    assert with_change(frames, 0).tolist() == frames.tolist()
    assert with_change(frames[:1], 2).tolist() == [[1, 0]]
    assert with_change(frames[:0], 2).shape == (0, 2)
    with pytest.raises(ValueError, match='delta'):
        with_change(frames, -1)


def slow_choice(videos, labels, penalties, costs):
    """Leave each video out, in loops."""
    fits, hits = {}, {}
    for penalty in penalties:
        values = []
        for out in range(len(videos)):
            rest = [i for i in range(len(videos)) if i != out]
            probe = fit_phase_probe(
                [videos[i] for i in rest], [labels[i] for i in rest], penalty
            )
            log_probs = probe.log_probs(videos[out])
            for cost in costs:
                segments = most_likely_segments(log_probs, cost, True)
                found = probe.classes[segment_labels(segments)]
                for guess, truth in zip(found, labels[out], strict=True):
                    if truth in probe.classes:
                        hits.setdefault((penalty, cost), []).append(guess == truth)
            for row, truth in zip(log_probs, labels[out], strict=True):
                if truth in probe.classes:
                    values.append(row[probe.classes.tolist().index(truth)])
        fits[penalty] = np.mean(values)
    chosen = max(penalties, key=lambda penalty: fits[penalty])
    return chosen, max(costs, key=lambda cost: np.mean(hits[chosen, cost]))


@pytest.mark.parametrize('noise', [0.1, 1.0, 3.0])
def test_strengths_are_chosen_on_videos_held_out(noise):
    videos, labels = make_videos(4, noise)
    labels[0] = np.where(labels[0] == 1, -1, labels[0])
    labels[1] = np.where(labels[1] == 2, 7, labels[1])  # a class that one video has
    penalties, costs = (10.0, 1.0, 0.1, 0.01), (0.1, 1.0, 5.0)
    found = choose_strengths(videos, labels, True, penalties, costs)
    assert found == slow_choice(videos, labels, penalties, costs)


def test_noise_asks_for_a_stronger_penalty():
    clean = choose_strengths(*make_videos(4, 0.1), True)[0]
    noisy = choose_strengths(*make_videos(4, 3.0), True)[0]
    assert clean < noisy


def test_nothing_to_hold_out():
    videos, labels = make_videos(2)
    labels[1][:] = -1
    assert choose_strengths(videos, labels) == (1.0, 1.0)
    # No class in common.
    labels = [np.zeros_like(labels[0]), np.ones_like(labels[1])]
    assert choose_strengths(videos, labels, switch_costs=(3.0,)) == (1.0, 3.0)


def test_of_many_videos_a_tenth_is_held_out():
    videos, labels = make_videos(23, 0.5)
    penalty, cost = choose_strengths(videos, labels, True, (1.0, 0.1), (1.0,))
    assert penalty in (1.0, 0.1) and cost == 1.0
