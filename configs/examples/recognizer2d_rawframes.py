"""As `recognizer2d_videos.py`, on the frames of mmaction2's `RawframeDataset`.

Lines of the annotation file are ``FOLDER NUM_FRAMES LABEL``, frames are
``FOLDER/img_00001.jpg`` and so on; labels are not used.
"""

_base_ = 'recognizer2d_videos.py'

data_root = 'data/rawframes'
num_frames = 32
size = 112

train_pipeline = [
    dict(type='DualViewTemporalCrop', num_frames=num_frames),
    dict(type='ViewsAsClips'),
    dict(type='RawFrameDecode'),
    dict(
        type='EachView',
        transforms=[
            dict(type='RandomResizedCrop', area_range=(0.8, 1.0)),
            dict(type='Resize', scale=(size, size), keep_ratio=False),
            dict(type='Flip', flip_ratio=0.5),
        ],
    ),
    dict(type='FormatShape', input_format='NCHW'),
    dict(type='PackActionInputs', meta_keys=('view_inds', 'valid', 'total_frames')),
]
train_dataloader = dict(
    dataset=dict(
        _delete_=True,
        type='RawframeDataset',
        ann_file=f'{data_root}/train.txt',
        data_prefix=dict(img=data_root),
        pipeline=train_pipeline,
    ),
)
val_dataloader = None
val_evaluator = None
val_cfg = None
