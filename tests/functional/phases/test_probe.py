import numpy as np
import pytest
from scipy.optimize import minimize

from carl_mm.functional import fit_phase_probe, with_change
from tests.functional.phases.videos import make_videos


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
