import math

import numpy as np
import pytest
import torch

from carl_mm.functional.losses.speediness import mean_over_time, speediness_loss
from tests.functional.losses.frames import padding_changes_nothing, twenty_steps_lower


def batch(dtype=torch.float64):
    torch.manual_seed(0)
    lengths = torch.tensor([[6, 6], [3, 3], [1, 1], [0, 4]])
    valid = torch.arange(6) < lengths[..., None]
    return torch.randn(4, 2, 6, 5, dtype=dtype), valid, torch.nn.Linear(5, 1).to(dtype)


def test_equals_the_definition():
    embeddings, valid, classify = batch()
    weight, bias = (p.detach().numpy() for p in classify.parameters())
    losses = []
    for video in range(4):
        for view in range(2):
            frames = embeddings[video, view][valid[video, view]].numpy()
            if len(frames):
                score = float(weight[0] @ frames.mean(axis=0) + bias[0])
                losses.append(np.log1p(np.exp(-score if view else score)))
    assert len(losses) == 7
    value = speediness_loss(embeddings, valid, classify)
    assert value.item() == pytest.approx(np.mean(losses), abs=1e-12)


def test_values_by_hand():
    """Log-odds 2 for sped up: right on view 1, wrong on view 0."""
    embeddings = torch.zeros(1, 2, 3, 4)
    valid = torch.ones(1, 2, 3, dtype=torch.bool)

    def sure(rows):
        return torch.full((len(rows), 1), 2.0)

    value = speediness_loss(embeddings, valid, sure)
    expected = (math.log1p(math.exp(2)) + math.log1p(math.exp(-2))) / 2
    assert value.item() == pytest.approx(expected)
    frames = torch.tensor([[[1.0], [3.0], [8.0]]])
    assert mean_over_time(frames, valid[:, 0]).item() == pytest.approx(4)
    two = torch.tensor([[True, True, False]])
    assert mean_over_time(frames, two).item() == pytest.approx(2)


def test_gradients():
    embeddings, valid, classify = batch()
    embeddings.requires_grad_(True)
    assert torch.autograd.gradcheck(
        lambda z: speediness_loss(z, valid, classify), embeddings
    )


def test_padding_never_counts():
    embeddings, valid, classify = batch(torch.float32)
    padding_changes_nothing(
        lambda z: speediness_loss(z, valid, classify), embeddings, valid
    )
    hidden = embeddings.masked_fill(~valid[..., None], math.nan)
    assert mean_over_time(hidden[3], valid[3])[0].eq(0).all()


def test_twenty_steps_lower_it():
    embeddings, valid, classify = batch(torch.float32)
    classify.requires_grad_(False)
    twenty_steps_lower(
        lambda z: speediness_loss(z, valid, classify), embeddings, rate=0.2
    )


def test_bad_arguments_are_named():
    embeddings, valid, classify = batch()
    with pytest.raises(ValueError, match=r'\(B, 2, T, D\).* got \(4, 1, 6, 5\)'):
        speediness_loss(embeddings[:, :1], valid[:, :1], classify)
    with pytest.raises(ValueError, match='no view has a valid frame'):
        speediness_loss(embeddings, torch.zeros_like(valid), classify)
    with pytest.raises(ValueError, match='valid must be bool'):
        speediness_loss(embeddings, valid.float(), classify)
