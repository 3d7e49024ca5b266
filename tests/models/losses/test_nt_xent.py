"""NT-Xent over several processes: losses and gradients are those of one."""

import os

import pytest
import torch
from mmaction.registry import MODELS
from mmengine.model import MMDistributedDataParallel
from mmengine.registry import init_default_scope
from torch.nn.functional import normalize

import carl_mm  # noqa: F401  (registers, in the started processes too)
from carl_mm.distributed.batches import gather_videos
from carl_mm.functional import nt_xent_loss
from carl_mm.models import NTXentLoss
from tests.models.clips import clip_batch, clip_recognizer
from tests.tools.processes import environment


def test_one_process_compares_its_own_batch():
    embedding = normalize(torch.randn(4, 2, 8), dim=-1)
    loss = NTXentLoss(temperature=0.3)(embedding)
    expected = nt_xent_loss(*embedding.unbind(1), temperature=0.3)
    torch.testing.assert_close(loss, expected)
    assert gather_videos(embedding) is embedding


def test_bad_input_is_named():
    with pytest.raises(ValueError, match='-0.1'):
        NTXentLoss(temperature=-0.1)
    with pytest.raises(ValueError, match='at least two'):
        NTXentLoss()(torch.ones(1, 2, 4))
    with pytest.raises(TypeError, match='temprature'):
        MODELS.build({'type': 'NTXentLoss', 'temprature': 0.1})


def recognizer():
    """BatchNorm as in testing; so cold that gradients are large."""
    model = clip_recognizer().eval()
    model.cls_head.loss_module.temperature = 0.01
    return model


def loss_and_gradients(model, data):
    model.zero_grad()
    loss = model(**data, mode='loss')['loss']
    loss.backward()
    model = getattr(model, 'module', model)
    gradients = {name: p.grad.clone() for name, p in model.named_parameters()}
    return loss.detach(), gradients


def share(data, rows):
    return {key: value[rows] for key, value in data.items()}


def run_rank(rank, folder, port):
    init_default_scope('mmaction')
    torch.set_num_threads(1)
    os.environ.update(MASTER_ADDR='127.0.0.1', MASTER_PORT=port)
    torch.distributed.init_process_group('gloo', rank=rank, world_size=2)
    model = MMDistributedDataParallel(recognizer(), device_ids=None)
    half = share(clip_batch(4), slice(2 * rank, 2 * rank + 2))
    result = {'half': loss_and_gradients(model, half)}
    one = share(clip_batch(2), slice(rank, rank + 1))  # one video each
    result['one'] = loss_and_gradients(model, one)
    uneven = share(clip_batch(3), slice(0, 2) if rank == 0 else slice(2, 3))
    try:
        loss_and_gradients(model, uneven)
    except ValueError as error:
        result['error'] = str(error)
    torch.save(result, folder / f'rank_{rank}.pth')
    torch.distributed.destroy_process_group()


@pytest.mark.slow
def test_two_processes_are_as_one_with_the_whole_batch(tmp_path, record_property):
    model = recognizer()
    torch.multiprocessing.spawn(run_rank, (tmp_path, environment()['PORT']), nprocs=2)
    ranks = [torch.load(tmp_path / f'rank_{rank}.pth') for rank in (0, 1)]
    for name, count in (('half', 4), ('one', 2)):
        loss, gradients = loss_and_gradients(model, clip_batch(count))
        losses = [rank[name][0] for rank in ranks]
        torch.testing.assert_close(sum(losses) / 2, loss, rtol=0, atol=1e-5)
        assert abs(losses[0] - losses[1]) > 1e-3
        worst = 0.0
        for key, gradient in gradients.items():
            both = [rank[name][1][key] for rank in ranks]
            assert torch.equal(*both), key
            worst = max(worst, (both[0] - gradient).abs().max().item())
        record_property(f'gradient_difference_{name}', worst)
        assert worst < 1e-5
        assert max(g.abs().max().item() for g in gradients.values()) > 1e-2
    for rank in ranks:
        assert '[2, 1] videos' in rank['error']
        assert 'drop_last=True' in rank['error']


def test_negatives_of_ones_own_half_would_not_do():
    """The batch tells everyone's negatives from a process's own."""
    model, data = recognizer(), clip_batch(4)
    whole, gradients = loss_and_gradients(model, data)
    halves = [
        loss_and_gradients(model, share(data, rows))
        for rows in (slice(0, 2), slice(2, 4))
    ]
    assert abs(sum(loss for loss, _ in halves) / 2 - whole) > 0.1
    gap = max(
        ((halves[0][1][key] + halves[1][1][key]) / 2 - gradient).abs().max().item()
        for key, gradient in gradients.items()
    )
    assert gap > 1e-3
