"""The recipes that `benchmarks/quality/recipe.py` compares, as changes of a config."""

from typing import Any

CROP = 'train_dataloader.dataset.pipeline.1.'
NECK = 'model.neck.'
LOSS = 'model.cls_head.loss.'

# CARL's network; also of carl_folder.py, which has the recipe that was chosen.
carl: dict[str, Any] = {f'{NECK}frame_channels': 0, f'{CROP}speeds': None}
share = {**carl, f'{CROP}window': 'share', f'{CROP}share': (0.8, 1.0)}
half = {**carl, f'{CROP}window': 'share', f'{CROP}share': (0.5, 1.0)}

# What was tried and dropped from the code is told in benchmarks/quality/recipe.md.
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
