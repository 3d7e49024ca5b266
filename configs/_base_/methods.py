"""The methods that CARL is compared with: what each changes in a CARL config.

    with read_base():
        from .._base_.methods import same_action, tcc, tcc_crop
        from ..carl_pennaction import *

    model.merge(tcc)
    train_steps.temporal_crop = dict(**tcc_crop, num_frames=num_frames)
    train_dataloader.update(batch_size=2, batch_sampler=same_action)
    auto_scale_lr.update(base_batch_size=8)
    train_dataloader.dataset.pipeline = list(train_steps.values())
    knobs = picture_knobs  # without CARL's own, which would reach nothing

`merge`, not `update`, as the old head's keys must go. Network, augmentation, optimizer,
schedule and evaluation stay CARL's, so that only the methods are compared: TCN, TCC,
SaL, SpeedNet, LAV, GTA and D3TW here are these losses in CARL's network, not their
authors' networks. Most see whole videos, which align well by relative time alone, and
CARL's network knows positions: benchmarks/quality/quality.md shows what they learn
beyond that.
"""

from carl_mm.datasets import (
    AnchorPositiveCrop,
    SameActionBatchSampler,
    SingleViewTemporalCrop,
    TwoSpeedCrop,
)
from carl_mm.models import (
    AlignmentInTimeLoss,
    CycleConsistencyLoss,
    DiscriminativeDTWLoss,
    FramewiseLossHead,
    GlobalAlignmentLoss,
    NearestFrameContrastiveLoss,
    NPairsLoss,
    ShuffleAndLearnLoss,
    SpeedinessLoss,
)

# For methods that compare videos of one action.
same_action = dict(type=SameActionBatchSampler)

# CARL's contrastive baseline (Table 13), with its two views and its projection.
# Temperature 0.1 and a positive within 5 frames are those of CARL's code.
contrastive = dict(
    cls_head=dict(
        _delete_=True,
        type=FramewiseLossHead,
        projection_channels=128,
        normalize=True,
        loss=dict(type=NearestFrameContrastiveLoss, temperature=0.1, max_gap=5.0),
    )
)

# TCN, single view, as in the code of TCC and of CARL: T / 2 anchors of the whole video,
# positives within the 5 frames before them. TCC's code does not normalise embeddings,
# that of CARL's authors does, and so do the leaves on the paper's data.
tcn = dict(
    cls_head=dict(
        _delete_=True,
        type=FramewiseLossHead,
        loss=dict(type=NPairsLoss, regularisation=0.002),
    )
)
tcn_crop = dict(type=AnchorPositiveCrop, window=5)

# TCC, as in the code of CARL's authors for their network, embeddings not normalised (on
# FineGym they are): T of ceil(r S) frames, r in [1, 1.5], and targets smoothed in
# regression too. TCC's own code: max_crop_ratio=1, smoothing='tcc', huber_delta=0.1.
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

# Shuffle and Learn, as in TCC's code: T frames of the whole video, 8 triplets, 3 of 4
# out of order, embeddings not normalised. Without positions: frames that come in order
# with their positions would tell the classifier the order before it saw a picture.
sal = dict(
    neck=dict(position='none'),
    cls_head=dict(
        _delete_=True,
        type=FramewiseLossHead,
        loss=dict(type=ShuffleAndLearnLoss, num_triplets=8, shuffled_share=0.75),
    ),
)
sal_crop = dict(type=SingleViewTemporalCrop)

# SpeedNet's paper: speeds of 1 to 1.2 are told from 1.7 to 2.2, both of one stretch of
# a video in a batch; the mean over time is classified, not normalised.
speednet = dict(
    cls_head=dict(_delete_=True, type=FramewiseLossHead, loss=dict(type=SpeedinessLoss))
)
speednet_crop = dict(type=TwoSpeedCrop, normal=(1.0, 1.2), fast=(1.7, 2.2))

# LAV, GTA and D3TW align pairs of videos by DTW and compare L2-normalised embeddings
# of T frames drawn from each whole video.
pair_crop = dict(type=SingleViewTemporalCrop, max_crop_ratio=1.0)

# LAV's code (trquhuytin/LAV-CVPR21): soft-DTW of squared distances, plus 0.5 times the
# contrastive inverse difference moment, divided by the frames. There T = 20, one frame
# of each segment. Without positions (model.neck.position=none) it has a phase accuracy
# of 0.668 on generated videos, instead of 0.562, and no better alignment (one seed).
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

# GTA's code (hadjisma/VideoAlignment): 0.1 times both directions plus the cycle's
# cross-entropy. There T = 20 at random; the sum over the path grows with T, the cycle
# does not.
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

# D3TW was not published for two videos; see `carl_mm.functional.losses.d3tw`. Gamma is
# LAV's, the margin ours.
d3tw = dict(
    cls_head=dict(
        _delete_=True,
        type=FramewiseLossHead,
        normalize=True,
        loss=dict(type=DiscriminativeDTWLoss, gamma=0.1, margin=1.0),
    )
)
