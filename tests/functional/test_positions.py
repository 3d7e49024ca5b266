import cmath
import math

import numpy as np
import pytest
import torch

from carl_mm.functional import (
    centred,
    relative_time_embedding,
    rotate,
    sinusoidal_code,
    sinusoidal_positions,
)


@pytest.mark.parametrize(
    ('length', 'channels', 'num_frames'),
    [(6, 8, 6), (5, 7, 32), (11, 6, 4), (1, 5, 9), (4, 1, 1), (240, 16, 240)],
)
def test_sinusoids_equal_the_loops(length, channels, num_frames):
    code = sinusoidal_positions(length, channels, num_frames)
    assert code.shape == (length, channels)
    assert code.dtype == torch.float32
    for t in range(length):
        p = t * (num_frames - 1) / (length - 1) if length > 1 else 0
        for c in range(channels):
            angle = p / 10000 ** (c / channels)
            expected = math.sin(angle) if c % 2 == 0 else math.cos(angle)
            assert code[t, c].item() == pytest.approx(expected, abs=1e-6)


def test_sinusoids_by_hand():
    code = sinusoidal_positions(3, 4, 3)
    # Exponents 0, 1/4, 1/2, 3/4: divisors 1, 10, 100, 1000.
    expected = [
        [0, 1, 0, 1],
        [0.841471, 0.995004, 0.0099998, 0.9999995],
        [0.909297, 0.980067, 0.0199987, 0.999998],
    ]
    torch.testing.assert_close(code, torch.tensor(expected), atol=1e-6, rtol=0)


def test_a_longer_sequence_is_stretched_over_the_same_range():
    short, long = (sinusoidal_positions(n, 12, 9) for n in (9, 33))
    torch.testing.assert_close(long[::4], short)
    assert long[0].tolist() == [0, 1] * 6


def test_far_frames_keep_their_precision():
    code = sinusoidal_positions(5000, 2, 5000)
    assert code[4999, 0].item() == pytest.approx(math.sin(4999), abs=1e-6)


def test_the_code_of_any_points_is_that_of_the_positions():
    points = torch.linspace(0, 8, 9, dtype=torch.float64)
    code = sinusoidal_code(points.expand(2, 9), 6)
    assert code.shape == (2, 9, 6)
    assert code.dtype == torch.float64
    torch.testing.assert_close(code[1].float(), sinusoidal_positions(9, 6, 9))


def test_rotation_is_by_complex_numbers():
    x = torch.randn(2, 3, 6, dtype=torch.float64)
    points = torch.tensor([0.0, 2.5, -7.0], dtype=torch.float64)
    found = rotate(x, points)
    for t, point in enumerate(points.tolist()):
        for i in (0, 2, 4):
            turn = cmath.exp(1j * point / 10000 ** (i / 6))
            for row in range(2):
                turned = complex(x[row, t, i], x[row, t, i + 1]) * turn
                assert found[row, t, i].item() == pytest.approx(turned.real)
                assert found[row, t, i + 1].item() == pytest.approx(turned.imag)


def test_products_of_rotated_vectors_know_the_gap_alone():
    a, b = torch.randn(2, 1, 8, dtype=torch.float64)

    def product(p, q):
        points = torch.tensor([[p], [q]], dtype=torch.float64)
        return (rotate(a, points[0]) * rotate(b, points[1])).sum()

    torch.testing.assert_close(product(3.0, 5.5), product(40.0, 42.5))
    assert not torch.allclose(product(3.0, 5.5), product(3.0, 9.5))


def test_rotation_needs_pairs_of_channels():
    with pytest.raises(ValueError, match='even number of channels, got 3'):
        rotate(torch.zeros(2, 3), torch.arange(2.0))


@pytest.mark.parametrize('length', [2, 3, 17, 200])
@pytest.mark.parametrize(('num_centres', 'width'), [(40, 0.03), (5, 0.2), (2, 1.0)])
def test_bumps_equal_the_loops(length, num_centres, width):
    embedding = relative_time_embedding(length, num_centres, width)
    assert embedding.shape == (length, num_centres)
    assert embedding.dtype == np.float32
    for frame in range(length):
        time = frame / (length - 1)
        bumps = [
            math.exp(-((time - k / (num_centres - 1)) ** 2) / (2 * width**2))
            for k in range(num_centres)
        ]
        norm = math.sqrt(sum(bump**2 for bump in bumps))
        expected = [bump / norm for bump in bumps]
        np.testing.assert_allclose(embedding[frame], expected, atol=1e-6)


def test_bumps_by_hand():
    # Centres 0 and 1, width 1: exp(0) and exp(-1/2), over sqrt(1 + 1/e).
    norm = math.sqrt(1 + math.exp(-1))
    expected = [[1 / norm, math.exp(-0.5) / norm], [math.exp(-0.5) / norm, 1 / norm]]
    np.testing.assert_allclose(relative_time_embedding(2, 2, 1.0), expected, atol=1e-6)


def test_bumps_know_relative_time_alone():
    short, long = relative_time_embedding(21), relative_time_embedding(101)
    np.testing.assert_allclose(long[::5], short, atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(long, axis=1), 1, atol=1e-6)
    nearest = (relative_time_embedding(60) @ relative_time_embedding(60).T).argmax(1)
    assert nearest.tolist() == list(range(60))


def test_bumps_of_one_frame():
    embedding = relative_time_embedding(1)
    np.testing.assert_allclose(embedding, relative_time_embedding(50)[:1], atol=1e-6)


def test_narrow_bumps_do_not_vanish():
    embedding = relative_time_embedding(100, 3, 1e-3)
    np.testing.assert_allclose(np.linalg.norm(embedding, axis=1), 1, atol=1e-6)


@pytest.mark.parametrize('arguments', [(0, 8, 9), (-3, 8, 9), (5, 0, 9), (5, 8, 0)])
def test_bad_sizes_of_sinusoids(arguments):
    with pytest.raises(ValueError, match=str(min(arguments))):
        sinusoidal_positions(*arguments)


@pytest.mark.parametrize(
    ('arguments', 'value'),
    [
        ((0,), '0'),
        ((-2,), '-2'),
        ((5, 0), '0'),
        ((5, 4, 0.0), '0.0'),
        ((5, 4, -1), '-1'),
    ],
)
def test_bad_arguments_of_bumps(arguments, value):
    with pytest.raises(ValueError, match=value):
        relative_time_embedding(*arguments)


@pytest.mark.parametrize('seed', range(3))
def test_centred_equals_the_loops(seed):
    frames = np.random.default_rng(seed).normal(2, 1, (7, 4)).astype(np.float32)
    found = centred(torch.from_numpy(frames))
    assert found.dtype == np.float32
    means = [sum(float(row[d]) for row in frames) / 7 for d in range(4)]
    for row, values in zip(frames, found, strict=True):
        gaps = [float(row[d]) - means[d] for d in range(4)]
        length = math.sqrt(sum(gap**2 for gap in gaps))
        np.testing.assert_allclose(values, [gap / length for gap in gaps], atol=1e-6)


def test_centred_by_hand():
    found = centred([[0, 1], [0, 7], [8, 1], [0, 3]])  # mean (2, 3)
    root = math.sqrt(0.5)
    expected = [[-root, -root], [-0.4472136, 0.8944272], [0.9486833, -0.3162278]]
    np.testing.assert_allclose(found, [*expected, [-1, 0]], atol=1e-6)


def test_centring_forgets_what_all_frames_share():
    frames = np.random.default_rng(0).normal(size=(6, 5))
    np.testing.assert_allclose(centred(3 * frames + 8), centred(frames), atol=1e-6)


@pytest.mark.parametrize('length', [1, 2, 50])
def test_a_constant_video_is_centred_to_zero(length):
    frame = np.random.default_rng(0).normal(size=(1, 5)).astype(np.float32)
    constant = frame.repeat(length, axis=0)
    noisy = constant + np.float32(1e-8) * np.arange(length)[:, None]
    for video in (constant, noisy):
        found = centred(video)
        assert found.shape == (length, 5)
        assert not found.any()


def test_no_frame_and_bad_frames_to_centre():
    assert centred(np.zeros((0, 3))).shape == (0, 3)
    with pytest.raises(ValueError, match='1 of 2 frames are NaN'):
        centred([[0.0, 1.0], [math.nan, 1.0]])
