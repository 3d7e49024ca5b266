"""CARL on real golf swings and baseball pitches, beside its controls.

    python benchmarks/real_videos.py --videos DIR

DIR holds golf/ and pitch/, each with videos/ and splits.csv, golf/ also with
labels.csv (`benchmarks/real_videos.md` names the public sources). One encoder is
trained without labels on the train videos of both; golf is judged. The tables of
`benchmarks/real_videos.md` are this script's output.
"""

import argparse
import json
import pickle
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

from carl_mm.datasets.converters.folder import annotations_from_folder
from carl_mm.functional import (
    alignment_error,
    event_error,
    phase_boundaries,
    phase_classification,
    phase_progress,
)

CONFIG = 'configs/carl_folder.py'
METRICS = (
    'phase_classification/acc',
    'alignment/error',
    'alignment/event_error',
    'alignment/kendalls_tau',
)
EMBEDDINGS = {'': 'CARL', 'position': 'position only', 'untrained': 'untrained'}
EMBEDDINGS['backbone'] = 'backbone only'
GOLFER_OUT = 'acc, one golfer left out'
VALIDATION = ('train videos: error', 'train videos: event_error')
# Of the temporal crop; the first is the config's.
WINDOWS = {
    'share': {'window': 'share', 'share': '0.8,1.0'},
    'half': {'window': 'share', 'share': '0.5,1.0'},
    'paper': {'window': 'paper'},
}


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--videos', required=True, type=Path)
    parser.add_argument('--work-dir', default=Path('work_dirs/real_videos'), type=Path)
    parser.add_argument('--seeds', nargs='+', type=int, default=[0, 1, 2])
    parser.add_argument('--windows', nargs='+', choices=WINDOWS, default=list(WINDOWS))
    return parser.parse_args()


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


def run(*command: object) -> None:
    """Run one of the tools, showing its command."""
    words = [str(word) for word in command]
    print('$ python', *words, flush=True)
    subprocess.run([sys.executable, *words], check=True, stdout=subprocess.DEVNULL)


def train_and_test(args: argparse.Namespace, window: str, seed: int) -> dict:
    """Train once, unless the work dir holds the results; every embedding's figures."""
    work_dir = args.work_dir / f'{window}_{seed}'
    annotations = (args.work_dir / 'annotations.json').resolve()
    options = [
        f'{loader}.dataset.ann_file={annotations}'
        for loader in ('train_dataloader', 'val_dataloader', 'test_dataloader')
    ]
    common = ['--data-root', args.videos, '--work-dir', work_dir, '--seed', seed]
    crop = [
        f'train_dataloader.dataset.pipeline.1.{key}={value}'
        for key, value in WINDOWS[window].items()
    ]
    results, dump = work_dir / 'results.json', work_dir / 'embeddings.pkl'
    if not results.exists():
        # Without validation there is no val loader to set.
        train = [*common, '--no-validate', '--cfg-options', *crop]
        run('tools/train.py', CONFIG, *train, options[0], options[2])
        checkpoint = (work_dir / 'last_checkpoint').read_text().strip()
        outputs = ['--out', results, '--dump', dump, '--cfg-options', *options]
        run('tools/test.py', CONFIG, checkpoint, *common, *outputs)
    metrics = json.loads(results.read_text())
    predictions = pickle.loads(dump.read_bytes())
    figures = {}
    for name in EMBEDDINGS:
        suffix = f'_{name}' if name else ''
        figures[name] = {key: metrics[key + suffix] for key in METRICS}
        figures[name][GOLFER_OUT] = leave_one_golfer_out(predictions, name)
        figures[name] |= on_train_videos(predictions, name)
    return figures


def on_train_videos(predictions: list[dict], name: str) -> dict[str, float]:
    """Judge on labelled train videos: by these, not by test, a recipe is chosen."""
    embeddings, labels = [], []
    for prediction in predictions:
        if prediction['split'] == 'train':
            embedding = prediction['controls'].get(name, prediction['pred_embedding'])
            embeddings.append(embedding.numpy())
            labels.append(prediction['gt_label'].numpy())
    num_phases = 1 + max(int(label.max()) for label in labels)
    progress = [phase_progress(label, num_phases) for label in labels]
    events = [phase_boundaries(label, num_phases) for label in labels]
    values = alignment_error(embeddings, progress), event_error(embeddings, events)
    return dict(zip(VALIDATION, values, strict=True))


def golfer(filename: str) -> str:
    """Whose swing it is; swings of unnamed golfers of one source count as one's."""
    parts = Path(filename).stem.split('_')
    return parts[1] if parts[0] == 'av' else parts[0]


def leave_one_golfer_out(predictions: list[dict], name: str) -> float:
    """Mean over golfers of the accuracy of a probe fitted on all others' swings."""
    groups: dict[str, list] = defaultdict(list)
    for prediction in predictions:
        labels = prediction['gt_label'].numpy()
        if prediction['action'] == 'golf_swing' and (labels >= 0).any():
            embedding = prediction['controls'].get(name, prediction['pred_embedding'])
            groups[golfer(prediction['filename'])].append((embedding.numpy(), labels))
    accuracies = []
    for person, test in groups.items():
        train = [video for key in groups if key != person for video in groups[key]]
        splits = (zip(*train, strict=True), zip(*test, strict=True))
        fitted, judged = (tuple(map(list, split)) for split in splits)
        accuracies.append(phase_classification(*fitted, *judged))
    return float(np.mean(accuracies))


def table(rows: list[dict], title: str) -> str:
    """Mean and range over seeds, an embedding a row."""
    keys = [*METRICS, GOLFER_OUT, *VALIDATION]
    lines = [f'| {title} | ' + ' | '.join(keys) + ' |', '|---' * (len(keys) + 1) + '|']
    for name, label in EMBEDDINGS.items():
        cells = []
        for key in keys:
            values = np.array([row[name][key] for row in rows])
            cell = f'{values.mean():.3f}'
            if np.ptp(values) > 0.0005:
                cell += f' ({values.min():.3f} to {values.max():.3f})'
            cells.append(cell)
        lines.append(f'| {label} | ' + ' | '.join(cells) + ' |')
    return '\n'.join(lines)


def main() -> None:
    """Train and judge for every window and seed."""
    args = parse_args()
    write_annotations(args.videos, args.work_dir / 'annotations.json')
    for window in args.windows:
        rows = [train_and_test(args, window, seed) for seed in args.seeds]
        print('\n' + table(rows, f'window={window}, {len(rows)} seeds') + '\n')


if __name__ == '__main__':
    main()
