"""The demo: make videos, train CARL on them, test it with its controls, draw pictures.

    make demo

It prints the command of each step; run them by hand to change something.
"""

import argparse
import pickle
import subprocess
import sys
from pathlib import Path

from carl_mm.datasets.annotations import load_annotations
from carl_mm.visualization.report import (
    TestedVideo,
    write_loss_curve,
    write_pictures,
)

CONFIG = 'configs/carl_synthetic.py'
QUIET = (
    '--cfg-options',
    'log_level=WARNING',
)  # the progress bars and the table suffice


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--out', default='work_dirs/demo', help='work dir')
    parser.add_argument(
        '--data-root', default='data/synthetic', help='folder of the generated videos'
    )
    parser.add_argument(
        '--seed', type=int, default=0, help='seed of the generated videos'
    )
    return parser.parse_args()


def run(*command: str) -> None:
    """Print a tool's command and run it."""
    print('\n$ python', *command, flush=True)
    done = subprocess.run([sys.executable, *command])
    if done.returncode:
        raise SystemExit(done.returncode)


def main() -> None:
    """Run all steps."""
    args = parse_args()
    out = Path(args.out)
    data = ['--data-root', args.data_root]
    seed = ['--seed', str(args.seed)]
    run('tools/make_synthetic_videos.py', '--out', args.data_root, *seed)
    train = ['--work-dir', args.out, '--no-validate', '--seed', '0']
    run('tools/train.py', CONFIG, *data, *train, *QUIET)
    checkpoint = (out / 'last_checkpoint').read_text().strip()
    results = ['--work-dir', args.out, '--out', str(out / 'results.json')]
    dump = ['--dump', str(out / 'embeddings.pkl')]
    run('tools/test.py', CONFIG, checkpoint, *data, *results, *dump, *QUIET)

    predictions = pickle.loads((out / 'embeddings.pkl').read_bytes())
    videos = [
        TestedVideo.from_prediction(p) for p in predictions if p['split'] == 'test'
    ]
    metainfo = load_annotations(f'{args.data_root}/annotations.json')['metainfo']
    (phases,) = metainfo['phases'].values()
    files = [*write_pictures(videos, phases, out), write_loss_curve(out, out)]
    print('\nPictures:', *files, sep='\n  ')


if __name__ == '__main__':
    main()
