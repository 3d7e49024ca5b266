"""Search for the recipe of `carl_folder.py`, chosen on train videos alone.

    python benchmarks/quality/recipe.py choose --videos DIR
    python benchmarks/quality/recipe.py judge --videos DIR

DIR holds golf/ and pitch/, as `golf_videos.py` says; synthetic videos are made.
`choose` holds out the labelled train videos (golf) or the last fifth of the train
videos (synthetic) and judges on them. `judge` trains on all train videos and judges on
the test videos. Both write the tables of `recipe.md` to the work dir. A run that was
done before is not repeated.
"""

import argparse
import json
import pickle
import subprocess
import sys
from pathlib import Path

from cached_runs import read_config, train_and_test
from comparison_table import CONTROLS, comparison_table
from golf_videos import leave_one_golfer_out, write_annotations
from recipes import RECIPES
from rich.progress import track

from carl_mm.apis.config_paths import find_part

CONFIGS = {'golf': 'configs/carl_folder.py', 'synthetic': 'configs/carl_synthetic.py'}
COLUMNS = {
    'alignment/event_error_windowed': 'event, windowed',
    'alignment/event_error': 'event, whole',
    'alignment/event_error_warped': 'event, warped',
    'alignment/error_windowed': 'error, windowed',
    'alignment/error': 'error, whole',
    'alignment/error_warped': 'error, warped',
    'phase_classification/acc': 'phase accuracy',
    'golfer_out/acc': 'the same, one golfer left out',
}
NUM_CUTS = {'choose': 8, 'judge': 3}  # of each kind and video


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('stage', choices=NUM_CUTS)
    parser.add_argument('--videos', type=Path, help='folder with golf/ and pitch/')
    parser.add_argument('--synthetic', type=Path, default=Path('data/synthetic'))
    parser.add_argument('--data', nargs='+', choices=CONFIGS, default=list(CONFIGS))
    parser.add_argument('--recipes', nargs='+', choices=RECIPES, default=list(RECIPES))
    parser.add_argument('--seeds', nargs='+', type=int, default=[0, 1, 2])
    parser.add_argument('--work-dir', type=Path, default=Path('work_dirs/recipe'))
    args = parser.parse_args()
    if 'golf' in args.data and not args.videos:
        parser.error('golf needs --videos')
    return args


def annotation_files(args: argparse.Namespace, data: str) -> tuple[Path, Path]:
    """Write the annotations to train on and to judge, which share no judged video."""
    folder = args.work_dir / args.stage / data
    folder.mkdir(parents=True, exist_ok=True)
    if data == 'golf':
        write_annotations(args.videos, folder / 'all.json')
        annotations = json.loads((folder / 'all.json').read_text())
    else:
        if not (args.synthetic / 'annotations.json').exists():
            maker = ['tools/make_synthetic_videos.py', '--out', str(args.synthetic)]
            subprocess.run([sys.executable, *maker], check=True)
        text = (args.synthetic / 'annotations.json').read_text()
        annotations = json.loads(text)
    entries = annotations['data_list']
    train = [e for e in entries if e['split'] == 'train']
    judged = [e for e in entries if e['split'] != 'train' or e.get('phases')]
    if args.stage == 'choose':
        held_out = [e for e in train if e.get('phases')]
        held_out = held_out if data == 'golf' else held_out[-len(train) // 5 :]
        train = [e for e in train if e not in held_out]
        judged = [{**e, 'split': 'val'} for e in held_out]
    files = folder / 'train.json', folder / 'judged.json'
    for file, part in zip(files, (train, judged), strict=True):
        file.write_text(json.dumps({**annotations, 'data_list': part}))
    return files


def run(
    args: argparse.Namespace, data: str, recipe: str, seed: int, controls: bool
) -> dict:
    """Train and judge one recipe with one seed, with or without the controls."""
    work_dir = args.work_dir / args.stage / data / f'{recipe}_{seed}'
    train, judged = annotation_files(args, data)
    root = args.videos if data == 'golf' else args.synthetic
    changes = {
        'train_dataloader.dataset.ann_file': str(train.resolve()),
        'test_dataloader.dataset.ann_file': str(judged.resolve()),
        **RECIPES[recipe],
    }
    if not controls:
        changes['model.controls'] = ()
    cfg = read_config(CONFIGS[data], root, work_dir, seed, changes)
    if args.stage == 'choose':
        cfg.test_dataloader.dataset.split = 'val'
        # The others fit a probe, or compare phases: too few videos have labels.
        cfg.test_evaluator = [find_part(cfg.test_evaluator, 'AlignmentError')]
    cuts = find_part(cfg.test_dataloader.dataset.pipeline, 'EvaluationCuts')
    cuts.update(num_windows=NUM_CUTS[args.stage], num_warps=NUM_CUTS[args.stage])
    if args.stage == 'choose' or data != 'golf':
        return train_and_test(cfg)
    dump = work_dir / 'embeddings.pkl'
    cfg.test_evaluator.append({'type': 'DumpResults', 'out_file_path': str(dump)})
    figures = train_and_test(cfg)
    if 'golfer_out/acc' not in figures:
        predictions = pickle.loads(dump.read_bytes())
        for name in ('', *(CONTROLS if controls else ())):
            key = 'golfer_out/acc' + (f'_{name}' if name else '')
            figures[key] = leave_one_golfer_out(predictions, name)
        (work_dir / 'results.json').write_text(json.dumps(figures, indent=1))
        dump.unlink()
    return figures


def main() -> None:
    """Run all and print the tables."""
    args = parse_args()
    for data in args.data:
        jobs = [(recipe, seed) for seed in args.seeds for recipe in args.recipes]
        rows: dict[str, list[dict]] = {}
        for recipe, seed in track(jobs, f'{args.stage}, {data}'):
            controls = (recipe, seed) == jobs[0]  # they learn nothing: once is enough
            figures = run(args, data, recipe, seed, controls)
            rows.setdefault(recipe, []).append(figures)
        table = comparison_table(rows, COLUMNS)
        (args.work_dir / args.stage / f'{data}.md').write_text(table + '\n')
        print(f'\n{args.stage}, {data}\n\n{table}\n', flush=True)


if __name__ == '__main__':
    main()
