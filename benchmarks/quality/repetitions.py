r"""Repetitions counted: on loops that are drawn, and on real clips.

    python benchmarks/quality/repetitions.py --seed 1000 --videos squat jumping_jack

Draws 20 videos that repeat a scripted process (see `loops.py`): 3 to 10 times, each
half to twice as long as usual, with pauses, and often a part of one at either end. They
are embedded by the features alone, which no training made, and counted.

Of each folder of real videos, the longest clips are counted in two ways: each one
played 5 times, at half to twice its speed and with pauses, and all joined end to end,
each centred by itself. The second asks whether different people in different scenes
are seen to do the same.
"""

import argparse
from pathlib import Path

import numpy as np
from loops import draw_loop

from carl_mm.apis import FramewiseInferencer, VideoEmbedding, find_repetitions
from carl_mm.app.models.project_models import make_starting_model
from carl_mm.datasets.synthetic.scripted_processes import PROCESSES
from carl_mm.datasets.video_io.find_videos import find_videos
from carl_mm.datasets.video_io.video_writer import write_mp4

TIMES = 5  # that a real clip is played
PAUSES = (0, 40)  # frames


def parse_args(arguments: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add('--loops', type=int, default=20, help='loops that are drawn (default: 20)')
    add('--seed', type=int, default=1000, help='of the first loop (default: 1000)')
    add('--videos', nargs='*', default=[], metavar='DIR', help='folders of real clips')
    add('--longest', type=int, default=5, help='clips of each folder (default: 5)')
    add('--out', type=Path, default=Path('work_dirs/repetitions'), help='for files')
    return parser.parse_args(arguments)


def played_again(frames: np.ndarray, seed: int) -> np.ndarray:
    """Play embeddings ``(T, D)`` 5 times, with pauses, at half to twice the speed."""
    rng = np.random.default_rng(seed)
    pieces = []
    for _ in range(TIMES):
        length = round(len(frames) * float(np.exp(rng.uniform(-1, 1) * np.log(2))))
        pieces.append(frames[np.linspace(0, len(frames) - 1, length).astype(int)])
        pieces.append(np.repeat(frames[-1:], rng.integers(*PAUSES), 0))
    return np.concatenate(pieces)


def count_loops(args: argparse.Namespace, inferencer: FramewiseInferencer) -> None:
    """Draw, embed and count loops; print a row for each."""
    exact = near = 0
    for seed in range(args.seed, args.seed + args.loops):
        process = PROCESSES[seed % len(PROCESSES)]
        loop, path = draw_loop(process, seed), args.out / f'loop_{seed}.mp4'
        write_mp4(path, loop.frames(), 25)
        found = find_repetitions(inferencer.embed_file(path))
        gap = len(found) - len(loop.spans)
        exact, near = exact + (gap == 0), near + (abs(gap) <= 1)
        print(
            f'| {seed} | {process.name} | {len(loop.poses)} | {len(loop.spans)} | '
            f'{len(found)} |',
            flush=True,
        )
    print(f'\nexact on {exact} of {args.loops} loops, within 1 on {near}\n')


def count_clips(videos: list[VideoEmbedding], name: str) -> None:
    """Count clips of one action, each played again and again, and all together."""
    alone = [
        len(find_repetitions(played_again(each.embeddings, seed)))
        for seed, each in enumerate(videos)
    ]
    whole = [each.embeddings - each.embeddings.mean(axis=0) for each in videos]
    together = len(find_repetitions(np.concatenate(whole)))
    print(
        f'| {name} | {len(videos)} | {", ".join(map(str, alone))} of {TIMES} | '
        f'{together} |',
        flush=True,
    )


def main(arguments: list[str] | None = None) -> None:
    """Count, and print tables."""
    args = parse_args(arguments)
    make_starting_model(args.out / 'start')
    inferencer = FramewiseInferencer(args.out / 'start', device='cpu')
    if args.loops:
        print(
            '| seed | process | frames | repetitions | found |\n|---|---|---|---|---|'
        )
        count_loops(args, inferencer)
    if args.videos:
        print('| folder | clips | each played 5 times | joined |\n|---|---|---|---|')
    for folder in args.videos:
        files = find_videos([folder])
        embedded = sorted(inferencer.stream(files, 'skip'), key=len, reverse=True)
        count_clips(embedded[: args.longest], Path(folder).name)


if __name__ == '__main__':
    main()
