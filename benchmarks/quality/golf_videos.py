"""The golf swings and baseball pitches of `benchmarks/quality/recipe.md`.

DIR holds golf/ and pitch/, each with videos/ and splits.csv, golf/ also with
labels.csv; `benchmarks/quality/recipe.md` names the public sources.
"""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

from carl_mm.datasets.converters.folder import annotations_from_folder
from carl_mm.evaluation.evaluated_video import BACKBONE, CENTRED
from carl_mm.functional import centred, phase_classification


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


def golfer(filename: str) -> str:
    """Return whose swing a file shows.

    Swings of unnamed golfers from one source count as one golfer's.
    """
    parts = Path(filename).stem.split('_')
    return parts[1] if parts[0] == 'av' else parts[0]


def named_embedding(prediction: dict, name: str) -> np.ndarray:
    """Return one embedding of a dumped video: the model's, '', or a control's."""
    controls = prediction['controls']
    if name == CENTRED:
        return centred(controls[BACKBONE])
    embedding = controls[name] if name else prediction['pred_embedding']
    return np.asarray(embedding)


def leave_one_golfer_out(predictions: list[dict], name: str) -> float:
    """Fit a probe on all other golfers' swings, for each golfer in turn.

    Args:
        predictions: The videos that `DumpResults` writes.
        name: Name of a control, or '' for the model.

    Returns:
        The accuracy, averaged over golfers.
    """
    groups: dict[str, list] = defaultdict(list)
    for prediction in predictions:
        labels = prediction['gt_label'].numpy()
        if prediction['action'] == 'golf_swing' and (labels >= 0).any():
            video = named_embedding(prediction, name), labels
            groups[golfer(prediction['filename'])].append(video)
    accuracies = []
    for person, test in groups.items():
        train = [video for key in groups if key != person for video in groups[key]]
        splits = (zip(*train, strict=True), zip(*test, strict=True))
        fitted, judged = (tuple(map(list, split)) for split in splits)
        accuracies.append(phase_classification(*fitted, *judged))
    return float(np.mean(accuracies))
