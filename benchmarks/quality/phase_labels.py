r"""Phases labelled from a few videos: CARL beside its controls.

    python tools/test.py configs/carl_synthetic.py work_dirs/demo/epoch_64.pth \
        --data-root data/synthetic --dump work_dirs/demo/embeddings.pkl
    python benchmarks/quality/phase_labels.py work_dirs/demo/embeddings.pkl

Draws five labelled train videos, fits `PhaseLabeler` to them with its defaults, which
it chooses on these five alone, and judges it on all test videos. There are five draws,
the same for every embedding. For golf, pass a file that tools/test.py --dump wrote and
--action golf_swing.

A boundary is the first frame of a phase. Its error is the distance to the first frame
that is labelled with that phase or a later one, in frames and in seconds.
"""

import argparse
import pickle
from pathlib import Path

import numpy as np
from golf_videos import named_embedding

from carl_mm.apis import PhaseLabeler, VideoEmbedding
from carl_mm.datasets.video_io.open_video import open_video
from carl_mm.evaluation.evaluated_video import CENTRED
from carl_mm.functional import phase_starts
from carl_mm.functional.phases.probe import with_change
from carl_mm.functional.warping.dtw import unit_rows

EMBEDDINGS = {'': 'CARL', 'position': 'position only', 'untrained': 'untrained'}
EMBEDDINGS |= {'backbone': 'backbone only', CENTRED: 'centred backbone'}
COLUMNS = {
    'accuracy': 'frame accuracy',
    'frame_by_frame': 'the same, without the chain',
    'frames': 'boundary error, frames',
    'median': 'median',
    'seconds': 'boundary error, s',
    'share': 'share of the video',
    'confidence': 'mean confidence',
}
Labelled = tuple[VideoEmbedding, np.ndarray]


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('embeddings', type=Path, help='written by tools/test.py --dump')
    parser.add_argument('--action', help='judge videos of this action alone')
    parser.add_argument(
        '--labelled', type=int, default=5, help='labelled videos in a draw'
    )
    parser.add_argument('--draws', type=int, default=5)
    parser.add_argument('--delta', type=int, default=3, help='argument of PhaseLabeler')
    parser.add_argument('--seed', type=int, default=0)
    return parser.parse_args()


def read_videos(path: Path, action: str | None) -> list[dict]:
    """Read the labelled videos, with all embeddings and time stamps."""
    predictions = pickle.loads(path.read_bytes())
    videos = []
    for prediction in predictions:
        labels = prediction['gt_label'].numpy()
        if action in (None, prediction['action']) and (labels >= 0).any():
            timestamps = open_video(prediction['filename']).timestamps
            videos.append({**prediction, 'labels': labels, 'timestamps': timestamps})
    return videos


def labelled_video(video: dict, name: str) -> Labelled:
    """Return one of a video's embeddings, and its labels."""
    embedding = named_embedding(video, name)
    unit = unit_rows(embedding).astype('f')
    made = VideoEmbedding(video['filename'], unit, video['timestamps'], video['fps'])
    return made, video['labels']


def judge(train: list[Labelled], test: list[Labelled], delta: int) -> dict[str, float]:
    """Fit to some videos; return figures on others, averaged over them."""
    num_phases = 1 + max(int(labels.max()) for _, labels in train + test)
    labeler = PhaseLabeler(delta=delta).fit(*map(list, zip(*train, strict=True)))
    figures: dict[str, list[float]] = {name: [] for name in COLUMNS}
    for video, labels in test:
        segments = labeler.predict(video)
        found = np.concatenate(
            [np.full(s.last_frame + 1 - s.first_frame, s.label) for s in segments]
        )
        known = labels >= 0
        probe, frames = (
            labeler.model.probe,
            with_change(video.embeddings, labeler.delta),
        )
        alone = probe.classes[probe.log_probs(frames).argmax(axis=1)]
        figures['accuracy'].append(np.mean(found[known] == labels[known]))
        figures['frame_by_frame'].append(np.mean(alone[known] == labels[known]))
        lengths = [s.last_frame + 1 - s.first_frame for s in segments]
        sure = np.average([s.confidence for s in segments], weights=lengths)
        figures['confidence'].append(float(sure))
        has = np.isin(np.arange(1, num_phases), labels)
        starts = (phase_starts(given, num_phases)[has] for given in (found, labels))
        guess, truth = starts
        gaps = np.abs(guess - truth)
        times = np.append(video.timestamps, video.timestamps[-1] + 1 / video.fps)
        figures['frames'].append(gaps.mean())
        figures['median'].append(float(np.median(gaps)))
        figures['seconds'].append(np.abs(times[guess] - times[truth]).mean())
        figures['share'].append(gaps.mean() / len(video))
    return {name: float(np.mean(values)) for name, values in figures.items()}


def table(rows: dict[str, list[dict[str, float]]]) -> str:
    """Return a Markdown table: mean and spread over draws, one row an embedding."""
    heads = ['', *COLUMNS.values()]
    lines = ['| ' + ' | '.join(heads) + ' |', '|---' * len(heads) + '|']
    for name, label in EMBEDDINGS.items():
        cells = []
        for key in COLUMNS:
            values = np.array([draw[key] for draw in rows[name]])
            spread = f'{values.std():.3f}; {values.min():.3f} to {values.max():.3f}'
            cells.append(f'{values.mean():.3f} ({spread})')
        lines.append(f'| {label} | ' + ' | '.join(cells) + ' |')
    return '\n'.join(lines)


def main() -> None:
    """Fit and judge, one draw after the other."""
    args = parse_args()
    videos = read_videos(args.embeddings, args.action)
    train = [video for video in videos if video['split'] == 'train']
    test = [video for video in videos if video['split'] != 'train']
    rng = np.random.default_rng(args.seed)
    draws = [rng.choice(len(train), args.labelled, False) for _ in range(args.draws)]
    print(
        f'{args.labelled} of {len(train)} labelled train videos, {len(test)} test '
        f'videos, {args.draws} draws; (standard deviation; range) over draws'
    )
    rows = {
        name: [
            judge(
                [labelled_video(train[i], name) for i in draw],
                [labelled_video(video, name) for video in test],
                args.delta,
            )
            for draw in draws
        ]
        for name in EMBEDDINGS
    }
    print(table(rows))
    gain = [
        a['accuracy'] - b['accuracy']
        for a, b in zip(rows[''], rows['position'], strict=True)
    ]
    print(f'CARL beats position by {np.mean(gain):.3f} ({min(gain):.3f} at least)')


if __name__ == '__main__':
    main()
