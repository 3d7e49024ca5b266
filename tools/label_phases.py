r"""Label the phases of all videos of a folder from a few labelled ones.

python tools/label_phases.py work_dirs/carl_folder --labels labels.csv \
    --videos my_videos --out phases.csv

labels.csv has the columns filename, first_frame, last_frame and phase. Both frames
belong to the phase, frames count from 0, and file names are relative to the folder.
The times start_s and end_s can take the place of the frames. Files of ELAN, BORIS,
Label Studio, CVAT, VIA 3, Praat and WebVTT are read, too. One video is a start, five
are better. phases.csv has these columns, the times start_s and end_s in seconds (a
phase ends when the next frame appears) and a confidence from 0 to 1, for every video
without labels (with --all, for every video).

By default phases are carried by aligning the labelled videos with each other one, as on
the page. --method labeller fits a linear probe to the labelled frames instead, which
covers each video with phases; --save keeps it for carl_mm.apis.PhaseLabeler.load.
"""

import os
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from carl_mm.apis.cli import add_frame_count, add_model, main, make_parser

# Heavy imports stand in the functions: a help text need not wait for them.
if TYPE_CHECKING:
    from carl_mm.apis import PhaseSegment, VideoEmbedding

    Rows = dict[str, list[tuple[int, int, str]]]

METHODS = ('alignment', 'labeller')


def parser() -> ArgumentParser:
    """Return the command line."""
    made = make_parser(__doc__)
    add_model(made)
    add = made.add_argument
    add('--labels', required=True, metavar='FILE', help='phases of a few videos')
    add_frame_count(add)
    add('--videos', required=True, metavar='DIR', help='videos, or their embeddings')
    add('--out', required=True, metavar='CSV', help='file to write')
    add('--phases', metavar='A,B,C', help='phases in order (default: by mean start)')
    add('--all', action='store_true', help='label the labelled videos too')
    what = "'alignment' (default) with the labelled videos, or a 'labeller' fitted to "
    what += 'them, which is the default if it is told how to be fitted'
    add('--method', choices=METHODS, help=what)
    add = made.add_argument_group('of the labeller').add_argument
    what = 'cost of a change of phase, in nats (default: chosen on the labelled videos)'
    add('--switch-cost', type=float, help=what)
    what = 'let phases come in any order (default: if they do in the labels)'
    add('--any-order', action='store_true', help=what)
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


def choose_method(args: Namespace) -> str:
    """Return the method that is meant.

    Raises:
        ValueError: A labeller is told how to be fitted, but there is none.
    """
    options = {'--switch-cost': args.switch_cost is not None}
    options |= {'--any-order': args.any_order, '--save': bool(args.save)}
    given = [name for name, is_given in options.items() if is_given]
    if given and args.method == 'alignment':
        raise ValueError(f'{given[0]}: needs --method labeller, which it is about')
    return args.method or METHODS[bool(given)]


def read_rows(
    args: Namespace, given: list[str] | None, videos: 'dict[str, VideoEmbedding]'
) -> 'Rows':
    """Read the rows of each labelled video.

    Raises:
        ValueError: The labels are bad, all problems at once, or of several actions.
    """
    from carl_mm.apis.cli_inputs import check_labels
    from carl_mm.datasets.converters.formats.folder_csv import read_labels
    from carl_mm.datasets.converters.formats.tables.label_frames import fit_labels

    lengths = {name: len(video) for name, video in videos.items()}
    count = check_labels(args, given)
    table = read_labels(args.labels, sorted(videos), given, None, count)
    found, remarks = fit_labels(table, lengths, lambda name: videos[name].timestamps)
    for remark in remarks:
        sys.stderr.write(f'warning: {remark}\n')
    actions = sorted({row.action for row in found})
    if len(actions) > 1:
        raise ValueError(
            f'{args.labels}: rows of {len(actions)} actions ({", ".join(actions)}); '
            'label one at a time'
        )
    rows: Rows = {}
    for row in found:
        rows.setdefault(row.filename, []).append((row.first, row.last, row.phase))
    return rows


def by_labeller(
    args: Namespace,
    rows: 'Rows',
    phases: list[str],
    videos: 'dict[str, VideoEmbedding]',
    chosen: list[str],
) -> 'dict[str, list[PhaseSegment]]':
    """Fit a labeller, and predict."""
    from carl_mm.apis import PhaseLabeler
    from carl_mm.datasets.annotations import frame_labels

    labels = [
        frame_labels([(a, b, phases.index(p)) for a, b, p in own], len(videos[name]))
        for name, own in rows.items()
    ]
    ordered = False if args.any_order else None
    labeler = PhaseLabeler(switch_cost=args.switch_cost, ordered=ordered)
    labeler.fit([videos[name] for name in rows], labels, phases)
    model = labeler.model
    assert model is not None
    print(
        f'{len(rows)} labelled videos, {len(phases)} phases'
        f'{" in order" if model.ordered else ""}; penalty {model.l2_penalty:g}, '
        f'switch cost {model.switch_cost:g}'
    )
    if args.save:
        labeler.save(args.save)
        print(f'written {args.save}')
    return {name: labeler.predict(videos[name]) for name in chosen}


def label_phases(args: Namespace) -> int:
    """Carry or predict, and write; the exit status is 1 if a video was left out."""
    from carl_mm.apis.cli_inputs import (
        check_labels,
        check_not_overwritten,
        load_embeddings,
    )
    from carl_mm.apis.phases.carrying import carry_to_all, phases_in_order
    from carl_mm.apis.phases.segments import write_phase_csv

    given = args.phases and [name.strip() for name in args.phases.split(',')]
    check_labels(args, given)
    method = choose_method(args)
    inputs = [args.labels, args.videos, args.model]
    check_not_overwritten(inputs, filter(None, [args.out, args.save]))
    left_out: list[str] = []
    videos = short_names(load_embeddings(args, [args.videos], left_out), args.videos)
    rows = read_rows(args, given, videos)
    lengths = {name: len(videos[name]) for name in rows}
    phases = given or phases_in_order(rows, lengths)
    chosen = [name for name in videos if args.all or name not in rows]
    if method == 'labeller':
        segments = by_labeller(args, rows, phases, videos, chosen)
    else:
        print(f'{len(rows)} labelled videos, {len(phases)} phases')
        found = carry_to_all(rows, videos, chosen, phases)
        segments = {name: carried.segments for name, carried in found}
    write_phase_csv(args.out, segments)
    print(f'written {args.out}: {len(segments)} videos')
    if not segments:
        print('every video has labels; --all labels them too')
    return 1 if left_out else 0


if __name__ == '__main__':
    sys.exit(main(label_phases, parser()))
