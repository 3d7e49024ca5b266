"""CARL's own recognizer on the annotations of mmaction2's `RawframeDataset`.

`OpenVideo` reads the folders of frames that the data set lists. Lines of the annotation
file are ``FOLDER NUM_FRAMES LABEL``, frames are ``FOLDER/img_00001.jpg`` and so on;
labels are not used.
"""

_base_ = 'mmaction::_base_/default_runtime.py'
custom_imports = dict(imports=['carl_mm'], allow_failed_imports=False)

data_root = 'data/rawframes'
num_frames = 32
size = 112

model = dict(
    type='FramewiseRecognizer',
    data_preprocessor=dict(type='FramewiseDataPreprocessor', augmentation=dict()),
    backbone=dict(type='mmpretrain.ResNet', depth=18),
    neck=dict(type='TemporalTransformer', in_channels=512, num_frames=num_frames),
    cls_head=dict(type='SequenceContrastiveHead'),
)
train_pipeline = [
    dict(type='OpenVideo'),
    dict(type='DualViewTemporalCrop', num_frames=num_frames),
    dict(
        type='DecodeViews',
        transforms=[
            dict(type='ClipConsistentResizedCrop', size=size),
            dict(type='ClipConsistentFlip'),
        ],
    ),
    dict(type='PackFramewiseInputs'),
]
val_pipeline = [
    dict(type='OpenVideo'),
    dict(
        type='WholeVideo',
        transforms=[dict(type='ClipConsistentCenterCrop', size=size)],
    ),
    dict(type='PackFramewiseInputs'),
]
train_dataloader = dict(
    batch_size=2,
    num_workers=2,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(
        type='RawframeDataset',
        ann_file=f'{data_root}/train.txt',
        data_prefix=dict(img=data_root),
        pipeline=train_pipeline,
    ),
)
val_dataloader = dict(
    batch_size=1,
    num_workers=2,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type='RawframeDataset',
        ann_file=f'{data_root}/val.txt',
        data_prefix=dict(img=data_root),
        pipeline=val_pipeline,
        test_mode=True,
    ),
)
val_evaluator = [dict(type='KendallsTau')]

train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=100, val_interval=10)
val_cfg = dict(type='ValLoop')
optim_wrapper = dict(optimizer=dict(type='Adam', lr=1e-4, weight_decay=1e-5))
