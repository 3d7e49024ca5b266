"""The methods that align pairs of videos by DTW: what each changes in a CARL config.

    with read_base():
        from .carl_pennaction import *
        from ._base_.alignment_methods import lav, pair_crop, same_action

    model.merge(lav)
    train_dataloader.update(batch_size=2, batch_sampler=same_action)
    train_dataloader.dataset.pipeline[1] = dict(num_frames=num_frames, **pair_crop)

`merge`, as the old head's keys must go. Network, augmentation, optimizer, schedule and
evaluation stay CARL's, so that methods alone are compared. All three compare
L2-normalised embeddings, without a projection, of T frames drawn from two whole videos
of one action.

Settings and where they are from:

- LAV: its authors' code (trquhuytin/LAV-CVPR21). Soft-DTW of squared distances, gamma
  0.1, plus 0.5 times the contrastive inverse difference moment with window 10 frames
  and margin 2, divided by the frames. There 20 frames, one of each segment of a video.
- GTA: its authors' code (hadjisma/VideoAlignment). Contrastive costs at temperature
  0.1, smooth minimum with gamma 0.1, 0.1 times both directions plus the cycle's
  cross-entropy, smoothed by 0.1. There 20 frames at random; the sum over the path grows
  with T, the cycle does not.
- D3TW: for two videos it was not published; see
  `carl_mm.functional.losses.d3tw`. Gamma is LAV's; the margin, 1, is ours.

All three see whole videos, which places alone align well, and CARL's network is given
places. On generated videos (64 epochs, one seed) it learns little else:

| | LAV | GTA | D3TW | position only | backbone only |
|---|---|---|---|---|---|
| alignment error | 0.118 | 0.125 | 0.119 | 0.125 | 0.228 |
| phase accuracy | 0.562 | 0.483 | 0.572 | 0.452 | 0.661 |

Without places (`model.neck.position=none`) LAV has 0.122 and 0.668.
"""

from carl_mm.datasets import SameActionBatchSampler, SingleViewTemporalCrop
from carl_mm.models import (
    AlignmentInTimeLoss,
    DiscriminativeDTWLoss,
    FramewiseLossHead,
    GlobalAlignmentLoss,
)

same_action = dict(type=SameActionBatchSampler)
pair_crop = dict(type=SingleViewTemporalCrop, max_crop_ratio=1.0)

lav = dict(
    cls_head=dict(
        _delete_=True,
        type=FramewiseLossHead,
        normalize=True,
        loss=dict(
            type=AlignmentInTimeLoss,
            gamma=0.1,
            regularisation=0.5,
            window=10.0,
            margin=2.0,
        ),
    )
)
gta = dict(
    cls_head=dict(
        _delete_=True,
        type=FramewiseLossHead,
        normalize=True,
        loss=dict(
            type=GlobalAlignmentLoss,
            gamma=0.1,
            temperature=0.1,
            alignment_weight=0.1,
            cycle_weight=1.0,
            label_smoothing=0.1,
        ),
    )
)
d3tw = dict(
    cls_head=dict(
        _delete_=True,
        type=FramewiseLossHead,
        normalize=True,
        loss=dict(type=DiscriminativeDTWLoss, gamma=0.1, margin=1.0),
    )
)
