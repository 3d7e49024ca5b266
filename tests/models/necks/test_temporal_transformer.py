import math

import pytest
import torch
from mmaction.registry import MODELS

from carl_mm.models import TemporalTransformer


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


def test_rotary_positions_reach_every_layer():
    net = build(position='rotary')
    features = torch.randn(1, 6, 12)
    points = torch.linspace(0, 7, 6, dtype=torch.float64)[None]
    with torch.no_grad():
        x = net.reduce(features[0])[None]
        for layer in net.layers:
            x = layer(x, None, points)
        torch.testing.assert_close(net(features), net.to_out(x))


def test_without_positions_order_plays_no_part():
    net = build(position='none')
    features, order = torch.randn(1, 6, 12), torch.randperm(6)
    with torch.no_grad():
        torch.testing.assert_close(net(features)[:, order], net(features[:, order]))


def test_the_option_that_went_is_told_and_changes_nothing():
    plain = build()
    with pytest.warns(FutureWarning, match=r'position_jitter .* no longer'):
        net = build(position_jitter=0.5)
    net.load_state_dict(plain.state_dict())
    features = torch.randn(2, 8, 12)
    assert torch.equal(net(features), plain(features))


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
    with pytest.raises(ValueError, match='9 is no multiple of 2'):
        build(embed_channels=9)
    with pytest.raises(TypeError, match='num_layer'):
        MODELS.build({'type': 'TemporalTransformer', 'in_channels': 3, 'num_layer': 1})
