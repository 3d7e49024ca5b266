import numpy as np
import torch

from carl_mm.functional import frame_features


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
