"""Count the repetitions in long videos, and cut them into single ones.

python tools/find_repetitions.py work_dirs/carl_folder squats.mp4 --out repetitions.csv
python tools/find_repetitions.py epoch_50.pth embeddings --out reps.csv --clips single

Finds what each video does again and again, faster or slower, with pauses or other
movements between. The table has the columns of a labels CSV (filename, first_frame,
last_frame, phase), the times start_s and end_s in seconds and a confidence from 0 to 1:
a row for each repetition, none for what lies between. With --clips, each repetition
becomes a video of its own in DIR, squats_rep01.mp4 and so on, for tools/align.py or
tools/timeline.py.

What a video shows once, or in part at its ends, is not counted.
"""

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from carl_mm.apis.cli import add_model, add_videos, main, make_parser

# Heavy imports stand in the functions: a help text need not wait for them.
if TYPE_CHECKING:
    from carl_mm.apis import PhaseSegment, VideoEmbedding


def parser() -> ArgumentParser:
    """Return the command line."""
    made = make_parser(__doc__)
    add_model(made)
    add_videos(made)
    add = made.add_argument
    add('--out', required=True, metavar='CSV', help='table to write')
    add('--clips', metavar='DIR', help='folder to write each repetition to, as an mp4')
    what = 'compare what frames show by themselves instead of the embeddings; for '
    what += 'files that have it'
    add('--frame-features', action='store_true', help=what)
    return made


def describe(video: 'VideoEmbedding', segments: 'list[PhaseSegment]') -> str:
    """Return the line of a video: count, median length and rest."""
    if not segments:
        return '0 repetitions: nothing is shown at least twice'
    from statistics import median

    spans = [video.span_s(s.first_frame, s.last_frame) for s in segments]
    lengths = [end - start for start, end in spans]
    start, end = video.span_s(0, len(video) - 1)
    return (
        f'{len(segments)} repetitions, median length {median(lengths):.2f} s, rest '
        f'{max(0.0, end - start - sum(lengths)):.2f} s'
    )


def repetitions(args: Namespace) -> int:
    """Find and write; the exit status is 1 if a video was left out."""
    from carl_mm.apis import find_repetitions
    from carl_mm.apis.alignment.timeline_tables import column_names
    from carl_mm.apis.cli_inputs import check_not_overwritten, load_embeddings
    from carl_mm.apis.phases.repetitions import clip_paths, write_repetitions
    from carl_mm.apis.phases.segments import write_phase_csv

    check_not_overwritten([*args.videos, args.model], [args.out])
    left_out: list[str] = []
    videos = load_embeddings(args, args.videos, left_out)
    names = column_names(videos)
    found = [find_repetitions(video, args.frame_features) for video in videos]
    if args.clips:
        planned: dict[Path, str] = {}
        for video, segments in zip(videos, found, strict=True):
            for path in clip_paths(video, len(segments), args.clips):
                if path in planned:
                    raise ValueError(
                        f'{planned[path]} and {video.filename}: clips of both would be '
                        f'{path}; cut them into different folders'
                    )
                planned[path] = video.filename
        check_not_overwritten([video.filename for video in videos], planned)
    write_phase_csv(args.out, dict(zip(names, found, strict=True)))
    for name, video, segments in zip(names, videos, found, strict=True):
        print(f'{name}: {describe(video, segments)}')
        if args.clips and segments:
            write_repetitions(video, segments, args.clips)
    print('written', args.out, *filter(None, [args.clips]))
    return 1 if left_out else 0


if __name__ == '__main__':
    sys.exit(main(repetitions, parser()))
