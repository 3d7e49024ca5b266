import pytest
import torch

from carl_mm import models
from carl_mm.models import FrameBatch, FramewiseLoss

# Means over a batch's videos; the others are means over its frames.
PER_VIDEO = {
    'AlignmentInTimeLoss',
    'DiscriminativeDTWLoss',
    'GlobalAlignmentLoss',
    'NPairsLoss',
    'ShuffleAndLearnLoss',
    'SpeedinessLoss',
}


def test_a_subclass_must_say_what_it_computes():
    flags = torch.ones(1, 1, 2, dtype=torch.bool)
    with pytest.raises(NotImplementedError):
        FramewiseLoss()(FrameBatch(torch.ones(1, 1, 2, 3), flags.long(), flags))


def test_by_default_a_loss_is_a_mean_over_frames():
    assert FramewiseLoss.per_video is False
    assert not list(FramewiseLoss().parameters())


def test_every_loss_of_frames_derives_from_it():
    losses = {name: getattr(models, name) for name in models.__all__ if 'Loss' in name}
    of_frames = {
        name: loss
        for name, loss in losses.items()
        if name not in ('FramewiseLoss', 'FramewiseLossHead', 'NTXentLoss')
    }
    assert len(of_frames) == 9
    assert all(issubclass(loss, FramewiseLoss) for loss in of_frames.values())
    assert {name for name, loss in of_frames.items() if loss.per_video} == PER_VIDEO
