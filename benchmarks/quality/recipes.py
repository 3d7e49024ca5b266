"""The recipes that `real_videos.py` compares, as changes of `carl_folder.py`.

A recipe names the settings that it changes, so that one line makes an ablation.
"""

from typing import Any

from cached_runs import REMOVED

TRAIN = 'train_dataloader.dataset.pipeline.DualViewTemporalCrop.'
CACHE = 'custom_hooks.FeatureCacheHook.transforms.'
TEST = 'test_dataloader.dataset.pipeline.'
NECK = 'model.neck.'
LOSS = 'model.cls_head.loss.'
GRID, LAST, FLOW = 16 * 112, 1280, 48  # channels of configs/_base_/subject.py's parts

no_crop = {f'{CACHE}CropToSubject': REMOVED, f'{TEST}CropToSubject': REMOVED}
no_grid = {
    'model.backbone.out_indices': (7,),
    'model.spatial_pooling': 'max',
    'model.feature_parts': (LAST, FLOW),
    f'{NECK}in_channels': LAST + FLOW,
}
no_flow = {
    'model.extra_features': [],
    'model.feature_parts': (GRID, LAST),
    f'{NECK}in_channels': GRID + LAST,
}
# `with_pose`, `lite2` and `fine_tuned` of configs/_base_ as changes.
widths_follow = {'model.feature_parts': 'each', f'{NECK}in_channels': None}
pose = {
    'model.extra_features': [
        {'type': 'OpticalFlowGrid', 'size': 128, 'grid': 4},
        {'type': 'PoseLandmarks'},
    ],
    **widths_follow,
}
lite2 = {'model.backbone.type': 'EfficientNetLite2', **widths_follow}
fine_tuned = {
    'model.backbone.out_indices': (4, 5),
    'model.spatial_pooling': ('grid', 'flat'),
    'model.learnt_stages': {'type': 'LearntStages'},
    **widths_follow,
    'optim_wrapper.paramwise_cfg': {'custom_keys': {'learnt_stages': {'lr_mult': 0.1}}},
}
not_standardised = {'model.feature_parts': ()}
absolute = {f'{NECK}position': 'absolute'}

RECIPES: dict[str, dict[str, Any]] = {
    'default': {},
    # Until features told where things are and what moves.
    'before': {
        **no_crop,
        **not_standardised,
        **absolute,
        'size': 160,
        'num_frames': 48,
        'max_epochs': 50,
        'model.backbone.out_indices': (7,),
        'model.spatial_pooling': 'max_mean',
        'model.extra_features': [],
        f'{NECK}in_channels': 2 * LAST,
        f'{NECK}frame_channels': 32,
        'model.keep_frame_features': False,
        f'{TRAIN}share': (0.5, 1.0),
        f'{TRAIN}speeds': (0.3, 3.0),
        'train_dataloader.sampler.min_samples': 1,
        'custom_hooks.KeepBestHook': REMOVED,
    },
    'pose': pose,  # needs the files that `PoseLandmarks` names
    'lite2': lite2,
    'fine_tuned': fine_tuned,
    'no_crop': no_crop,
    'no_grid': no_grid,
    'no_flow': no_flow,
    'last_layer': {
        'model.backbone.out_indices': (7,),
        'model.spatial_pooling': 'max',
        'model.extra_features': [],
        'model.feature_parts': (LAST,),
        f'{NECK}in_channels': LAST,
    },
    'not_standardised': not_standardised,
    'absolute': absolute,
    'no_positions': {f'{NECK}position': 'none'},
    'no_speeds': {f'{TRAIN}speeds': None},
    'wide_windows': {f'{TRAIN}share': (0.8, 1.0)},
    'half_windows': {f'{TRAIN}share': (0.5, 1.0)},
    'no_frame_part': {f'{NECK}frame_channels': 0},
    'one_layer': {f'{NECK}num_layers': 1},
    'batch_negatives': {f'{LOSS}negatives': 'batch'},
    'no_frame_features': {'model.keep_frame_features': False},
    'half_as_long': {'max_epochs': 12},
    'three_times_as_long': {'max_epochs': 72},
}
