"""The process that trains: python -m carl_mm.app.training VIDEOS WORK_DIR CACHE.

It makes annotations of the videos that can be read, and runs tools/train.py on them. It
ends with the process that started it: when its standard input, a pipe, is closed.
"""

import json
import os
import runpy
import signal
import sys
import threading
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path

from carl_mm.apis.shipped_files import shipped
from carl_mm.app.training.record import TrainingRecord, read_record, write_record
from carl_mm.files import atomic_write_text

CONFIG = 'carl_folder.py'
BATCH_SIZE, MIN_SAMPLES, EPOCHS = 8, 200, 24  # of the config


def parse_args(argv: Sequence[str] | None = None) -> Namespace:
    """Read the command line."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument('videos_dir', type=Path)
    parser.add_argument('work_dir', type=Path)
    parser.add_argument('cache_dir', type=Path)
    parser.add_argument('--epochs', type=int, default=EPOCHS)
    parser.add_argument('--left-out', nargs='*', default=[], help='names of videos')
    return parser.parse_args(argv)


def num_steps(num_videos: int, epochs: int = EPOCHS) -> int:
    """Return how many steps a training on so many videos takes."""
    passes = -(-MIN_SAMPLES // max(1, num_videos))  # whole ones, in an epoch
    return epochs * -(-num_videos * passes // BATCH_SIZE)


def annotate(videos_dir: Path, annotations: Path, left_out: Sequence[str]) -> int:
    """Write the annotations of all videos that can be read; return their number."""
    from carl_mm.datasets.converters.folder import annotations_from_folder

    content, _ = annotations_from_folder(videos_dir)
    refused = set(left_out)
    videos = [v for v in content['data_list'] if v['filename'] not in refused]
    content['data_list'] = videos
    annotations.parent.mkdir(parents=True, exist_ok=True)
    atomic_write_text(annotations, json.dumps(content))
    return len(videos)


def train(args: Namespace, annotations: Path) -> None:
    """Do what tools/train.py does, or go on from the newest checkpoint."""
    from carl_mm.apis.cli import one_line_errors
    from carl_mm.apis.config_paths import find_part
    from carl_mm.apis.launch import load_config
    from carl_mm.apis.training import lock_work_dir

    one_line_errors()
    tool = runpy.run_path(str(shipped('tools') / 'train.py'))
    # Paths are set below: on a command line a comma in one would make it a list.
    sys.argv = ['train.py', str(shipped('configs') / CONFIG), '--resume']
    sys.argv += ['--data-root', str(args.videos_dir), '--work-dir', str(args.work_dir)]
    options = tool['parse_args']()
    cfg = load_config(options)
    cfg.train_dataloader.dataset.ann_file = str(annotations)
    find_part(cfg.custom_hooks, 'FeatureCacheHook').cache_dir = str(args.cache_dir)
    cfg.default_hooks.checkpoint.interval = 1  # to be paused, and lose little
    cfg.train_cfg.max_epochs = args.epochs
    cfg.val_cfg = cfg.val_dataloader = cfg.val_evaluator = None
    with lock_work_dir(cfg):
        tool['run'](cfg, options)


def end_with_parent() -> None:
    """End this process and all that it started when the standard input is closed."""

    def wait() -> None:
        # Not by `sys.stdin`, whose lock would be held when this process ends itself.
        while os.read(sys.stdin.fileno(), 1024):
            pass
        os.killpg(os.getpgid(0), signal.SIGKILL)

    threading.Thread(target=wait, daemon=True).start()


def main(argv: Sequence[str] | None = None) -> None:
    """Train, or go on where it was interrupted."""
    args = parse_args(argv)
    os.nice(10)  # the page comes first
    end_with_parent()
    annotations = args.work_dir / 'annotations.json'
    record = read_record(args.work_dir)
    if not annotations.is_file() or record is None:
        count = annotate(args.videos_dir, annotations, args.left_out)
        steps = num_steps(count, args.epochs)
        record = TrainingRecord('begun', count, steps)
        write_record(args.work_dir, record)
    train(args, annotations)


if __name__ == '__main__':
    main()
