import numpy as np
import pytest
import torch

from carl_mm.functional import relative_landmarks


def slow_relative(places):
    """Frame by frame, with the lower median of the lengths of the trunk."""
    centres, lengths = [], []
    for points in places:
        centres.append((points[23] + points[24]) / 2)
        neck = (points[11] + points[12]) / 2
        lengths.append(np.sqrt(((neck - centres[-1]) ** 2).sum()))
    scale = sorted(lengths)[(len(lengths) - 1) // 2]
    return np.stack(
        [
            [(point - centre) / scale for point in points]
            for points, centre in zip(places, centres, strict=True)
        ]
    )


@pytest.mark.parametrize('length', [1, 2, 7])
def test_it_is_the_slow_loops(length):
    places = np.random.default_rng(length).normal(size=(length, 33, 2))
    found = relative_landmarks(torch.from_numpy(places))
    np.testing.assert_allclose(found, slow_relative(places), atol=1e-12)


def test_where_the_body_stands_and_how_large_it_is_do_not_count():
    torch.manual_seed(0)
    places = torch.randn(5, 33, 2, dtype=torch.float64)
    walks = torch.randn(5, 1, 2, dtype=torch.float64)
    found = relative_landmarks(places)
    torch.testing.assert_close(relative_landmarks(3.5 * places + walks), found)
    # But a frame in which all shrinks is told from the others.
    bent = places.clone()
    bent[2] *= 0.5
    assert not torch.allclose(relative_landmarks(bent)[2], found[2])


def test_edge_cases():
    assert relative_landmarks(torch.zeros(0, 33, 2)).shape == (0, 33, 2)
    assert not relative_landmarks(torch.ones(3, 33, 2)).any()  # no trunk
    with pytest.raises(ValueError, match=r'must be \(T, 33, 2\), got \(2, 17, 2\)'):
        relative_landmarks(torch.zeros(2, 17, 2))
