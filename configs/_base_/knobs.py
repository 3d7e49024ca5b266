"""Knobs: what `--cfg-options KNOB=VALUE` sets, in all the places that share a value.

A part of a list is named by its class, `*` standing for any letters: `*Crop` is the
pipeline's temporal crop, whichever the method takes. A leaf chooses:

    knobs = dict(**picture_knobs, **carl_knobs)
"""

data_knobs = dict(
    video_dir=[
        'train_dataloader.dataset.data_prefix.video',
        'val_dataloader.dataset.data_prefix.video',
        'test_dataloader.dataset.data_prefix.video',
    ],
    action=[
        'train_dataloader.dataset.action',
        'val_dataloader.dataset.action',
        'test_dataloader.dataset.action',
    ],
)
network_knobs = dict(
    num_frames=[
        'model.neck.num_frames',
        'train_dataloader.dataset.pipeline.*Crop.num_frames',
    ],
    num_layers=['model.neck.num_layers'],
)
# Of carl_r50.py.
r50_knobs = dict(
    **network_knobs,
    spatial_pooling=['model.spatial_pooling'],
    freeze_backbone=['model.freeze_backbone'],
    frozen_stages=['model.backbone.frozen_stages'],
)
picture_knobs = dict(**data_knobs, **r50_knobs)
# Of lite0_frozen.py with train_cached.py.
cached_knobs = dict(
    **data_knobs,
    **network_knobs,
    size=[
        'custom_hooks.FeatureCacheHook.transforms.WholeVideo.transforms'
        '.ClipConsistentResizedCrop.size',
        'val_dataloader.dataset.pipeline.WholeVideo.transforms'
        '.ClipConsistentCenterCrop.size',
        'test_dataloader.dataset.pipeline.WholeVideo.transforms'
        '.ClipConsistentCenterCrop.size',
    ],
    max_epochs=['train_cfg.max_epochs', 'train_cfg.val_interval'],
)
# Of CARL's loss and its two views; methods with others do not take them.
carl_knobs = dict(
    variance=['model.cls_head.loss.variance'],
    temperature=['model.cls_head.loss.temperature'],
    sampling=['train_dataloader.dataset.pipeline.DualViewTemporalCrop.sampling'],
    min_overlap=['train_dataloader.dataset.pipeline.DualViewTemporalCrop.min_overlap'],
)
# Of the paper's windows, not of window='share'.
window_knobs = dict(
    max_crop_ratio=[
        'train_dataloader.dataset.pipeline.DualViewTemporalCrop.max_crop_ratio'
    ],
)
