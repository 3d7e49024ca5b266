import numpy as np
import pytest
from scipy.linalg import toeplitz
from scipy.stats import multivariate_normal

from carl_mm.functional.deviation.autocovariance import Autocovariance
from carl_mm.functional.deviation.segment_evidence import (
    AMPLITUDES,
    frame_odds,
    segment_evidence,
    strange_odds,
)

RNG = np.random.default_rng(0)
# White, constant, and scales of 1, 2 and 4 frames; two channels.
PARTS = np.array([[0.3, 0.1], [0.5, 0.0], [0.0, 0.2], [0.4, 1.0], [0.7, 0.3]])


def density(values, covariance):
    return multivariate_normal(np.zeros(len(values)), covariance).logpdf(values)


@pytest.mark.parametrize('width', [1, 2])
def test_evidence_equals_densities_of_each_segment(width):
    usual, strange = Autocovariance(0.2 * PARTS), Autocovariance(PARTS[:, ::-1] + 0.1)
    series = RNG.normal(size=(6, 2)).cumsum(axis=0)
    found = segment_evidence(series, usual, strange, width)
    assert np.isneginf(found[np.tril_indices(6, -1)]).all()
    of_usual = [toeplitz(rows) for rows in usual.at_lags(6, width).T]
    for first in range(6):
        for last in range(first, 6):
            inside = np.arange(first, last + 1)
            rest = np.setdiff1d(np.arange(6), inside)
            expected_usual = sum(
                density(series[:, k], of_usual[k])
                - (
                    density(series[rest, k], of_usual[k][rest][:, rest])
                    if len(rest)
                    else 0
                )
                for k in range(2)
            )
            likelihoods = []
            for amplitude in AMPLITUDES:
                mixed = Autocovariance(usual.parts + amplitude * strange.parts)
                rows = mixed.at_lags(6, width)[: len(inside)]
                likelihoods.append(
                    sum(
                        density(series[inside, k], toeplitz(rows[:, k]))
                        for k in range(2)
                    )
                )
            expected = np.log(np.mean(np.exp(likelihoods))) - expected_usual
            assert found[first, last] == pytest.approx(expected, rel=1e-8, abs=1e-8)


def test_the_segment_that_breaks_away_has_the_most_evidence():
    usual = Autocovariance(np.array([[0.01], [0.5], [0], [0], [0.02]]))
    strange = Autocovariance(np.array([[0.0], [0], [0], [0], [1.0]]))
    rows = usual.at_lags(40)[:, 0]
    series = RNG.multivariate_normal(np.zeros(40), toeplitz(rows))[:, None]
    calm = segment_evidence(series, usual, strange)
    assert calm.max() < 3
    series[12:19] = -series[12:19] + 1  # as large as before, but elsewhere
    found = segment_evidence(series, usual, strange)
    assert np.unravel_index(found.argmax(), found.shape) == (12, 18)
    assert found.max() > 10


def test_what_never_varied_makes_any_change_strange():
    still, strange = Autocovariance(np.zeros((3, 1))), Autocovariance(np.ones((3, 1)))
    assert segment_evidence(np.zeros((5, 1)), still, strange).max() < 0
    assert segment_evidence(np.full((5, 1), 2.0), still, strange).max() > 1e3


def test_odds_of_a_frame_are_of_the_segments_that_hold_it():
    evidence = np.where(np.tri(7, dtype=bool).T, RNG.normal(0, 4, (7, 7)), -np.inf)
    segments = [(first, last) for first in range(7) for last in range(first, 7)]
    prior = {each: 1 / (each[1] - each[0] + 1) for each in segments}
    weights = {
        each: np.exp(0.25 * evidence[each]) * prior[each] / sum(prior.values())
        for each in segments
    }
    expected = []
    for frame in range(7):
        inside = sum(w for (a, b), w in weights.items() if a <= frame <= b)
        expected.append(np.log(inside / (1 + sum(weights.values()) - inside)))
    np.testing.assert_allclose(frame_odds(evidence, 0.25), expected)
    assert np.isfinite(frame_odds(1e6 * evidence, 1.0)).all()
    assert frame_odds(np.array([[3.0]]), 0.5).tolist() == [1.5]


def test_what_is_very_strange_hides_nothing_else():
    usual = Autocovariance(np.array([[0.01], [0.5], [0], [0], [0.02]]))
    strange = Autocovariance(np.array([[0.0], [0], [0], [0], [1.0]]))
    rows = usual.at_lags(60)[:, 0]
    series = RNG.multivariate_normal(np.zeros(60), toeplitz(rows))[:, None]
    series[10:17] += 100
    series[40:46] += 2
    first, second = np.zeros(60, dtype=bool), np.zeros(60, dtype=bool)
    first[10:17], second[40:46] = True, True
    alone = strange_odds(series, usual, strange, 0.25)
    assert ((alone > 0) == first).all()
    both = strange_odds(series, usual, strange, 0.25, again_above=3)
    assert ((both > 0) == first | second).all()
    assert (both[first] == alone[first]).all()
    calm = np.delete(series, np.flatnonzero(first | second), axis=0)
    assert strange_odds(calm, usual, strange, 0.25, again_above=3).max() < 0
