import pytest
import torch

from carl_mm.models import FramewiseMLP, TemporalConv3d


def test_mlp_sees_one_frame_alone():
    torch.manual_seed(0)
    net = FramewiseMLP(6, 8, 4).eval()
    features = torch.randn(1, 5, 6)
    changed = features.clone()
    changed[0, 2] += 1
    same = (net(features) == net(changed)).all(-1)[0]
    assert same.tolist() == [True, True, False, True, True]


def test_conv3d_sees_two_frames_each_way_and_no_padding():
    net = TemporalConv3d(6, 8, 8, 4).eval()
    maps = torch.randn(1, 9, 6, 3, 3)
    changed = maps.clone()
    changed[0, 4] += 1
    differs = (net(maps) != net(changed)).any(-1)[0]
    assert differs.tolist() == [
        False,
        False,
        True,
        True,
        True,
        True,
        True,
        False,
        False,
    ]
    valid = torch.tensor([[True] * 4 + [False] * 5])
    torch.testing.assert_close(net(maps, valid)[:, :4], net(changed, valid)[:, :4])
    with pytest.raises(ValueError, match='spatial_pooling'):
        net(torch.randn(1, 9, 6))
