"""The recipes that `benchmarks/recipe.py` compares, as changes of a config."""

from typing import Any

CROP = 'train_dataloader.dataset.pipeline.1.'
NECK = 'model.neck.'
HEAD = 'model.cls_head.'
LOSS = 'model.cls_head.loss.'

# CARL's network; also of carl_folder.py, which has the recipe that was chosen.
carl: dict[str, Any] = {f'{NECK}frame_channels': 0, f'{CROP}speeds': None}
share = {**carl, f'{CROP}window': 'share', f'{CROP}share': (0.8, 1.0)}
half = {**carl, f'{CROP}window': 'share', f'{CROP}share': (0.5, 1.0)}
aligned: dict[str, Any] = {
    f'{HEAD}_delete_': True,
    f'{HEAD}type': 'FramewiseLossHead',
    f'{HEAD}projection_channels': 128,
    f'{HEAD}normalize': True,
    f'{LOSS}type': 'AlignedSequenceContrastiveLoss',
}

# Every recipe is the one above it with one change, or a sum of the changes kept.
RECIPES: dict[str, dict[str, Any]] = {
    'paper': {**carl, f'{CROP}window': 'paper'},
    'share': share,
    'half': half,
    'third': {**half, f'{CROP}share': (0.3, 1.0)},
    'jitter': {**half, f'{NECK}position_jitter': 0.5},
    'jitter_share': {**share, f'{NECK}position_jitter': 0.5},
    'jitter_90': {**half, f'{NECK}position_jitter': 0.9},
    'rotary': {**half, f'{NECK}position': 'rotary'},
    'none': {**half, f'{NECK}position': 'none'},
    'batch': {**half, f'{LOSS}negatives': 'batch'},
    'long': {**half, 'max_epochs': 150},
    'stride_1': {**half, f'{LOSS}variance_unit': 'stride', f'{LOSS}variance': 1.0},
    'stride_10': {**half, f'{LOSS}variance_unit': 'stride', f'{LOSS}variance': 10.0},
    'speeds': {**half, f'{CROP}speeds': (0.3, 3.0)},
    'frame_32': {**half, f'{NECK}frame_channels': 32},
    'frame_64': {**half, f'{NECK}frame_channels': 64},
    'views_4': {**half, f'{CROP}num_views': 4},
    'wide': {**half, f'{CROP}num_frames': 80, f'{NECK}num_frames': 80},
    'light': {**half, f'{NECK}num_layers': 1},
    'speeds_frame': {
        **half,
        f'{CROP}speeds': (0.3, 3.0),
        f'{NECK}frame_channels': 32,
    },
    'speeds_jitter': {
        **half,
        f'{CROP}speeds': (0.3, 3.0),
        f'{NECK}position_jitter': 0.5,
    },
    'speeds_frame_jitter': {
        **half,
        f'{CROP}speeds': (0.3, 3.0),
        f'{NECK}frame_channels': 32,
        f'{NECK}position_jitter': 0.5,
    },
    'long_speeds': {**half, f'{CROP}speeds': (0.3, 3.0), 'max_epochs': 150},
    'long_speeds_frame': {
        **half,
        f'{CROP}speeds': (0.3, 3.0),
        f'{NECK}frame_channels': 32,
        'max_epochs': 150,
    },
    'aligned': {**half, **aligned, f'{LOSS}cross_weight': 1.0},
    'aligned_03': {**half, **aligned, f'{LOSS}cross_weight': 0.3},
    'aligned_share': {**share, **aligned, f'{LOSS}cross_weight': 1.0},
}
