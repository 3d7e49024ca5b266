import cmath

import pytest
import torch

from carl_mm.models.necks.temporal_layers import (
    PreNormLayer,
    check_channels,
    transformation_block,
)


def layer(dropout=0.0):
    torch.manual_seed(0)
    return PreNormLayer(8, 2, 24, dropout)


def test_the_block_has_the_papers_layers():
    block = transformation_block(12, 16, 5, 0.3)
    kinds = [type(part).__name__ for part in block]
    hidden = ['Dropout', 'Linear', 'BatchNorm1d', 'ReLU']
    assert kinds == [*hidden, *hidden, 'Linear']
    shapes = [
        tuple(part.weight.shape) for part in block if hasattr(part, 'in_features')
    ]
    assert shapes == [(16, 12), (16, 16), (5, 16)]
    assert {part.p for part in block if isinstance(part, torch.nn.Dropout)} == {0.3}


def test_channels_that_do_not_fit_are_told():
    check_channels(torch.zeros(1, 2, 6), 6)
    with pytest.raises(ValueError, match=r'gives 6 channels, neck\.in_channels is 4'):
        check_channels(torch.zeros(1, 2, 6), 4)


def test_dropout_is_on_the_residual_branches_alone():
    x = torch.randn(1, 5, 8)
    assert torch.equal(layer(1.0)(x, None), x)
    assert not torch.allclose(layer(1.0).eval()(x, None), x)


def test_what_the_mask_hides_is_not_attended_to():
    x = torch.randn(1, 5, 8)
    changed = x.clone()
    changed[:, 3:] += 10
    mask = torch.tensor([True, True, True, False, False]).view(1, 1, 1, 5)
    before, after = layer()(x, mask), layer()(changed, mask)
    torch.testing.assert_close(before[:, :3], after[:, :3])
    assert not torch.allclose(layer()(x, None)[:, :3], before[:, :3])


def test_rotary_attention_is_that_of_the_loops():
    net, length = layer(), 5
    x = torch.randn(1, length, 8)
    points = torch.linspace(0, 7, length, dtype=torch.float64)
    found = net.attend(x, None, points[None])[0]
    q, k, v = (linear(x[0]) for linear in (net.query, net.key, net.value))
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
    torch.testing.assert_close(found, net.project(out), atol=1e-5, rtol=1e-5)


def test_rotary_positions_see_gaps_alone():
    net = layer()
    x = torch.randn(1, 6, 8)
    points = torch.arange(6, dtype=torch.float64)[None]
    with torch.no_grad():
        out = net(x, None, points)
        shifted = net(x, None, points + 37.5)
        stretched = net(x, None, points * 2)
    torch.testing.assert_close(out, shifted, atol=1e-5, rtol=1e-5)
    assert (out - stretched).abs().max() > 1e-3
