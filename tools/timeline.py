"""Put many videos of one action on one timeline: a common clock, found from all.

python tools/timeline.py work_dirs/carl_folder my_videos --out timeline --video
python tools/timeline.py epoch_50.pth embeddings --out timeline --labels labels.csv

Writes to DIR times.csv: a row for each moment of the clock, which runs at the videos'
mean pace; the columns are the clock's time, how differently fast the videos are and how
uncertain their matches (both explained in docs/use_embeddings.md), and for each video
the time at which it shows the moment, in seconds, empty where it does not. It also
writes warps.png, each video's time against the clock. With --video also grid.mp4, in
which the videos play in step; with --labels also events.csv, the times in all videos of
the events that are marked in some. Videos that do not fit the others are named.

tools/align.py compares videos with a reference of your choice; here there is none.
"""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from carl_mm.apis.cli import (
    add_frame_count,
    add_model,
    add_videos,
    frame_count,
    main,
    make_parser,
)
from carl_mm.files import atomic_write

# Heavy imports stand in the functions: a help text need not wait for them.
if TYPE_CHECKING:
    from carl_mm.apis import Timeline, VideoEmbedding
    from carl_mm.apis.alignment.timeline_events import TimelineEvent


def parser() -> ArgumentParser:
    """Return the command line."""
    made = make_parser(__doc__)
    add_model(made)
    add_videos(made)
    add = made.add_argument
    add('--out', required=True, metavar='DIR')
    what = 'phases of some of the videos, as for tools/label_phases.py; an event is '
    what += 'the start of a phase'
    add('--labels', metavar='FILE', help=what)
    add_frame_count(add)
    what = 'write the videos in step; of more than 36, those that fit best'
    add('--video', action='store_true', help=what)
    return made


def find_events(
    args: Namespace,
    timeline: 'Timeline',
    videos: 'list[VideoEmbedding]',
) -> 'list[TimelineEvent]':
    """Read when events are on the clock.

    Raises:
        ValueError: The labels are bad, or of other videos alone.
    """
    from carl_mm.apis.alignment.timeline_events import phase_events
    from carl_mm.datasets.known_labels import known_labels

    times = {video.filename: video.timestamps for video in videos}
    remarks: list[str] = []
    found, phases = known_labels(args.labels, times, frame_count(args), remarks)
    if not phases:
        raise ValueError(
            f'{args.labels}: has no phases of these videos, such as {next(iter(times))}'
        )
    for remark in remarks:
        sys.stderr.write(f'warning: {remark}\n')
    labels = dict(zip(times, found, strict=True))
    return phase_events(timeline, [labels[video.filename] for video in videos], phases)


def make_timeline(args: Namespace) -> int:
    """Align and write; the exit status is 1 if a video was left out."""
    from carl_mm.apis import align_all
    from carl_mm.apis.alignment import timeline_tables as tables
    from carl_mm.apis.alignment.timeline_video import write_timeline_video
    from carl_mm.apis.cli_inputs import (
        check_labels,
        check_not_overwritten,
        load_embeddings,
    )
    from carl_mm.visualization import warps_figure

    out = Path(args.out)
    files = [out / 'times.csv', out / 'warps.png']
    files += [out / 'events.csv'] * bool(args.labels) + [out / 'grid.mp4'] * args.video
    check_labels(args)
    check_not_overwritten([*args.videos, *filter(None, [args.labels])], files)
    left_out: list[str] = []
    videos = load_embeddings(args, args.videos, left_out)
    check_not_overwritten([video.filename for video in videos], files)
    timeline, names = align_all(videos), tables.column_names(videos)
    events = find_events(args, timeline, videos) if args.labels else []
    tables.write_times(files[0], timeline, names)
    figure = warps_figure(
        timeline.clock,
        timeline.times,
        names=names,
        outliers=timeline.outliers,
        pace_spread=timeline.pace_spread,
        uncertainty=timeline.uncertainty,
        events=[(event.name, event.clock_times) for event in events],
    )
    atomic_write(files[1], lambda to: figure.savefig(to, format='png', dpi=100))
    if args.labels:
        tables.write_events(out / 'events.csv', events, timeline, names)
    if args.video:
        shown = write_timeline_video(out / 'grid.mp4', timeline, names)
        if shown < len(names):
            print(f'grid.mp4 shows the {shown} videos that fit best')
    print(f'{len(videos)} videos on a clock of {timeline.clock[-1]:.2f} s')
    for index in timeline.outliers:
        print(f'does not fit: {names[index]} ({timeline.similarities[index]:.2f})')
    print('written', *files)
    return 1 if left_out else 0


def run(argv: Sequence[str] | None = None) -> int:
    """Run with these arguments, by default the command line's."""
    return main(make_timeline, parser(), argv)


if __name__ == '__main__':
    sys.exit(run())
