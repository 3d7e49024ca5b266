"""Train every method on the same data with the same steps, and compare them.

    python benchmarks/quality/methods.py                    (make compare)
    python benchmarks/quality/methods.py --videos DIR

Trains configs/METHOD/METHOD_synthetic.py: network, cached features, optimizer and
number of steps are CARL's, the loss and the crop are the method's. Without --videos it
uses generated videos; with it the golf swings and pitches that `golf_videos.py`
describes, larger pictures and longer windows, and no supervised network, as pitches
have no labels. Prints the table of `quality.md` and writes it to the work dir. A run
that was done before is not repeated.
"""

import argparse
import subprocess
import sys
import time
from pathlib import Path

from cached_runs import read_config, train_and_test
from comparison_table import comparison_table
from golf_videos import write_annotations
from rich.progress import track

METHODS = {
    'carl': 'CARL',
    'contrastive': 'contrastive baseline',
    'tcn': 'TCN',
    'tcc': 'TCC',
    'sal': 'SaL',
    'speednet': 'SpeedNet',
    'lav': 'LAV',
    'gta': 'GTA',
    'd3tw': 'D3TW',
    'supervised': 'supervised (with labels)',
}
COLUMNS = {
    'phase_classification/acc': 'phase accuracy',
    'phase_progression/r2': 'progression',
    'alignment/kendalls_tau': "Kendall's tau",
    'retrieval/ap@10': 'AP@10',
    'alignment/error': 'alignment error',
    'alignment/error_windowed': 'error, windowed',
    'alignment/error_warped': 'error, warped',
    'alignment/event_error': 'event error',
    'alignment/event_error_windowed': 'event error, windowed',
}


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('--videos', type=Path, help='folder with golf/ and pitch/')
    parser.add_argument('--synthetic', type=Path, default=Path('data/synthetic'))
    parser.add_argument('--methods', nargs='+', choices=METHODS, default=list(METHODS))
    parser.add_argument('--seeds', nargs='+', type=int, default=[0, 1, 2])
    parser.add_argument('--work-dir', type=Path, default=Path('work_dirs/methods'))
    args = parser.parse_args()
    if args.videos:
        args.methods = [name for name in args.methods if name != 'supervised']
    return args


def data_of(args: argparse.Namespace) -> tuple[str, Path, dict]:
    """Return the data's name, its root, and the settings that it changes."""
    if not args.videos:
        if not (args.synthetic / 'annotations.json').exists():
            maker = ['tools/make_synthetic_videos.py', '--out', str(args.synthetic)]
            subprocess.run([sys.executable, *maker], check=True)
        return 'synthetic', args.synthetic, {}
    annotations = args.work_dir / 'golf' / 'annotations.json'
    write_annotations(args.videos, annotations)
    changes: dict = {'size': 160, 'num_frames': 48, 'max_epochs': 50}
    for loader in ('train_dataloader', 'test_dataloader'):
        changes[f'{loader}.dataset.ann_file'] = str(annotations.resolve())
        changes[f'{loader}.dataset.data_prefix.video'] = ''
    return 'golf', args.videos, changes


def main() -> None:
    """Run all and print the table."""
    args = parse_args()
    data, root, changes = data_of(args)
    jobs = [(method, seed) for seed in args.seeds for method in args.methods]
    rows: dict[str, list[dict]] = {}
    start = time.perf_counter()
    for method, seed in track(jobs, f'methods, {data}'):
        work_dir = args.work_dir / data / f'{method}_{seed}'
        config = str(next(Path('configs').rglob(f'{method}_synthetic.py')))
        # Controls learn nothing: the first run's serve all.
        controls = {} if (method, seed) == jobs[0] else {'model.controls': ()}
        cfg = read_config(config, root, work_dir, seed, {**changes, **controls})
        rows.setdefault(METHODS[method], []).append(train_and_test(cfg))
    table = comparison_table(rows, COLUMNS)
    (args.work_dir / data / 'table.md').write_text(table + '\n')
    minutes = (time.perf_counter() - start) / 60
    print(f'\n{data}, {len(jobs)} runs, {minutes:.1f} minutes\n\n{table}')


if __name__ == '__main__':
    main()
