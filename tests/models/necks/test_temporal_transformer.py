import cmath
import math

import pytest
import torch
from mmaction.registry import MODELS

from carl_mm.functional import rotate
from carl_mm.models import FramewiseMLP, TemporalConv3d, TemporalTransformer


def build(**kwargs):
    torch.manual_seed(0)
    options = {'in_channels': 12, 'num_frames': 8, 'hidden_channels': 16}
    options |= {'embed_channels': 8, 'out_channels': 5, 'num_heads': 2}
    options |= {'feedforward_channels': 24, 'num_layers': 2}
    return TemporalTransformer(**{**options, **kwargs}).eval()


def reference(net, features, valid):
    """The published network, written out with loops, one video, eval mode."""
    x = features
    for linear, norm in ((1, 2), (5, 6)):
        x = torch.relu(net.reduce[norm](net.reduce[linear](x)))
    x = net.reduce[8](x)
    length, channels = x.shape
    for s in range(length):
        p = s * (net.num_frames - 1) / (length - 1) if length > 1 else 0.0
        for c in range(channels):
            angle = p / 10000 ** (c / channels)
            x[s, c] = x[s, c] + (math.sin(angle) if c % 2 == 0 else math.cos(angle))
    for layer in net.layers:
        y = layer.attention_norm(x)
        q, k, v = layer.query(y), layer.key(y), layer.value(y)
        width = channels // layer.num_heads
        out = torch.zeros_like(x)
        for h in range(layer.num_heads):
            part = slice(h * width, (h + 1) * width)
            for t in range(length):
                scores = (k[:, part] @ q[t, part]) / math.sqrt(width)
                scores[~valid] = -math.inf
                out[t, part] = torch.softmax(scores, 0) @ v[:, part]
        x = x + layer.project(out)
        y = layer.feedforward_norm(x)
        x = x + layer.contract(torch.relu(layer.expand(y)))
    return net.to_out(x)


@pytest.mark.parametrize('length', [1, 5, 8, 13])
def test_equals_the_published_network(length):
    net = build()
    for norm in (net.reduce[2], net.reduce[6]):
        norm.running_mean.uniform_(-1, 1)
        norm.running_var.uniform_(0.5, 2)
    features = torch.randn(2, length, 12)
    valid = torch.ones(2, length, dtype=torch.bool)
    valid[1, length // 2 + 1 :] = False
    with torch.no_grad():
        out = net(features, valid)
        for row in range(2):
            expected = reference(net, features[row].clone(), valid[row])
            torch.testing.assert_close(out[row], expected, atol=1e-5, rtol=1e-5)


def test_padding_is_not_attended_to():
    net = build()
    features = torch.randn(1, 8, 12)
    valid = torch.tensor([[True] * 5 + [False] * 3])
    changed = features.clone()
    changed[:, 5:] += 10
    with torch.no_grad():
        before, after = net(features, valid), net(changed, valid)
    torch.testing.assert_close(before[:, :5], after[:, :5])


def test_default_size_is_the_papers():
    net = TemporalTransformer(in_channels=2048, num_frames=240)
    block = 2048 * 512 + 512 * 512 + 512 * 256 + 512 + 512 + 256 + 4 * 512
    layer = 4 * (256 * 256 + 256) + 2 * 256 * 1024 + 1024 + 256 + 4 * 256
    total = block + 3 * layer + 256 * 128 + 128
    assert sum(p.numel() for p in net.parameters()) == total


def test_dropout_only_in_training():
    net = build().train()
    features = torch.randn(2, 8, 12)
    assert not torch.equal(net(features), net(features))
    net.eval()
    assert torch.equal(net(features), net(features))


def test_rotary_attention_is_that_of_the_loops():
    net = build(position='rotary', num_layers=1)
    layer, length = net.layers[0], 5
    x = torch.randn(1, length, 8)
    points = torch.linspace(0, 7, length, dtype=torch.float64)
    found = layer.attend(x, None, points[None])[0]
    q, k, v = (linear(x[0]) for linear in (layer.query, layer.key, layer.value))
    out = torch.zeros(length, 8)
    for h in range(2):
        part = slice(4 * h, 4 * h + 4)
        for t in range(length):
            scores = torch.zeros(length)
            for s in range(length):
                for i in (0, 2):  # only the gap of time turns the key
                    turn = complex(0, (points[s] - points[t]) / 10000 ** (i / 4))
                    a = complex(q[t, part][i], q[t, part][i + 1])
                    b = complex(k[s, part][i], k[s, part][i + 1]) * cmath.exp(turn)
                    scores[s] += (a * b.conjugate()).real / 2
            out[t, part] = torch.softmax(scores, 0) @ v[:, part]
    torch.testing.assert_close(found, layer.project(out), atol=1e-5, rtol=1e-5)


def test_rotary_positions_see_gaps_alone():
    net = build(position='rotary')
    x = torch.randn(1, 6, 8)
    points = torch.arange(6, dtype=torch.float64)[None]
    with torch.no_grad():
        out = net.layers[0](x, None, points)
        shifted = net.layers[0](x, None, points + 37.5)
        stretched = net.layers[0](x, None, points * 2)
    torch.testing.assert_close(out, shifted, atol=1e-5, rtol=1e-5)
    assert (out - stretched).abs().max() > 1e-3


@pytest.mark.parametrize('position', ['absolute', 'rotary'])
def test_jitter_moves_positions_in_training_alone(position):
    plain = build(position=position, dropout=0.0)
    net = build(position=position, position_jitter=0.5, dropout=0.0)
    features = torch.randn(1, 6, 12).expand(3, 6, 12)
    with torch.no_grad():
        torch.testing.assert_close(net(features), plain(features), atol=0, rtol=0)
    points = net.train()._points(400, 6)
    assert points.shape == (400, 6)
    start, end = points[:, 0] / 7, points[:, -1] / 7
    assert start.min() >= 0
    assert end.max() <= 1 + 1e-9
    length = end - start
    assert 0.5 <= length.min() < 0.52
    assert length.max() > 0.98
    assert length.mean() == pytest.approx(0.75, abs=0.04)  # 5 standard errors
    torch.testing.assert_close(
        points.diff(dim=1), (length * 7 / 5)[:, None].expand(-1, 5)
    )
    with torch.no_grad():
        rows = net(features)  # one content, three spans
    assert (rows[0] - rows[1]).abs().max() > 1e-4


def test_frame_channels_see_their_own_frame_alone():
    net = build(frame_channels=2, dropout=0.0)
    plain = build(dropout=0.0)
    features = torch.randn(1, 6, 12)
    changed = features.clone()
    changed[:, 4] += 1
    with torch.no_grad():
        before, after = net(features), net(changed)
        assert before.shape == plain(features).shape
        x = net.reduce(features[0])
        expected = x @ net.frame_out.weight.T + net.frame_out.bias
    torch.testing.assert_close(before[0, :, -2:], expected)
    moved = (before != after)[0]
    assert moved[:, :-2].all()
    assert moved[:, -2:].any(dim=1).tolist() == [False] * 4 + [True, False]


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match=r'frame_channels must be in \[0, 4\), got 4'):
        build(out_channels=4, frame_channels=4)
    with pytest.raises(ValueError, match="'relative'"):
        build(position='relative')
    with pytest.raises(ValueError, match=r'position_jitter .* got 1.0'):
        build(position_jitter=1.0)
    with pytest.raises(ValueError, match='even number of channels, got 3'):
        rotate(torch.zeros(2, 3), torch.arange(2.0))
    with pytest.raises(ValueError, match='9 is no multiple of 2'):
        build(embed_channels=9)
    with pytest.raises(TypeError, match='num_layer'):
        MODELS.build({'type': 'TemporalTransformer', 'in_channels': 3, 'num_layer': 1})


def test_mlp_sees_one_frame_alone():
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
