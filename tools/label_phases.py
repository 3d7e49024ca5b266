r"""Label the phases of all videos of a folder from a few labelled ones.

python tools/label_phases.py work_dirs/carl_folder --labels labels.csv \
    --videos my_videos --out phases.csv

labels.csv has the columns filename, first_frame, last_frame and phase. Both frames
belong to the phase, frames count from 0, and file names are relative to the folder.
The times start_s and end_s can take the place of the frames. Five videos are a start.
phases.csv has these columns, the times start_s and end_s in
seconds (a phase ends when the next frame appears) and a confidence from 0 to 1, for
every video without labels (with --all, for every video). --save keeps the labeller for
carl_mm.apis.PhaseLabeler.load.
"""

import os
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from carl_mm.apis.cli import add_frame_count, add_model, main, make_parser

# Heavy imports stand in the functions: a help text need not wait for them.
if TYPE_CHECKING:
    from carl_mm.apis import VideoEmbedding
    from carl_mm.datasets.converters.formats.tables.label_rows import LabelRow


def parser() -> ArgumentParser:
    """Return the command line."""
    made = make_parser(__doc__)
    add_model(made)
    add = made.add_argument
    add('--labels', required=True, metavar='CSV', help='phases of a few videos')
    add_frame_count(add)
    add('--videos', required=True, metavar='DIR', help='videos, or their embeddings')
    add('--out', required=True, metavar='CSV', help='file to write')
    add('--phases', metavar='A,B,C', help='phases in order (default: by mean start)')
    what = 'cost of a change of phase, in nats (default: chosen on the labelled videos)'
    add('--switch-cost', type=float, help=what)
    what = 'let phases come in any order (default: if they do in the labels)'
    add('--any-order', action='store_true', help=what)
    add('--all', action='store_true', help='label the labelled videos too')
    add('--save', metavar='FILE.npz', help='file to keep the labeller in')
    return made


def short_names(
    videos: 'list[VideoEmbedding]', folder: str
) -> 'dict[str, VideoEmbedding]':
    """Map names relative to the folder to videos.

    Embeddings may name a folder of videos elsewhere; then their common folder counts.
    """
    paths = [Path(os.path.abspath(video.filename)) for video in videos]
    base = Path(os.path.abspath(folder))
    if not all(path.is_relative_to(base) for path in paths):
        base = Path(os.path.commonpath([path.parent for path in paths]))
    names = [path.relative_to(base).as_posix() for path in paths]
    return dict(zip(names, videos, strict=True))


def phase_order(rows: 'list[LabelRow]', lengths: dict[str, int]) -> list[str]:
    """Sort the names of the phases by when they start on average, as shares."""
    starts: dict[str, list[float]] = {}
    for row in rows:
        starts.setdefault(row.phase, []).append(row.first / lengths[row.filename])
    return sorted(
        starts, key=lambda name: (sum(starts[name]) / len(starts[name]), name)
    )


def label_phases(args: Namespace) -> int:
    """Fit, predict and write; the exit status is 1 if a video was left out.

    Raises:
        ValueError: The labels are bad, all problems at once, or of several actions.
    """
    from carl_mm.apis import PhaseLabeler
    from carl_mm.apis.cli_inputs import (
        check_labels,
        check_not_overwritten,
        load_embeddings,
    )
    from carl_mm.apis.phases.segments import write_phase_csv
    from carl_mm.datasets.annotations import frame_labels
    from carl_mm.datasets.converters.formats.folder_csv import read_labels
    from carl_mm.datasets.converters.formats.tables.label_frames import fit_labels

    given = args.phases and [name.strip() for name in args.phases.split(',')]
    count = check_labels(args, given)
    inputs = [args.labels, args.videos, args.model]
    check_not_overwritten(inputs, filter(None, [args.out, args.save]))
    left_out: list[str] = []
    videos = short_names(load_embeddings(args, [args.videos], left_out), args.videos)
    lengths = {name: len(video) for name, video in videos.items()}
    table = read_labels(args.labels, sorted(videos), given, None, count)
    rows, remarks = fit_labels(table, lengths, lambda name: videos[name].timestamps)
    for remark in remarks:
        sys.stderr.write(f'warning: {remark}\n')
    actions = sorted({row.action for row in rows})
    if len(actions) > 1:
        raise ValueError(
            f'{args.labels}: rows of {len(actions)} actions ({", ".join(actions)}); '
            'label one at a time'
        )
    phases = given or phase_order(rows, lengths)
    spans: dict[str, list[tuple[int, int, int]]] = {}
    for row in rows:
        label = phases.index(row.phase)
        spans.setdefault(row.filename, []).append((row.first, row.last, label))
    labels = [frame_labels(spans[name], lengths[name]) for name in spans]
    ordered = False if args.any_order else None
    labeler = PhaseLabeler(switch_cost=args.switch_cost, ordered=ordered)
    labeler.fit([videos[name] for name in spans], labels, phases)
    model = labeler.model
    assert model is not None
    print(
        f'{len(spans)} labelled videos, {len(phases)} phases'
        f'{" in order" if model.ordered else ""}; penalty {model.l2_penalty:g}, '
        f'switch cost {model.switch_cost:g}'
    )
    chosen = [name for name in videos if args.all or name not in spans]
    segments = {name: labeler.predict(videos[name]) for name in chosen}
    write_phase_csv(args.out, segments)
    print(f'written {args.out}: {len(segments)} videos')
    if not segments:
        print('every video has labels; --all labels them too')
    if args.save:
        labeler.save(args.save)
        print(f'written {args.save}')
    return 1 if left_out else 0


if __name__ == '__main__':
    sys.exit(main(label_phases, parser()))
