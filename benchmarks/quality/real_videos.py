r"""Compare recipes on real videos with embeddings that learnt nothing.

    python benchmarks/quality/real_videos.py --videos DIR
    python benchmarks/quality/real_videos.py --videos DIR --recipes default no_flow \
        --actions squat --encoders each --jobs 2

DIR holds sets of videos as `real_sets.py` says: golf/, actions/NAME/, pitch/. Every
recipe of `recipes.py` is trained with every seed on all subjects but those of a fold,
and judged on these, action by action, by the metrics of configs/carl_folder.py. The
controls are judged on the same videos. The tables go to the work
dir. A run that was done before with the same settings is not repeated; code and videos
are taken not to have changed.
"""

import argparse
import hashlib
import json
from pathlib import Path
from typing import Any

from cached_runs import set_work_dir, settings_text
from mmengine.config import Config
from real_jobs import EVERYTHING, Job, all_jobs, config_of, job_config, run_jobs
from real_results import ALL, EACH, Results, mean_over_folds
from real_sets import (
    PITCH,
    VideoSet,
    cached_annotations,
    find_sets,
    fold_annotations,
    read_set,
)
from real_tables import all_tables
from recipes import RECIPES

from carl_mm.evaluation.evaluated_video import MODEL
from carl_mm.evaluation.results_table import split_control
from carl_mm.files import atomic_write_text

ENCODERS = {'all': ALL, 'each': EACH}


def parse_args(arguments: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add('--videos', type=Path, required=True, help='folder with golf/ and actions/')
    add('--recipes', nargs='+', choices=RECIPES, default=['default', 'before'])
    add('--actions', nargs='+', help='names of sets (default: all that are found)')
    add('--encoders', nargs='+', choices=ENCODERS, default=list(ENCODERS))
    add('--seeds', nargs='+', type=int, default=[0, 1, 2])
    add('--folds', type=int, default=2, help='number of folds (default: 2)')
    add('--with-pitch', action='store_true', help='also train on pitch/, unlabelled')
    add('--max-epochs', type=int, help='of every recipe, to try the script out')
    add('--jobs', type=int, default=1, help='processes at once (default: 1)')
    add('--work-dir', type=Path, default=Path('work_dirs/real_videos'))
    add('--feature-cache', type=Path, default=Path('work_dirs/feature_cache'))
    args = parser.parse_args(arguments)
    if args.folds < 2 or args.jobs < 1:
        parser.error(
            f'--folds must be at least 2 and --jobs at least 1, got {args.folds} and '
            f'{args.jobs}'
        )
    return args


def read_sets(args: argparse.Namespace) -> tuple[dict[str, VideoSet], list[VideoSet]]:
    """Read the chosen sets by name, and the unlabelled ones."""
    folders = find_sets(args.videos)
    chosen = args.actions or list(folders)
    if unknown := [name for name in chosen if name not in folders]:
        raise ValueError(
            f'--actions {" ".join(unknown)}: {args.videos} has {", ".join(folders)}'
        )
    sets = {name: read_set(args.videos, folders[name]) for name in chosen}
    pitches = [PITCH] if args.with_pitch else []
    return sets, [read_set(args.videos, args.videos / p, False) for p in pitches]


def write_annotations(
    args: argparse.Namespace, name: str, annotations: dict[str, Any]
) -> str:
    """Write annotations under a name that tells their content, and return the path."""
    text = json.dumps(annotations, indent=1)
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    file = args.work_dir / 'annotations' / f'{name}-{digest}.json'
    file.parent.mkdir(parents=True, exist_ok=True)
    atomic_write_text(file, text)
    return str(file.resolve())


def fold_files(
    args: argparse.Namespace, sets: dict[str, VideoSet], more: list[VideoSet]
) -> dict[tuple[str, int], str]:
    """Write the annotations of each action, and of all, in each fold."""
    files = {}
    for fold in range(args.folds):
        for name in (EVERYTHING, *sets):
            chosen = list(sets.values()) if name == EVERYTHING else [sets[name]]
            pitches = more if name == EVERYTHING else []
            content = fold_annotations(chosen, args.folds, fold, pitches)
            files[name, fold] = write_annotations(args, f'{name}-fold{fold}', content)
    return files


def feature_configs(
    args: argparse.Namespace, sets: dict[str, VideoSet], more: list[VideoSet]
) -> list[Config]:
    """Return a config of all videos for each distinct set of features."""
    everything = write_annotations(
        args, 'features', cached_annotations(list(sets.values()), more)
    )
    features = {}
    for recipe in args.recipes:
        cfg = config_of(args, recipe, 0, everything)
        cfg.train_dataloader.dataset.split = 'train'
        cfg.test_dataloader.dataset.split = 'test'
        set_work_dir(cfg, args.work_dir / 'features')
        model = {**cfg.to_dict()['model'], 'neck': None, 'cls_head': None}
        features[settings_text([model, cfg.to_dict()['custom_hooks']])] = cfg
    return list(features.values())


def gather(args: argparse.Namespace, done: dict[Job, dict[str, float]]) -> Results:
    """Average the figures of the jobs over folds."""
    results = Results()
    for recipe in args.recipes:
        own = {job: figures for job, figures in done.items() if job.recipe == recipe}
        learnt_nothing = [
            {k: v for k, v in figures.items() if split_control(k)[1] != MODEL}
            for job, figures in own.items()
            if job.seed is None
        ]
        results.controls[recipe] = mean_over_folds(learnt_nothing)
        for encoder in args.encoders:
            for seed in args.seeds:
                folds = [
                    figures
                    for job, figures in own.items()
                    if job.seed == seed
                    and (job.action == EVERYTHING) == (encoder == 'all')
                ]
                key = recipe, ENCODERS[encoder], seed
                results.models[key] = mean_over_folds(folds)
    return results


def main(arguments: list[str] | None = None) -> None:
    """Run all and print the tables."""
    args = parse_args(arguments)
    sets, more = read_sets(args)
    files = fold_files(args, sets, more)
    configs = {
        job: job_config(args, job, files[job.action, job.fold])
        for job in all_jobs(args, list(sets))
    }
    done = run_jobs(args, configs, feature_configs(args, sets, more))
    text = all_tables(gather(args, done))
    atomic_write_text(args.work_dir / 'tables.md', text + '\n')
    print(text)


if __name__ == '__main__':
    main()
