import torch
import torch.nn.functional as nnf
from mmaction.registry import MODELS

import carl_mm.functional as F
from carl_mm.models import (
    FramewiseLoss,
    FramewiseLossHead,
    SequenceContrastiveHead,
    SequenceContrastiveLoss,
)


def views(batch=2, length=6, channels=16):
    torch.manual_seed(0)
    embedding = torch.randn(batch, 2, length, channels)
    frame_inds = torch.arange(length).expand(batch, 2, length).clone()
    frame_inds[:, 1] += 2
    valid = torch.ones(batch, 2, length, dtype=torch.bool)
    valid[1, 0, 4:] = False
    return embedding, frame_inds, valid


def test_the_head_projects_normalizes_and_compares():
    head = SequenceContrastiveHead(16, 16, 16).eval()
    embedding, frame_inds, valid = views()
    loss = head.loss(embedding, frame_inds, valid)['loss']
    latent = nnf.normalize(head.projection(embedding.flatten(0, 2)), dim=-1)
    latent = latent.view(2, 2, 6, 16)
    expected = F.sequence_contrastive_loss(
        latent[:, 0],
        latent[:, 1],
        frame_inds[:, 0],
        frame_inds[:, 1],
        valid[:, 0],
        valid[:, 1],
    )
    torch.testing.assert_close(loss, expected)


def test_predictions_are_before_the_projection_and_of_unit_length():
    head = SequenceContrastiveHead(16, 16, 16)
    embedding = torch.randn(7, 16, dtype=torch.bfloat16)
    out = head.predict(embedding)
    assert out.dtype == torch.float32
    torch.testing.assert_close(out, nnf.normalize(embedding.float(), dim=-1))


def test_the_loss_is_in_full_precision_under_autocast():
    head = SequenceContrastiveHead(16, 16, 16).eval()
    head.projection = torch.nn.Identity()
    embedding, frame_inds, valid = views()
    expected = head.loss(embedding, frame_inds, valid)['loss']
    with torch.autocast('cpu', torch.bfloat16):
        loss = head.loss(embedding, frame_inds, valid)['loss']
    assert loss.dtype == torch.float32
    torch.testing.assert_close(loss, expected)


def test_twenty_steps_lower_the_loss():
    head = SequenceContrastiveHead(16, 16, 16)
    embedding, frame_inds, valid = views()
    embedding.requires_grad_(True)
    optimizer = torch.optim.Adam([embedding, *head.parameters()], lr=0.02)
    losses = []
    for _ in range(20):
        loss = head.loss(embedding, frame_inds, valid)['loss']
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.7 * losses[0]


def test_it_is_the_shared_head_with_carls_settings():
    torch.manual_seed(1)
    head = SequenceContrastiveHead(16, 12, 8)
    torch.manual_seed(1)
    same = FramewiseLossHead(
        {'type': 'SequenceContrastiveLoss'},
        16,
        projection_channels=8,
        normalize=True,
        hidden_channels=12,
    )
    assert isinstance(head.loss_module, SequenceContrastiveLoss)
    assert head.state_dict().keys() == same.state_dict().keys()
    assert torch.equal(head.loss(*views())['loss'], same.loss(*views())['loss'])
    names = {f'projection.{n}.weight' for n in (0, 1, 3)}
    assert names < head.state_dict().keys()


def test_another_loss_is_one_config_line():
    @MODELS.register_module(name='TestNorm', force=True)
    class Norm(FramewiseLoss):
        def forward(self, batch):
            return batch.embedding.square().sum(-1)[batch.valid].mean()

    head = SequenceContrastiveHead(16, 16, 16, loss={'type': 'TestNorm'})
    loss = head.loss(*views())['loss']
    torch.testing.assert_close(loss, torch.ones(()))
