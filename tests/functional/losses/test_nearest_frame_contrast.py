import math

import numpy as np
import pytest
import torch
import torch.nn.functional as nnf

from carl_mm.functional import sequence_contrastive_loss
from carl_mm.functional.losses.nearest_frame_contrast import (
    nearest_frame_contrastive_loss,
)
from tests.functional.losses.frames import padding_changes_nothing, twenty_steps_lower


def views(videos=3, length=6, channels=5, dtype=torch.float64, lengths=None):
    generator = torch.Generator().manual_seed(0)
    embeddings = torch.randn(
        videos, 2, length, channels, generator=generator, dtype=dtype
    )
    inds = torch.stack(
        [
            torch.stack(
                [
                    torch.randperm(20, generator=generator)[:length].sort()[0]
                    for _ in range(2)
                ]
            )
            for _ in range(videos)
        ]
    )
    valid = torch.ones(videos, 2, length, dtype=torch.bool)
    if lengths is not None:
        valid = torch.arange(length) < torch.tensor(lengths)[..., None]
    return nnf.normalize(embeddings, dim=-1), inds, valid


def loss_of(embeddings, inds, valid, **options):
    return nearest_frame_contrastive_loss(
        *embeddings.unbind(1), *inds.unbind(1), *valid.unbind(1), **options
    )


def oracle(embeddings, inds, valid, temperature=0.1, max_gap=math.inf):
    """One query frame after the other."""
    losses = []
    for z, s, v in zip(embeddings.numpy(), inds.numpy(), valid.numpy(), strict=True):
        for query, other in ((0, 1), (1, 0)):
            frames = [j for j in range(len(s[other])) if v[other][j]]
            for i in range(len(s[query])):
                if not v[query][i] or not frames:
                    continue
                gaps = {j: abs(s[query][i] - s[other][j]) for j in frames}
                if min(gaps.values()) > max_gap:
                    continue
                logits = {j: z[query][i] @ z[other][j] / temperature for j in frames}
                log_sum = np.log(sum(np.exp(value) for value in logits.values()))
                nearest = [j for j in frames if gaps[j] == min(gaps.values())]
                losses.append(np.mean([log_sum - logits[j] for j in nearest]))
    return np.mean(losses)


@pytest.mark.parametrize('lengths', [None, [[6, 4], [1, 5], [0, 3]]])
@pytest.mark.parametrize('options', [{}, {'temperature': 0.5, 'max_gap': 1}])
def test_equals_the_definition(lengths, options):
    batch = views(lengths=lengths)
    expected = oracle(*batch, **options)
    assert loss_of(*batch, **options).item() == pytest.approx(expected, abs=1e-9)


def test_a_value_by_hand():
    """Unit vectors at right angles, temperature 1: e or 1 of e + 1 a query.

    Frames 0 and 10 against 1 and 9, alike the other way round: each query's positive
    is at right angles, so -log(1 / (e + 1)).
    """
    emb_a = torch.eye(2)[None]
    inds_a, inds_b = torch.tensor([[0, 10]]), torch.tensor([[1, 9]])
    valid = torch.ones(1, 2, dtype=torch.bool)
    value = nearest_frame_contrastive_loss(
        emb_a, emb_a.flip(1), inds_a, inds_b, valid, valid, temperature=1.0
    )
    assert value.item() == pytest.approx(math.log(math.e + 1))
    value = nearest_frame_contrastive_loss(
        emb_a, emb_a, inds_a, inds_b, valid, valid, temperature=1.0
    )
    assert value.item() == pytest.approx(math.log(math.e + 1) - 1)


def test_the_limit_of_carls_loss_without_variance():
    embeddings, inds, valid = views()
    expected = sequence_contrastive_loss(
        *embeddings.unbind(1), *inds.unbind(1), *valid.unbind(1), variance=1e-3, eps=0.0
    )
    # Carl's loss lacks the entropy of a tie: log 2 for each of two shared positives.
    gaps = (inds[:, 0, :, None] - inds[:, 1, None, :]).abs()
    ties = sum(
        ((g == g.amin(-1, keepdim=True)).sum(-1) == 2).sum() for g in (gaps, gaps.mT)
    )
    assert ties > 0
    entropy = ties * math.log(2) / valid.sum()
    torch.testing.assert_close(loss_of(embeddings, inds, valid), expected + entropy)


def test_gradients():
    embeddings, inds, valid = views(2, 4, 3, lengths=[[4, 3], [2, 4]])

    def loss(z):
        return loss_of(z, inds, valid)

    assert torch.autograd.gradcheck(loss, embeddings.requires_grad_(True))


def test_padding_never_counts():
    embeddings, inds, valid = views(
        dtype=torch.float32, lengths=[[6, 4], [3, 5], [2, 0]]
    )
    padding_changes_nothing(lambda z: loss_of(z, inds, valid), embeddings, valid)


def test_one_frame_is_its_own_positive():
    embeddings, inds, valid = views(1, 1)
    assert loss_of(embeddings, inds, valid).item() == pytest.approx(0, abs=1e-12)


def test_twenty_steps_lower_it():
    embeddings, inds, valid = views(dtype=torch.float32)
    twenty_steps_lower(
        lambda z: loss_of(nnf.normalize(z, dim=-1), inds, valid), embeddings
    )


def test_bad_arguments_are_named():
    embeddings, inds, valid = views()
    with pytest.raises(ValueError, match='no valid frame .* max_gap=inf'):
        loss_of(embeddings, inds, torch.zeros_like(valid))
    with pytest.raises(ValueError, match='max_gap=2'):
        loss_of(embeddings, inds + torch.tensor([[0], [90]]), valid, max_gap=2)
    for options, match in (({'temperature': 0}, 'got 0'), ({'max_gap': -1}, 'and -1')):
        with pytest.raises(ValueError, match=match):
            loss_of(embeddings, inds, valid, **options)
    with pytest.raises(ValueError, match='valid_a must be bool'):
        loss_of(embeddings, inds, valid.float())
    with pytest.raises(ValueError, match=r'inds_a must be \(B, T\) = \(3, 6\)'):
        loss_of(embeddings, inds[..., :3], valid)
    emb_a, emb_b = embeddings.unbind(1)
    with pytest.raises(ValueError, match=r'\(3, 6, 5\) and \(3, 6, 4\)'):
        nearest_frame_contrastive_loss(
            emb_a, emb_b[..., :4], *inds.unbind(1), *valid.unbind(1)
        )
