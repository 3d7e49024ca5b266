import math
import subprocess
import sys

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from carl_mm.functional import cosine_dtw, dtw
from carl_mm.functional.warping import dtw as dtw_module
from carl_mm.functional.warping import step_table
from carl_mm.functional.warping.dtw import window_dtw


def all_paths(rows, columns):
    """Each monotone path from corner to corner."""
    if (rows, columns) == (1, 1):
        yield [(0, 0)]
    for down, right in ((1, 1), (1, 0), (0, 1)):
        if rows > down and columns > right:
            for path in all_paths(rows - down, columns - right):
                yield [*path, (rows - 1, columns - 1)]


def price(cost, path):
    return sum(float(cost[n, m]) for n, m in path)


def check_path(path, shape):
    assert path.dtype == np.int64
    assert path[0].tolist() == [0, 0]
    assert path[-1].tolist() == [shape[0] - 1, shape[1] - 1]
    steps = {tuple(step) for step in np.diff(path, axis=0).tolist()}
    assert steps <= {(1, 1), (1, 0), (0, 1)}


@settings(deadline=None, max_examples=60)
@given(
    rows=st.integers(1, 5),
    columns=st.integers(1, 5),
    seed=st.integers(0, 10**6),
    kind=st.sampled_from(['positive', 'signed', 'ties']),
)
def test_no_path_is_cheaper(rows, columns, seed, kind):
    rng = np.random.default_rng(seed)
    cost = {
        'positive': rng.random((rows, columns)),
        'signed': rng.normal(size=(rows, columns)),
        'ties': rng.integers(0, 3, (rows, columns)).astype(float),
    }[kind]
    path = dtw(cost)
    check_path(path, cost.shape)
    best = min(price(cost, other) for other in all_paths(rows, columns))
    assert price(cost, path.tolist()) == pytest.approx(best, abs=1e-12)


@pytest.mark.parametrize('seed', range(5))
def test_total_equals_the_textbook_recursion(seed):
    cost = np.random.default_rng(seed).random((40, 23 + 10 * seed))
    total = np.full((cost.shape[0] + 1, cost.shape[1] + 1), math.inf)
    total[0, 0] = 0
    for n in range(cost.shape[0]):
        for m in range(cost.shape[1]):
            total[n + 1, m + 1] = cost[n, m] + min(
                total[n, m], total[n, m + 1], total[n + 1, m]
            )
    path = dtw(cost)
    check_path(path, cost.shape)
    assert price(cost, path.tolist()) == pytest.approx(total[-1, -1])


def test_by_hand():
    cost = np.array([[1, 9, 9, 9], [1, 9, 9, 9], [9, 1, 1, 9], [9, 9, 9, 1]])
    assert dtw(cost).tolist() == [[0, 0], [1, 0], [2, 1], [2, 2], [3, 3]]
    assert dtw(cost.T).tolist() == [[0, 0], [0, 1], [1, 2], [2, 2], [3, 3]]


def test_of_equal_steps_the_diagonal_is_taken():
    assert dtw(np.zeros((3, 3))).tolist() == [[0, 0], [1, 1], [2, 2]]


def test_a_slower_copy_is_followed():
    slow = np.repeat(np.arange(6), [1, 3, 1, 2, 4, 1])
    path = dtw(abs(slow[:, None] - np.arange(6)))
    assert path.tolist() == [[n, m] for n, m in enumerate(slow)]


def test_one_frame():
    assert dtw(np.array([[5.0]])).tolist() == [[0, 0]]
    assert dtw(np.ones((1, 3))).tolist() == [[0, 0], [0, 1], [0, 2]]
    assert dtw(np.ones((3, 1))).tolist() == [[0, 0], [1, 0], [2, 0]]


@pytest.mark.parametrize(
    'cost',
    [
        [[1.0, math.inf, 1.0]],
        [[1.0, math.inf], [math.inf, math.inf]],
        [[0.0, 0.0, math.inf], [0.0, math.inf, math.inf], [0.0, 0.0, math.inf]],
        [[math.inf] * 3] * 3,
    ],
)
def test_infinite_costs_are_a_path_or_an_error(cost):
    cost = np.array(cost)
    try:
        path = dtw(cost)
    except ValueError as error:
        assert 'inf' in str(error)
    else:
        check_path(path, cost.shape)


@pytest.mark.parametrize('convert', [np.ndarray.tolist, torch.tensor, np.float32])
def test_costs_of_any_type(convert):
    cost = np.random.default_rng(0).integers(0, 50, (7, 9))
    assert dtw(convert(cost)).tolist() == dtw(cost.astype(float)).tolist()


@pytest.mark.parametrize(
    ('cost', 'value'),
    [
        (np.ones(3), r'\(3,\)'),
        (np.ones((2, 2, 2)), r'\(2, 2, 2\)'),
        (np.ones((0, 4)), r'\(0, 4\)'),
        (np.array([[1.0, math.nan]]), '(?i)nan'),
    ],
)
def test_bad_costs(cost, value):
    with pytest.raises(ValueError, match=value):
        dtw(cost)


def unit(frames):
    return frames / np.linalg.norm(frames, axis=1, keepdims=True)


@pytest.mark.parametrize('tile', [(1, 1), (7, 3), (50, 20), (10**6, 10**6)])
@pytest.mark.parametrize('shape', [(1, 1), (1, 9), (9, 1), (2, 40), (31, 17)])
def test_embeddings_align_as_their_costs_do(monkeypatch, tile, shape):
    monkeypatch.setattr(step_table, 'TILE_CELLS', tile[0])
    monkeypatch.setattr(step_table, 'TILE_COLUMNS', tile[1])
    rng = np.random.default_rng(0)
    a, b = (rng.normal(size=(length, 3)) for length in shape)
    path = cosine_dtw(a, torch.tensor(b))
    check_path(path, shape)
    cost = 1 - unit(a) @ unit(b).T
    assert path.tolist() == dtw(cost).tolist()
    total = np.full((shape[0] + 1, shape[1] + 1), math.inf)
    total[0, 0] = 0
    for n in range(shape[0]):
        for m in range(shape[1]):
            before = min(total[n, m], total[n, m + 1], total[n + 1, m])
            total[n + 1, m + 1] = cost[n, m] + before
    assert price(cost, path.tolist()) == pytest.approx(total[-1, -1])


def test_lengths_of_embeddings_do_not_matter():
    rng = np.random.default_rng(1)
    a, b = rng.normal(size=(2, 12, 4))
    longer = b * rng.uniform(0.1, 9, (12, 1))
    assert cosine_dtw(a, longer).tolist() == cosine_dtw(a, b).tolist()


def test_a_frame_of_zeros_is_as_far_from_all():
    a = np.array([[1.0, 0], [0, 0], [0, 1]])
    assert cosine_dtw(a, a).tolist() == [[0, 0], [1, 1], [2, 2]]


@pytest.mark.parametrize(
    ('lengths', 'message'),
    [((0, 3), '0 and 3 frames'), ((3, 0), '3 and 0 frames'), ((40, 30), 'too long')],
)
def test_videos_that_cannot_be_aligned(monkeypatch, lengths, message):
    monkeypatch.setattr(dtw_module, 'MAX_CELLS', 1000)
    with pytest.raises(ValueError, match=message):
        cosine_dtw(*(np.ones((length, 2)) for length in lengths))


def test_embeddings_that_are_not_finite():
    with pytest.raises(ValueError, match='1 of 2 frames'):
        cosine_dtw(np.ones((4, 1)), np.array([[1.0], [math.nan]]))


@pytest.mark.parametrize('reach', [0, 1, 2])
@pytest.mark.parametrize('lengths', [(1, 1), (1, 8), (2, 3), (40, 25)])
@pytest.mark.parametrize('tile', [(1, 1), (10**6, 10**6)])
def test_windows_align_as_stacked_frames_do(monkeypatch, reach, lengths, tile):
    monkeypatch.setattr(step_table, 'TILE_CELLS', tile[0])
    monkeypatch.setattr(step_table, 'TILE_COLUMNS', tile[1])
    rng = np.random.default_rng(0)
    videos = [rng.normal(size=(length, 3)) for length in lengths]
    stacked = [
        np.array(
            [
                np.concatenate(
                    [
                        v[min(max(n + k, 0), len(v) - 1)]
                        for k in range(-reach, reach + 1)
                    ]
                )
                for n in range(len(v))
            ]
        )
        for v in videos
    ]
    path = window_dtw(*videos, reach)
    assert path.tolist() == cosine_dtw(*stacked).tolist()


def test_windows_of_nothing_are_as_far_from_all():
    assert window_dtw(np.zeros((3, 2)), np.ones((3, 2)), 1).tolist() == [
        [0, 0],
        [1, 1],
        [2, 2],
    ]


@pytest.mark.parametrize('lengths', [(0, 3), (3, 0)])
def test_windows_of_no_frame(lengths):
    with pytest.raises(ValueError, match='{} and {} frames'.format(*lengths)):
        window_dtw(*(np.ones((length, 2)) for length in lengths), 2)


def test_a_band_holds_paths_beside_the_diagonal():
    early, late = (
        np.eye(12)[[*range(12)] + [11] * 4],
        np.eye(12)[[0] * 4 + [*range(12)]],
    )
    path = cosine_dtw(late, early)
    assert abs(path[:, 0] - path[:, 1]).max() == 4
    assert cosine_dtw(late, early, band=4).tolist() == path.tolist()
    assert cosine_dtw(late, early, band=1.0).tolist() == path.tolist()
    near = cosine_dtw(late, early, band=2)
    check_path(near, (16, 16))
    assert abs(near[:, 0] - near[:, 1]).max() <= 2
    assert cosine_dtw(late, early, band=0).tolist() == [[n, n] for n in range(16)]


def test_in_a_band_longer_videos_fit(monkeypatch):
    monkeypatch.setattr(dtw_module, 'MAX_CELLS', 1000)
    videos = np.random.default_rng(0).normal(size=(2, 40, 3))
    with pytest.raises(ValueError, match='1600 pairs of frames, 1000 at most; band'):
        cosine_dtw(*videos)
    assert cosine_dtw(*videos, band=0.1)[-1].tolist() == [39, 39]


@pytest.mark.parametrize('band', [-1, -0.1, 1.5, True, math.nan, 'wide'])
def test_bad_bands(band):
    with pytest.raises(ValueError, match=f'band must .* got {band!r}'):
        dtw(np.ones((3, 3)), band=band)


@pytest.mark.slow
@pytest.mark.parametrize(('options', 'pairs'), [('', 4e8), (', band=1000', 1e8)])
def test_memory_of_long_videos_is_2_bits_a_pair(options, pairs):
    program = (
        'import resource, numpy as np\n'
        'from carl_mm.functional import cosine_dtw\n'
        'a, b = np.random.default_rng(0).normal(size=(2, 20_000, 16))\n'
        'cosine_dtw(a[:50], b[:50])\n'
        'peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n'
        'before = peak()\n'
        f'cosine_dtw(a, b{options})\n'
        'print((peak() - before) / 1024)\n'
    )
    done = subprocess.run(
        [sys.executable, '-c', program], capture_output=True, text=True, check=True
    )
    assert float(done.stdout) < pairs / 4 / 2**20 + 60  # MiB
