"""CARL's neck and head in mmaction2's `Recognizer2D`, on its `VideoDataset`.

For a project that is mmaction2's otherwise: every other part, the decoder, the spatial
transforms and the runtime are mmaction2's. Lines of the annotation file are
``NAME.mp4 LABEL``; labels are not used. Its own tools train it too.
"""

_base_ = 'mmaction::_base_/default_runtime.py'
custom_imports = dict(imports=['carl_mm'], allow_failed_imports=False)

data_root = 'data/videos'
decoder = 'Decord'  # or 'PyAV', 'OpenCV'
num_frames = 32
size = 112

model = dict(
    type='Recognizer2D',
    data_preprocessor=dict(
        type='ActionDataPreprocessor',
        mean=[123.675, 116.28, 103.53],
        std=[58.395, 57.12, 57.375],
        format_shape='NCHW',
    ),
    # Two outputs, as Recognizer2D asks of a backbone before a neck; the last is used.
    backbone=dict(type='ResNet', depth=18, pretrained=None, out_indices=(2, 3)),
    neck=dict(
        type='Recognizer2DNeck',
        neck=dict(type='TemporalTransformer', in_channels=512, num_frames=num_frames),
    ),
    cls_head=dict(type='Recognizer2DHead', head=dict(type='SequenceContrastiveHead')),
)

spatial = [
    dict(type='RandomResizedCrop', area_range=(0.8, 1.0)),
    dict(type='Resize', scale=(size, size), keep_ratio=False),
    dict(type='Flip', flip_ratio=0.5),
]
train_pipeline = [
    dict(type=f'{decoder}Init'),
    dict(type='DualViewTemporalCrop', num_frames=num_frames),
    dict(type='ViewsAsClips'),
    dict(type=f'{decoder}Decode'),
    dict(type='EachView', transforms=spatial),
    dict(type='FormatShape', input_format='NCHW'),
    dict(type='PackActionInputs', meta_keys=('view_inds', 'valid', 'total_frames')),
]
val_pipeline = [
    dict(type=f'{decoder}Init'),
    dict(type='SampleFrames', clip_len=num_frames, num_clips=1, test_mode=True),
    dict(type=f'{decoder}Decode'),
    dict(type='Resize', scale=(-1, size)),
    dict(type='CenterCrop', crop_size=size),
    dict(type='FormatShape', input_format='NCHW'),
    dict(type='PackActionInputs'),
]
train_dataloader = dict(
    batch_size=2,
    num_workers=2,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(
        type='VideoDataset',
        ann_file=f'{data_root}/train.txt',
        data_prefix=dict(video=data_root),
        pipeline=train_pipeline,
    ),
)
val_dataloader = dict(
    batch_size=1,
    num_workers=2,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type='VideoDataset',
        ann_file=f'{data_root}/val.txt',
        data_prefix=dict(video=data_root),
        pipeline=val_pipeline,
        test_mode=True,
    ),
)
val_evaluator = [dict(type='KendallsTau')]

train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=100, val_interval=10)
val_cfg = dict(type='ValLoop')
optim_wrapper = dict(optimizer=dict(type='Adam', lr=1e-4, weight_decay=1e-5))
