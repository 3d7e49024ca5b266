"""The golf swings and baseball pitches of `benchmarks/quality/quality.md`.

DIR holds golf/ and pitch/, each with videos/ and splits.csv, golf/ also with
labels.csv; `benchmarks/quality/quality.md` names the public sources.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np

from carl_mm.datasets.converters.folder import annotations_from_folder
from carl_mm.evaluation.evaluated_video import BACKBONE, CENTRED
from carl_mm.functional import centred


def write_annotations(videos: Path, out: Path) -> None:
    """Join the two folders into one annotation file."""
    joint: dict[str, Any] = {'metainfo': {'phases': {}}, 'data_list': []}
    for name, action in (('golf', 'golf_swing'), ('pitch', 'baseball_pitch')):
        folder = videos / name
        labels = folder / 'labels.csv'
        annotations, _ = annotations_from_folder(
            folder / 'videos',
            labels if labels.exists() else None,
            folder / 'splits.csv',
            action=action,
        )
        for entry in annotations['data_list']:
            entry['filename'] = f'{name}/videos/{entry["filename"]}'
            # Pitches have no label to judge by: their test videos are not used.
            if name == 'golf' or entry['split'] == 'train':
                joint['data_list'].append(entry)
        joint['metainfo']['phases'] |= annotations['metainfo'].get('phases', {})
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(joint, indent=1))


def named_embedding(prediction: dict, name: str) -> np.ndarray:
    """Return one embedding of a dumped video: the model's, '', or a control's."""
    controls = prediction['controls']
    if name == CENTRED:
        return centred(controls[BACKBONE])
    embedding = controls[name] if name else prediction['pred_embedding']
    return np.asarray(embedding)
