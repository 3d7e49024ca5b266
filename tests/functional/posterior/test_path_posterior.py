import math

import numpy as np
import pytest

from carl_mm.functional.posterior import path_posterior as path_posterior_module
from carl_mm.functional.posterior.path_posterior import log_partition, path_posterior
from tests.functional.posterior.open_paths import sums_over_paths

GAP, END_GAP = -0.5, -1.0


def posterior_of(odds, gap=GAP, end_gap=END_GAP, **options):
    return path_posterior(
        lambda rows: odds[rows].copy(), *odds.shape, gap, end_gap, **options
    )


@pytest.mark.parametrize(
    'weights', [(-0.5, -1.0), (0.0, 0.0), (-2.0, -0.1), (-0.1, -3)]
)
@pytest.mark.parametrize('shape', [(4, 5), (5, 4), (3, 3), (1, 4), (4, 1), (1, 1)])
def test_all_paths_are_summed(shape, weights):
    odds = 3 * np.random.default_rng(0).normal(size=shape)
    found = posterior_of(odds, gap=weights[0], end_gap=weights[1])
    total, cells, rows, columns = sums_over_paths(odds, *weights)
    close = {'rtol': 0, 'atol': 1e-12}
    np.testing.assert_allclose(found.log_partition, total, **close)
    np.testing.assert_allclose(found.marginals, cells, **close)
    np.testing.assert_allclose(found.matched_a, rows, **close)
    np.testing.assert_allclose(found.matched_b, columns, **close)
    assert found.mean_odds == pytest.approx((cells * odds).sum() / cells.sum())
    alone = log_partition(lambda rows: odds[rows], *odds.shape, *weights)
    assert alone == pytest.approx(found.log_partition)


@pytest.mark.parametrize('weights', [(-1.0, 0.0, -3.0), (-0.5, -0.4, -0.2)])
@pytest.mark.parametrize('shape', [(4, 4), (3, 5), (5, 3), (1, 3), (4, 1), (1, 1)])
@pytest.mark.parametrize('anywhere', [False, True])
def test_frames_may_be_left_out_and_paths_begin_anywhere(shape, weights, anywhere):
    odds = 3 * np.random.default_rng(4).normal(size=shape)
    found = posterior_of(odds, *weights[:2], drop=weights[2], anywhere=anywhere)
    total, cells, rows, columns = sums_over_paths(odds, *weights, anywhere)
    close = {'rtol': 0, 'atol': 1e-12}
    np.testing.assert_allclose(found.log_partition, total, **close)
    np.testing.assert_allclose(found.marginals, cells, **close)
    np.testing.assert_allclose(found.matched_a, rows, **close)
    np.testing.assert_allclose(found.matched_b, columns, **close)


@pytest.mark.parametrize('scale', [100, 1000])
def test_a_cell_that_pays_too_little_to_count_has_no_probability(scale):
    rng = np.random.default_rng(5)
    for _ in range(100):
        odds = scale * rng.normal(size=rng.integers(2, 5, 2))
        found = posterior_of(odds, -1.0, 0.0, drop=-8.0, anywhere=True)
        total, cells, rows, columns = sums_over_paths(odds, -1.0, 0.0, -8.0, True)
        close = {'rtol': 0, 'atol': 1e-9}
        np.testing.assert_allclose(found.log_partition, total, **close)
        np.testing.assert_allclose(found.marginals, cells, **close)
        np.testing.assert_allclose(found.matched_a, rows, **close)
        np.testing.assert_allclose(found.matched_b, columns, **close)


def test_two_by_two_by_hand():
    # With all log-odds 0, g = exp(gap), q = exp(end_gap):
    # (0,0); (0,0)(1,1); (0,0)(0,1); (0,0)(1,0); the two of three cells; those that
    # begin at (0,1) or at (1,0): alone, or with (1,1).
    gap, end_gap = math.log(0.5), math.log(0.1)
    found = posterior_of(np.zeros((2, 2)), gap=gap, end_gap=end_gap)
    from_corner = {
        '11': 1,
        '01': 0.5 * 0.1,
        '10': 0.5 * 0.1,
        '0111': 0.25,
        '1011': 0.25,
    }
    from_side = {'alone': 0.1 * 0.1, 'to 11': 0.1 * 0.5}
    total = sum(from_corner.values()) + 2 * sum(from_side.values())
    assert found.log_partition == pytest.approx(math.log(total))
    corner = sum(from_corner.values()) / total
    assert found.marginals[0, 0] == pytest.approx(corner)
    assert found.marginals[1, 1] == pytest.approx((1 + 0.25 + 0.25 + 0.1) / total)
    side = (0.05 + 0.25 + 0.01 + 0.05) / total
    assert found.marginals[0, 1] == pytest.approx(side)
    # The first row is skipped by the paths that begin at (1, 0).
    skipped = (0.01 + 0.05) / total
    assert found.matched_a[0] == pytest.approx(1 - skipped)


@pytest.mark.parametrize('block', [(1, 1), (60, 2), (10**6, 16)])
def test_blocks_change_nothing(monkeypatch, block):
    odds = 3 * np.random.default_rng(1).normal(size=(23, 17))
    options = {'drop': -3.0, 'anywhere': True}
    expected = *posterior_of(odds), *posterior_of(odds, **options)
    monkeypatch.setattr(path_posterior_module, 'BLOCK_CELLS', block[0])
    monkeypatch.setattr(path_posterior_module, 'LEAST_ROWS', block[1])
    found = *posterior_of(odds), *posterior_of(odds, **options)
    for values, others in zip(found, expected, strict=True):
        np.testing.assert_allclose(values, others, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize('shape', [(30, 47), (60, 21), (1, 9)])
def test_transposed_and_reversed_matrices_have_the_same_posterior(shape):
    odds = 3 * np.random.default_rng(2).normal(size=shape)
    found = posterior_of(odds)
    close = {'rtol': 1e-9, 'atol': 1e-13}
    turned = posterior_of(odds.T)
    np.testing.assert_allclose(
        turned.marginals.swapaxes(0, 1), found.marginals, **close
    )
    np.testing.assert_allclose(turned.matched_b, found.matched_a, **close)
    backward = posterior_of(odds[::-1, ::-1])
    np.testing.assert_allclose(backward.marginals[::-1, ::-1], found.marginals, **close)
    np.testing.assert_allclose(backward.matched_a[::-1], found.matched_a, **close)
    np.testing.assert_allclose(backward.log_partition, found.log_partition, **close)


@pytest.mark.parametrize('scale', [1e-3, 1.0, 100.0])
def test_long_videos_neither_overflow_nor_lose_probability(scale):
    odds = scale * np.random.default_rng(3).normal(size=(300, 400))
    with np.errstate(over='raise', invalid='raise', divide='raise'):
        found = posterior_of(odds)
    marginals = found.marginals
    assert marginals.min() >= 0
    assert marginals.max() <= 1 + 1e-9
    # A path has a cell in each row that it does not skip: as many as are expected.
    assert (marginals.sum(axis=1) >= found.matched_a - 1e-9).all()
    # A path passes each anti-diagonal once or, by a diagonal step, not at all, but no
    # two in a row are left out.
    middle = [np.trace(np.fliplr(marginals), offset) for offset in (-1, 0)]
    assert 1 - 1e-9 <= sum(middle) <= 2 + 1e-9


def test_a_branch_that_pays_off_late_is_not_lost():
    # Leading by exp(900) at first, the upper branch ends behind by exp(600).
    odds = np.full((5, 5), -2000.0)
    odds[0, :] = [0, 450, 450, 0, 0]
    odds[:, 0] = [0, 0, 0, 1000, 500]
    odds[4, 1:] = 0
    odds[1:, 4] = 0
    found = posterior_of(odds, gap=0.0, end_gap=-3000.0).marginals
    assert found[3, 0] == pytest.approx(1)
    assert found[0, 3] == pytest.approx(0)
