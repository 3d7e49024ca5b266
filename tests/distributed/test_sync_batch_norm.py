"""Two processes normalise as one with the whole batch does."""

import pytest
import timm
import torch
from mmaction.registry import MODELS
from mmengine.model import MMDistributedDataParallel, convert_sync_batchnorm
from mmengine.runner import runner
from torch import distributed, nn

import carl_mm  # noqa: F401  (registers)
from carl_mm.distributed.sync_batch_norm import (
    CPUSyncBatchNorm,
    synchronize,
    synchronizing_runner,
)
from tests.distributed.forked import run_forked


def refused_by_torch():
    model = nn.Sequential(nn.SyncBatchNorm(3))
    try:
        MMDistributedDataParallel(model, device_ids=None)
    except ValueError as error:
        return str(error)
    return ''


def test_torch_still_refuses_cpus():
    for message in run_forked(refused_by_torch):
        assert 'only work with GPU' in message, 'remove CPUSyncBatchNorm'


def network():
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(3, 4, 3),
        nn.BatchNorm2d(4),
        nn.ReLU(),
        nn.Conv2d(4, 5, 3),
        nn.BatchNorm2d(5, affine=False),
        nn.Flatten(),
        nn.Linear(5 * 4 * 4, 6),
        nn.BatchNorm1d(6, momentum=None),
        nn.BatchNorm1d(6, track_running_stats=False),
    ).double()


def trained(model, frames, weights, share=1.0):
    """Two steps' outputs, gradients and running statistics."""
    losses = []
    for _ in range(2):
        out = model(frames)
        losses.append((out * weights).square().sum() * share)
    sum(losses).backward()
    model = getattr(model, 'module', model)
    return {
        'out': out.detach(),
        'gradients': {n: p.grad for n, p in model.named_parameters()},
        'buffers': {n: b.clone() for n, b in model.named_buffers()},
    }


def data():
    """Videos unlike each other, three for one process and two for the other."""
    generator = torch.Generator().manual_seed(1)
    place = torch.arange(5.0).view(5, 1, 1, 1)
    frames = (
        torch.randn(5, 3, 8, 8, generator=generator).double() * (place + 1) + 10 * place
    )
    return frames, torch.randn(5, 6, generator=generator)


def trained_rank():
    rows = slice(0, 3) if distributed.get_rank() == 0 else slice(3, 5)
    model = MMDistributedDataParallel(synchronize(network()), device_ids=None)
    return trained(model, *(tensor[rows] for tensor in data()), share=2.0)


def test_two_processes_are_as_one_with_the_whole_batch(record_property):
    whole = trained(network(), *data())
    ranks = run_forked(trained_rank)
    out = torch.cat([rank['out'] for rank in ranks])
    torch.testing.assert_close(out, whole['out'], rtol=0, atol=1e-9)
    for kind in ('gradients', 'buffers'):
        for name, value in whole[kind].items():
            assert torch.equal(ranks[0][kind][name], ranks[1][kind][name]), name
            other = ranks[0][kind][name]
            torch.testing.assert_close(other, value, rtol=0, atol=1e-7, msg=name)


def test_each_process_alone_would_not_do():
    frames, weights = data()
    alone = trained(network(), frames[:3], weights[:3])['out']
    assert (alone - trained(network(), frames, weights)['out'][:3]).abs().max() > 0.1


def carl_model():
    torch.manual_seed(0)
    model = MODELS.build(
        dict(
            type='FramewiseRecognizer',
            backbone=dict(type='mmpretrain.ResNet', depth=18, base_channels=4),
            neck=dict(
                type='TemporalTransformer',
                in_channels=32,
                num_frames=4,
                num_layers=1,
                hidden_channels=8,
                embed_channels=8,
                num_heads=2,
                feedforward_channels=8,
                dropout=0.0,
            ),
            cls_head=dict(type='SequenceContrastiveHead'),
            controls=(),
        )
    )
    return model.double().train()


def carl_batch():
    generator = torch.Generator().manual_seed(0)
    shape = (2, 2, 4)
    return {
        'inputs': torch.randn(*shape, 3, 32, 32, generator=generator).double(),
        'frame_inds': torch.arange(4).expand(shape),
        'valid': torch.ones(shape, dtype=torch.bool),
    }


def carl_step(model, data):
    loss = model(**data, mode='loss')['loss']
    loss.backward()
    model = getattr(model, 'module', model)
    return {
        'loss': loss.detach(),
        'gradients': {n: p.grad for n, p in model.named_parameters()},
        'buffers': dict(model.named_buffers()),
    }


def carl_rank():
    rank = distributed.get_rank()
    model = MMDistributedDataParallel(synchronize(carl_model()), device_ids=None)
    one = {key: value[rank : rank + 1] for key, value in carl_batch().items()}
    return carl_step(model, one)


def test_carl_with_a_video_a_process_trains_as_with_both_in_one(record_property):
    whole = carl_step(carl_model(), carl_batch())
    ranks = run_forked(carl_rank)
    loss = sum(rank['loss'] for rank in ranks) / 2
    torch.testing.assert_close(loss, whole['loss'], rtol=0, atol=1e-5)
    for kind in ('gradients', 'buffers'):
        gaps = [
            (ranks[0][kind][name] - value).abs().max().item()
            for name, value in whole[kind].items()
        ]
        record_property(f'{kind}_difference', max(gaps))
        assert max(gaps) < 1e-5


def test_it_keeps_the_weights_and_modes():
    model = network()
    model[1].eval()
    model[1].weight.requires_grad_(False)
    state = model.state_dict()
    found = synchronize(model)
    assert [type(part) is CPUSyncBatchNorm for part in found[1:9:3]] == [
        True,
        True,
        True,
    ]
    assert not found[1].training
    assert not found[1].weight.requires_grad
    assert found[4].training
    assert found.state_dict().keys() == state.keys()
    assert all(found.state_dict()[name] is not None for name in state)
    assert found[1].running_mean is model[1].running_mean
    assert type(synchronize(nn.BatchNorm1d(3))) is CPUSyncBatchNorm
    again = synchronize(found)
    assert again[1] is found[1]


def test_on_a_gpu_the_layers_are_torchs():
    """As far as it can be seen without one."""
    assert type(synchronize(network().to('meta'))[1]) is nn.SyncBatchNorm


def test_one_process_normalises_as_before():
    frames, weights = data()
    assert torch.equal(
        trained(synchronize(network()), frames, weights)['out'],
        trained(network(), frames, weights)['out'],
    )


def test_layers_that_do_more_stay_as_they_are(caplog):
    """In mmengine's conversion timm's lose their activation, and nothing says so."""
    from timm.layers import BatchNormAct2d

    network = nn.Sequential(nn.Conv2d(3, 3, 1), BatchNormAct2d(3)).eval()
    frames = torch.randn(2, 3, 4, 4)
    expected = network(frames)
    assert torch.equal(synchronize(network)(frames), expected)
    assert not torch.equal(convert_sync_batchnorm(network).eval()(frames), expected)
    assert timm.__version__


def test_a_runner_converts_by_it_only_meanwhile():
    with synchronizing_runner():
        assert runner.convert_sync_batchnorm is synchronize
    assert runner.convert_sync_batchnorm is convert_sync_batchnorm
    with pytest.raises(ValueError, match='nccl'):
        synchronize(network(), 'nccl')
