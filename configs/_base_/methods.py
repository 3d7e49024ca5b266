"""The methods that CARL is compared with: what each changes in a CARL config.

    with read_base():
        from .carl_pennaction import *
        from ._base_.methods import same_action, tcc, tcc_crop

    model.merge(tcc)
    train_dataloader.update(batch_size=2, batch_sampler=same_action)
    train_dataloader.dataset.pipeline[1] = dict(num_frames=num_frames, **tcc_crop)

`merge`, as the old head's keys must go. Network, augmentation, optimizer, schedule and
evaluation stay CARL's, so that methods alone are compared.

Settings and where they are from:

- contrastive baseline: CARL, Table 13; temperature 0.1 and a positive within 5 frames
  as in CARL's code.
- TCN, single view: the code of TCC and of CARL. T / 2 anchors of the whole video,
  positives within 5 frames before, n-pairs with regularisation 0.002.
- TCC: the code of TCC and of CARL. 2 videos of one action, temperature 0.1, smoothing
  0.1, variance-aware regression. The crop is that of CARL's authors for TCC in their
  network, T of ceil(r S) frames, r in [1, 1.5]; max_crop_ratio=1 is TCC's own.
- SaL: the code of TCC. T frames of the whole video, 8 triplets a video, 3 of 4 out of
  order, a classifier of 128, 64 and 2.
- SpeedNet: its paper. Speeds of 1 to 1.2 against 1.7 to 2.2, both of one stretch of a
  video in a batch, the mean over time classified.

The losses of TCN, TCC, SaL and SpeedNet get embeddings that are not normalised, as in
the codes; the contrastive baseline has CARL's projection head.

SaL learns without positions: T frames in order with their places would tell the
classifier the order before it saw a picture.
"""

from carl_mm.datasets import (
    AnchorPositiveCrop,
    SameActionBatchSampler,
    SingleViewTemporalCrop,
    TwoSpeedCrop,
)
from carl_mm.models import (
    CycleConsistencyLoss,
    FramewiseLossHead,
    NearestFrameContrastiveLoss,
    NPairsLoss,
    ShuffleAndLearnLoss,
    SpeedinessLoss,
)

same_action = dict(type=SameActionBatchSampler)
whole_video = dict(type=SingleViewTemporalCrop)

contrastive = dict(
    cls_head=dict(
        _delete_=True,
        type=FramewiseLossHead,
        projection_channels=128,
        normalize=True,
        loss=dict(type=NearestFrameContrastiveLoss, temperature=0.1, max_gap=5.0),
    )
)
tcn = dict(
    cls_head=dict(
        _delete_=True,
        type=FramewiseLossHead,
        loss=dict(type=NPairsLoss, regularisation=0.002),
    )
)
tcn_crop = dict(type=AnchorPositiveCrop, window=5)
tcc = dict(
    cls_head=dict(
        _delete_=True,
        type=FramewiseLossHead,
        loss=dict(
            type=CycleConsistencyLoss,
            variant='regression_mse_var',
            similarity='l2',
            temperature=0.1,
            label_smoothing=0.1,
            variance_weight=0.001,
        ),
    )
)
tcc_crop = dict(type=SingleViewTemporalCrop, max_crop_ratio=1.5)
sal = dict(
    neck=dict(position='none'),
    cls_head=dict(
        _delete_=True,
        type=FramewiseLossHead,
        loss=dict(type=ShuffleAndLearnLoss, num_triplets=8, shuffled_share=0.75),
    ),
)
speednet = dict(
    cls_head=dict(_delete_=True, type=FramewiseLossHead, loss=dict(type=SpeedinessLoss))
)
speednet_crop = dict(type=TwoSpeedCrop, normal=(1.0, 1.2), fast=(1.7, 2.2))
