"""A small config over the videos of the `make_videos` fixture, as text users write."""

import numpy as np
import torch
from mmengine.config import Config
from mmengine.runner import Runner

CACHE_STEPS = [
    dict(type='OpenVideo'),
    dict(
        type='WholeVideo',
        transforms=[
            dict(type='ClipConsistentResizedCrop', size=32),
            dict(type='ClipConsistentFlip'),
        ],
    ),
    dict(type='PackFramewiseInputs'),
]
PICTURES = [
    dict(type='OpenVideo'),
    dict(type='DualViewTemporalCrop', num_frames=8, window='share'),
    dict(type='DecodeViews'),
    dict(type='ClipConsistentResizedCrop', size=32),
    dict(type='ClipConsistentFlip'),
    dict(type='PackFramewiseInputs'),
]
CACHED = [
    dict(type='OpenCachedFeatures'),
    dict(type='DualViewTemporalCrop', num_frames=8, window='share'),
    dict(type='TakeCachedFeatures'),
    dict(type='PackFramewiseInputs'),
]


def small_config(folder, *, cached=False, max_epochs=2, batch_size=2, num_workers=0):
    """Return a config dict with string types."""
    dataset = dict(
        type='FramewiseVideoDataset',
        ann_file='annotations.json',
        data_root=str(folder),
        data_prefix=dict(video='videos'),
    )
    test_steps = [
        dict(type='OpenVideo'),
        dict(
            type='WholeVideo',
            transforms=[dict(type='ClipConsistentCenterCrop', size=32)],
        ),
        dict(type='PackFramewiseInputs'),
    ]
    custom_hooks = [dict(type='EpochSeedHook'), dict(type='DecodeFailureHook')]
    if cached:
        custom_hooks.append(
            dict(
                type='FeatureCacheHook',
                cache_dir=str(folder / 'cache'),
                transforms=CACHE_STEPS,
                num_copies=2,
            )
        )
    evaluators = ['PhaseClassification', 'PhaseProgression', 'KendallsTau']
    evaluators += ['FrameRetrieval', 'AlignmentError']
    return dict(
        default_scope='mmaction',
        custom_imports=dict(imports=['carl_mm'], allow_failed_imports=False),
        model=dict(
            type='FramewiseRecognizer',
            backbone=dict(type='mmpretrain.ResNet', depth=18, base_channels=8),
            freeze_backbone=True,
            neck=dict(
                type='TemporalTransformer',
                in_channels=64,
                num_frames=8,
                num_layers=1,
                hidden_channels=32,
                embed_channels=16,
                num_heads=2,
                feedforward_channels=32,
            ),
            cls_head=dict(
                type='SequenceContrastiveHead',
                loss=dict(type='SequenceContrastiveLoss', variance=10.0),
            ),
            data_preprocessor=dict(type='FramewiseDataPreprocessor', augmentation={}),
        ),
        train_dataloader=dict(
            batch_size=batch_size,
            num_workers=num_workers,
            sampler=dict(type='DefaultSampler', shuffle=True),
            collate_fn=dict(type='default_collate'),
            dataset=dict(split='train', pipeline=CACHED if cached else PICTURES)
            | dataset,
        ),
        test_dataloader=dict(
            batch_size=1,
            num_workers=0,
            sampler=dict(type='DefaultSampler', shuffle=False),
            collate_fn=dict(type='pseudo_collate'),
            dataset=dict(test_mode=True, pipeline=test_steps) | dataset,
        ),
        test_evaluator=[dict(type=name) for name in evaluators],
        test_cfg=dict(type='TestLoop'),
        train_cfg=dict(type='EpochBasedTrainLoop', max_epochs=max_epochs),
        optim_wrapper=dict(
            type='OptimWrapper', optimizer=dict(type='Adam', lr=1e-3), clip_grad=None
        ),
        param_scheduler=[dict(type='CosineAnnealingLR', by_epoch=True)],
        default_hooks=dict(
            checkpoint=dict(type='CheckpointHook', interval=1, save_last=True),
            logger=dict(type='LoggerHook', interval=1),
        ),
        custom_hooks=custom_hooks,
        randomness=dict(seed=0),
        work_dir=str(folder / 'work'),
    )


def small_runner(folder, **kwargs):
    """Build a Runner of `small_config`, under a name of its own."""
    config = Config(small_config(folder, **kwargs))
    config.experiment_name = f'run{np.random.default_rng().integers(10**12)}'
    return Runner.from_cfg(config)


def flat_weights(runner):
    return torch.cat([p.detach().flatten() for p in runner.model.parameters()])
