import pytest
import torch
from torch import nn

from carl_mm.models.recognizers import chunked_backbone as chunked


@pytest.mark.parametrize('pooling', ['max', 'mean', 'max_mean', 'flat', 'none'])
def test_pooling(pooling):
    maps = torch.randn(4, 5, 2, 3)
    parts = {'max': maps.amax((2, 3)), 'mean': maps.mean((2, 3)), 'none': maps}
    parts['flat'] = torch.stack([frame.reshape(-1) for frame in maps])
    expected = torch.cat([parts[name] for name in pooling.split('_')], 1)
    assert torch.equal(chunked.pool(maps, pooling), expected)
    vectors = torch.randn(4, 5)
    assert chunked.pool(vectors, pooling) is vectors


def test_a_grid_keeps_where_things_are():
    maps = torch.arange(2 * 3 * 8 * 12.0).view(2, 3, 8, 12)
    found = chunked.pool(maps, 'grid')
    assert found.shape == (2, 48)
    cell = maps[1, 2, 2:4, 9:12].mean()  # second row, last column
    assert found[1, 2 * 16 + 1 * 4 + 3] == cell


def test_each_of_several_outputs_has_its_pooling():
    frames = torch.randn(2, 3, 8, 8)
    found = chunked.run(lambda x: (x, 2 * x), frames, ['grid', 'max'])
    expected = chunked.pool(frames, 'grid'), 2 * frames.amax((2, 3))
    assert torch.equal(found, torch.cat(expected, 1))
    with pytest.raises(ValueError, match='3 poolings.* 2 outputs'):
        chunked.run(lambda x: (x, x), frames, ['max', 'max', 'mean'])


@pytest.mark.parametrize(
    ('pooling', 'bad'), [('grd', 'grd'), (['max', 'none'], 'none')]
)
def test_an_unknown_pooling_is_named(pooling, bad):
    with pytest.raises(ValueError, match=f"spatial_pooling .*'{bad}'"):
        chunked.check_options(pooling, 'float32', 1, None)


@pytest.mark.parametrize('outputs', [list, tuple])
def test_of_several_maps_the_last_counts(outputs):
    frames = torch.randn(2, 3, 4, 4)
    found = chunked.run(lambda x: outputs([x, 2 * x]), frames, 'max')
    assert torch.equal(found, 2 * frames.amax((2, 3)))


@pytest.mark.parametrize('chunk_size', [1, 3, 7, 100])
def test_chunks_are_no_longer_than_asked_and_in_order(chunk_size):
    seen = []

    def network(frames):
        seen.append(len(frames))
        return frames.sum((1, 2, 3))

    frames = torch.randn(7, 3, 2, 2)
    found = chunked.in_chunks(network, frames, chunk_size, 'float32')
    assert torch.equal(found, frames.sum((1, 2, 3)))
    assert max(seen) <= chunk_size
    assert sum(seen) == 7


@pytest.mark.parametrize('dtype', ['float32', 'bfloat16'])
def test_the_dtype_is_the_networks_alone(dtype):
    torch.manual_seed(0)
    linear, frames, seen = nn.Linear(12, 4), torch.randn(5, 3, 2, 2), []

    def network(chunk):
        seen.append(linear(chunk.flatten(1)))
        return seen[-1]

    with torch.autocast('cpu', torch.bfloat16):  # of a caller: plays no part
        found = chunked.in_chunks(network, frames, 2, dtype)
    assert {part.dtype for part in seen} == {getattr(torch, dtype)}
    assert found.dtype == torch.float32
    difference = (found - linear(frames.flatten(1))).abs().max()
    assert (difference < 1e-6) == (dtype == 'float32')


class Backbone(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3)

    def forward(self, frames):
        return self.conv(frames)


def test_preparing_freezes_and_compiles_in_place():
    backbone = Backbone()
    keys = list(backbone.state_dict())
    chunked.prepare(backbone, freeze=False, compiler=False)
    assert backbone.conv.weight.is_contiguous(memory_format=torch.channels_last)
    assert all(weight.requires_grad for weight in backbone.parameters())
    graphs = []

    def backend(graph, inputs):
        graphs.append(graph)
        return graph.forward

    torch._dynamo.reset()
    chunked.prepare(backbone, freeze=True, compiler={'backend': backend})
    backbone(torch.zeros(1, 3, 4, 4))
    assert len(graphs) == 1
    assert list(backbone.state_dict()) == keys
    assert not any(weight.requires_grad for weight in backbone.parameters())


@pytest.mark.parametrize(('fast', 'dtype'), [(True, 'bfloat16'), (False, 'float32')])
def test_auto_is_what_the_machine_is_fast_at(fast, dtype, monkeypatch):
    monkeypatch.setattr(chunked, 'has_fast_bfloat16', lambda: fast)
    assert chunked.choose_dtype('auto') == dtype
    assert chunked.choose_dtype('float32') == 'float32'
    assert chunked.choose_dtype('bfloat16') == 'bfloat16'


@pytest.mark.parametrize(
    ('options', 'match'),
    [
        (('sum', 'float32', 1, None), "'sum'"),
        (('max', 'int8', 1, None), "'int8'"),
        (('max', 'float32', 0, None), 'got 0 and None'),
        (('max', 'float32', 4, 0), 'got 4 and 0'),
    ],
)
def test_bad_options_are_named(options, match):
    with pytest.raises(ValueError, match=match):
        chunked.check_options(*options)
