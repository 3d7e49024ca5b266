import math
import subprocess
import sys

import numpy as np
import pytest
import torch

from carl_mm.functional import MatchPosterior, cosine_posterior
from carl_mm.functional.posterior import pair_hmm, path_posterior
from tests.functional.posterior.open_paths import sums_over_paths

FIELDS = tuple(MatchPosterior.__dataclass_fields__)


def unit(frames):
    return frames / np.linalg.norm(frames, axis=1, keepdims=True)


def walk(seed, length, dim=6):
    """A video that changes slowly."""
    rng = np.random.default_rng(seed)
    return np.cumsum(rng.normal(size=(length, dim)), axis=0)


def median_and_distance(weights):
    total = sum(weights)
    place = 0
    while sum(weights[: place + 1]) < total / 2:
        place += 1
    distances = [abs(k - place) * weight for k, weight in enumerate(weights)]
    return place, sum(distances) / total


def assert_equal(found, expected):
    for name in FIELDS:
        values = getattr(found, name), getattr(expected, name)
        np.testing.assert_allclose(*values, rtol=1e-9, atol=1e-12, err_msg=name)


@pytest.mark.parametrize('shape', [(4, 5), (5, 3), (1, 4), (4, 1), (1, 1)])
@pytest.mark.parametrize(('scale', 'gap', 'end_gap'), [(6, -0.5, -1), (2, -1, -0.3)])
def test_what_all_paths_say_equals_the_loops(shape, scale, gap, end_gap):
    rng = np.random.default_rng(0)
    a, b = (rng.normal(size=(length, 3)) for length in shape)
    similarity = unit(a) @ unit(b).T
    odds = scale * (similarity - similarity.mean())
    total, cells, rows, columns = sums_over_paths(odds, gap, end_gap)
    found = cosine_posterior(a, torch.tensor(b), scale=scale, gap=gap, end_gap=end_gap)
    assert found.log_partition == pytest.approx(total, abs=1e-10)
    np.testing.assert_allclose(found.matched_a, rows, atol=1e-10)
    np.testing.assert_allclose(found.matched_b, columns, atol=1e-10)
    for inds, spread, weights in (
        (found.frame_inds_b, found.spread_b, cells),
        (found.frame_inds_a, found.spread_a, cells.T),
    ):
        expected = [median_and_distance(row) for row in weights]
        medians = [place for place, _ in expected]
        assert inds.dtype == np.int64
        if (np.diff(medians) >= 0).all():
            assert inds.tolist() == medians
        np.testing.assert_allclose(spread, [d for _, d in expected], atol=1e-10)


def test_a_late_start_and_an_early_end_are_told():
    moments = np.eye(40)
    found = cosine_posterior(moments[:30], moments[10:], gap=-2, end_gap=-0.1)
    assert found.frame_inds_b[10:].tolist() == list(range(20))
    assert found.frame_inds_a[:20].tolist() == list(range(10, 30))
    assert (found.matched_a[:8] < 0.01).all()
    assert (found.matched_a[10:] > 0.99).all()
    assert (found.matched_b[:20] > 0.99).all()
    assert (found.matched_b[22:] < 0.01).all()
    assert (found.spread_b[12:28] < 0.05).all()


def test_a_slower_copy_is_followed():
    slow = np.repeat(np.arange(6), [3, 3, 1, 3, 5, 1])
    found = cosine_posterior(np.eye(6), np.eye(6)[slow], scale=20)
    assert found.frame_inds_a.tolist() == slow.tolist()
    assert found.frame_inds_b.tolist() == [1, 4, 6, 8, 12, 15]
    # On a path that meets all three frames, the mean distance from the middle is 2 / 3.
    assert found.spread_b[1] == pytest.approx(2 / 3, abs=0.02)
    assert found.spread_b[2] == pytest.approx(0, abs=0.05)


def test_one_frame_and_videos_in_which_nothing_changes():
    one = cosine_posterior(np.ones((1, 3)), np.ones((1, 3)))
    assert (one.frame_inds_b.tolist(), one.frame_inds_a.tolist()) == ([0], [0])
    assert one.matched_a.tolist() == one.matched_b.tolist() == [1]
    assert one.spread_a.tolist() == one.spread_b.tolist() == [0]
    assert one.log_partition == pytest.approx(0)
    still = cosine_posterior(np.zeros((9, 3)), np.ones((9, 3)))
    assert still.frame_inds_b.tolist() == list(range(9))


@pytest.mark.parametrize('lengths', [(40, 60), (25, 25)])
def test_the_order_of_the_videos_and_of_time_does_not_matter(lengths):
    a, b = (walk(seed, length) for seed, length in enumerate(lengths))
    found, turned = cosine_posterior(a, b), cosine_posterior(b, a)
    swapped = {'a': 'b', 'b': 'a'}
    names = [n[:-1] + swapped.get(n[-1], n[-1]) for n in FIELDS]
    assert_equal(
        found,
        MatchPosterior(
            **{n: getattr(turned, s) for n, s in zip(FIELDS, names, strict=True)}
        ),
    )
    backward = cosine_posterior(a[::-1], b[::-1])
    np.testing.assert_allclose(backward.matched_a[::-1], found.matched_a, atol=1e-9)
    assert backward.log_partition == pytest.approx(found.log_partition)


@pytest.mark.parametrize('seed', range(20))
def test_frames_are_in_order(seed):
    found = cosine_posterior(walk(seed, 50), walk(seed + 100, 70))
    for inds, length in ((found.frame_inds_b, 70), (found.frame_inds_a, 50)):
        assert (np.diff(inds) >= 0).all()
        assert inds[0] >= 0
        assert inds[-1] < length


def test_skipped_frames_too_unlikely_to_be_told_from_none_keep_the_order():
    a = np.concatenate([np.eye(3)[[0] * 900], np.eye(3)[[1] * 5], np.eye(3)[[2] * 900]])
    found = cosine_posterior(a, np.eye(3)[[1] * 5], scale=100, gap=-2, end_gap=-0.1)
    inds = found.frame_inds_b
    assert inds[:800].tolist() == [0] * 800
    assert inds[-800:].tolist() == [4] * 800
    assert (np.diff(inds) >= 0).all()
    assert np.isfinite(found.spread_b).all()
    assert found.matched_a[[0, 902, -1]] == pytest.approx([0, 1, 0], abs=1e-9)


@pytest.mark.parametrize('block', [1, 50, 10**6])
def test_blocks_change_nothing(monkeypatch, block):
    a, b = walk(0, 23), walk(1, 17)
    expected = cosine_posterior(a, b)
    monkeypatch.setattr(pair_hmm, 'BLOCK_CELLS', block)
    monkeypatch.setattr(path_posterior, 'BLOCK_CELLS', block)
    monkeypatch.setattr(path_posterior, 'LEAST_ROWS', 1)
    assert_equal(cosine_posterior(a, b), expected)


def test_lengths_of_embeddings_do_not_matter():
    a, b = walk(0, 12), walk(1, 9)
    longer = b * np.random.default_rng(0).uniform(0.1, 9, (9, 1))
    assert_equal(cosine_posterior(a, longer), cosine_posterior(a, b))


@pytest.mark.parametrize(
    ('lengths', 'message'),
    [((0, 3), '0 and 3 frames'), ((3, 0), '3 and 0 frames'), ((40, 30), 'too long')],
)
def test_videos_that_cannot_be_matched(monkeypatch, lengths, message):
    monkeypatch.setattr(pair_hmm, 'MAX_CELLS', 1000)
    with pytest.raises(ValueError, match=message):
        cosine_posterior(*(np.ones((length, 2)) for length in lengths))


def test_embeddings_that_are_not_finite():
    with pytest.raises(ValueError, match='1 of 2 frames'):
        cosine_posterior(np.ones((4, 1)), np.array([[1.0], [math.nan]]))


@pytest.mark.parametrize(
    ('option', 'value'),
    [
        ('scale', 0),
        ('scale', math.inf),
        ('scale', math.nan),
        ('gap', 0.1),
        ('gap', math.nan),
        ('end_gap', 2),
        ('end_gap', -math.inf),
    ],
)
def test_weights_out_of_range_are_named(option, value):
    with pytest.raises(ValueError, match=rf'^{option} must .* {value}$'):
        cosine_posterior(np.eye(3), np.eye(3), **{option: value})


@pytest.mark.slow
def test_memory_of_long_videos_is_8_bytes_a_pair():
    program = (
        'import resource, numpy as np\n'
        'from carl_mm.functional import cosine_posterior\n'
        'a, b = np.random.default_rng(0).normal(size=(2, 4000, 16))\n'
        'cosine_posterior(a[:50], b[:50])\n'
        'peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n'
        'before = peak()\n'
        'cosine_posterior(a, b)\n'
        'print((peak() - before) / 1024)\n'
    )
    done = subprocess.run(
        [sys.executable, '-c', program], capture_output=True, text=True, check=True
    )
    assert float(done.stdout) < 8 * 4000**2 / 2**20 + 100  # MiB
