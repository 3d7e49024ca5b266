custom_hooks = [
    dict(type='EpochSeedHook'),
    dict(type='DecodeFailureHook'),
]
custom_imports = dict(
    allow_failed_imports=False, imports=[
        'carl_mm',
    ])
default_hooks = dict(checkpoint=dict(interval=1, type='CheckpointHook'))
default_scope = 'mmaction'
launcher = 'none'
load_from = None
model = dict(
    backbone=dict(
        base_channels=2, depth=18, stem_channels=8, type='mmpretrain.ResNet'),
    cls_head=dict(
        hidden_channels=16,
        in_channels=16,
        loss=dict(type='SequenceContrastiveLoss', variance=10.0),
        out_channels=16,
        type='SequenceContrastiveHead'),
    data_preprocessor=dict(
        augmentation=dict(), type='FramewiseDataPreprocessor'),
    freeze_backbone=True,
    neck=dict(
        embed_channels=8,
        feedforward_channels=16,
        hidden_channels=16,
        in_channels=16,
        num_frames=8,
        num_heads=2,
        num_layers=1,
        out_channels=16,
        type='TemporalTransformer'),
    type='FramewiseRecognizer')
optim_wrapper = dict(
    optimizer=dict(lr=0.001, type='Adam'), type='AutocastOptimWrapper')
randomness = dict(seed=0)
resume = False
test_cfg = dict(type='TestLoop')
test_dataloader = dict(
    batch_size=1,
    collate_fn=dict(type='pseudo_collate'),
    dataset=dict(
        ann_file='annotations.json',
        data_prefix=dict(video='videos'),
        pipeline=[
            dict(type='OpenVideo'),
            dict(
                transforms=[
                    dict(size=32, type='ClipConsistentCenterCrop'),
                ],
                type='WholeVideo'),
            dict(type='EvaluationCuts'),
            dict(type='PackFramewiseInputs'),
        ],
        test_mode=True,
        type='FramewiseVideoDataset'),
    num_workers=0,
    sampler=dict(shuffle=False, type='DefaultSampler'))
test_evaluator = [
    dict(type='KendallsTau'),
    dict(type='FrameRetrieval'),
    dict(type='AlignmentError'),
]
train_cfg = dict(max_epochs=1, type='EpochBasedTrainLoop')
train_dataloader = dict(
    batch_size=1,
    collate_fn=dict(type='default_collate'),
    dataset=dict(
        ann_file='annotations.json',
        data_prefix=dict(video='videos'),
        pipeline=[
            dict(type='OpenVideo'),
            dict(num_frames=8, type='DualViewTemporalCrop', window='share'),
            dict(type='DecodeViews'),
            dict(size=32, type='ClipConsistentResizedCrop'),
            dict(type='ClipConsistentFlip'),
            dict(type='PackFramewiseInputs'),
        ],
        split='train',
        type='FramewiseVideoDataset'),
    num_workers=0,
    sampler=dict(shuffle=True, type='DefaultSampler'))
work_dir = 'work'
