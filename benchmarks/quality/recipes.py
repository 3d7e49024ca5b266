"""The recipes that `benchmarks/quality/recipe.py` compares, as changes of a config."""

from typing import Any

CROP = 'train_dataloader.dataset.pipeline.DualViewTemporalCrop.'
NECK = 'model.neck.'
LOSS = 'model.cls_head.loss.'

# Takes away what carl_folder.py adds, so that no recipe depends on its defaults.
carl: dict[str, Any] = {f'{NECK}frame_channels': 0, f'{CROP}speeds': None}
share = {**carl, f'{CROP}window': 'share', f'{CROP}share': (0.8, 1.0)}
half = {**carl, f'{CROP}window': 'share', f'{CROP}share': (0.5, 1.0)}

# benchmarks/quality/recipe.md also has what was tried and is no longer in the code.
RECIPES: dict[str, dict[str, Any]] = {
    'paper': {**carl, f'{CROP}window': 'paper'},
    'share': share,
    'half': half,
    'third': {**half, f'{CROP}share': (0.3, 1.0)},
    'rotary': {**half, f'{NECK}position': 'rotary'},
    'none': {**half, f'{NECK}position': 'none'},
    'batch': {**half, f'{LOSS}negatives': 'batch'},
    'long': {**half, 'max_epochs': 150},
    'speeds': {**half, f'{CROP}speeds': (0.3, 3.0)},
    'frame_32': {**half, f'{NECK}frame_channels': 32},
    'light': {**half, f'{NECK}num_layers': 1},
    'speeds_frame': {
        **half,
        f'{CROP}speeds': (0.3, 3.0),
        f'{NECK}frame_channels': 32,
    },
    'long_speeds_frame': {
        **half,
        f'{CROP}speeds': (0.3, 3.0),
        f'{NECK}frame_channels': 32,
        'max_epochs': 150,
    },
}
