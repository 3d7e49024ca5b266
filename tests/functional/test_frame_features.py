import numpy as np
import pytest
import torch

from carl_mm.functional import frame_features, standardize_over_time


def test_few_channels_are_kept_at_unit_length():
    features = torch.tensor([[3.0, 4], [0, 0]])
    assert frame_features(features).tolist() == [
        [0.6000000238418579, 0.800000011920929],
        [0, 0],
    ]
    maps = torch.zeros(1, 2, 2, 2)
    maps[0, :, 1, 0] = torch.tensor([3.0, 4])
    np.testing.assert_allclose(frame_features(maps), [[0.6, 0.8]], rtol=1e-6)


def test_many_channels_nearly_keep_their_distances():
    generator = torch.Generator().manual_seed(1)
    features = torch.randn(20, 2560, generator=generator)
    found = frame_features(5 * features.to(torch.bfloat16))
    assert found.shape == (20, 128)
    assert found.dtype == torch.float32
    unit = torch.nn.functional.normalize(features, dim=1)
    ratios = torch.pdist(found) / torch.pdist(unit)
    assert 0.7 < ratios.min() < ratios.max() < 1.3
    assert torch.equal(found, frame_features(5 * features.to(torch.bfloat16)))
    many = frame_features(features.repeat(40, 1))  # more than are taken at a time
    torch.testing.assert_close(many, frame_features(features).repeat(40, 1))


def by_loops(video, parts, valid):
    """One video, ``(T, C)``, frame by frame."""
    out, start = np.zeros_like(video), 0
    real = [t for t in range(len(video)) if valid[t]]
    for size in parts:
        part = video[:, start : start + size]
        mean = sum(part[t] for t in real) / len(real)
        square = sum(((part[t] - mean) ** 2).sum() for t in real) / len(real)
        for t in real:
            out[t, start : start + size] = (part[t] - mean) / square**0.5
        start += size
    return out


def test_each_part_is_centred_and_scaled_over_the_real_frames():
    generator = torch.Generator().manual_seed(0)
    features = torch.randn(3, 7, 9, generator=generator).double() * 5 + 3
    valid = torch.ones(3, 7, dtype=torch.bool)
    valid[1, 5:] = False
    found = standardize_over_time(features, (4, 3, 2), valid)
    for video, mask, out in zip(features, valid, found, strict=True):
        expected = by_loops(video.numpy(), (4, 3, 2), mask.numpy())
        np.testing.assert_allclose(out, expected, atol=1e-12)
    changed = features.clone()
    changed[1, 5:] = 100
    assert torch.equal(standardize_over_time(changed, (4, 3, 2), valid), found)


def test_what_does_not_change_is_zero():
    still = torch.full((1, 5, 3), 0.1)
    moving = torch.arange(5.0).view(1, 5, 1)
    found = standardize_over_time(torch.cat((still, moving), 2), (3, 1))
    assert not found[..., :3].any()
    assert found[0, :, 3].square().mean() == pytest.approx(1)
    assert not standardize_over_time(torch.ones(2, 1, 4), (4,)).any()
    nothing = torch.zeros(1, 4, dtype=torch.bool)
    assert not standardize_over_time(torch.ones(1, 4, 2), (2,), nothing).any()


def test_parts_must_fit():
    with pytest.raises(ValueError, match=r'\(2, 3\) channels are 5.* have 6'):
        standardize_over_time(torch.ones(1, 2, 6), (2, 3))
