r"""Phases carried from one, two and five clips: by alignment, or by a labeller.

    python tools/test.py configs/carl_folder.py CHECKPOINT --dump fold0.pkl
    python benchmarks/quality/carrying.py fold0.pkl fold1.pkl --actions golf squat

Labelled clips are drawn from the train videos of an action, and both are judged on all
of its test videos: `carry_phases`, and `PhaseLabeler` with its defaults. A single clip
is each train video once; of more there are eight draws. The event error is the distance
to the first frame of a phase or a later one, as a share of the video. The embeddings
are the model's and the backbone's features, less their mean over the video.
"""

import argparse
import pickle
from pathlib import Path

import numpy as np
from phase_labels import Labelled, labelled_video

from carl_mm.apis import PhaseLabeler
from carl_mm.apis.phases.carrying import carry_phases
from carl_mm.apis.phases.segments import PhaseSegment
from carl_mm.datasets.video_io.open_video import open_video
from carl_mm.evaluation.evaluated_video import CENTRED
from carl_mm.functional import phase_starts

EMBEDDINGS = {'': 'CARL', CENTRED: 'centred backbone'}
METHODS = ('alignment', 'labeller')
NUM_DRAWS = 8
Figures = tuple[float, float, float]  # accuracy, event error, confidence


def parse_args(arguments: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add('dumps', nargs='+', type=Path, help='of each fold, by tools/test.py --dump')
    add('--actions', nargs='+', help='actions to judge (default: all)')
    add('--labelled', nargs='+', type=int, default=[1, 2, 5], help='labelled clips')
    add('--embeddings', nargs='+', choices=EMBEDDINGS.values(), help='(default: all)')
    return parser.parse_args(arguments)


def read_dump(path: Path, action: str, name: str) -> tuple[list[Labelled], ...]:
    """Read the labelled train and test videos of an action."""
    found: tuple[list[Labelled], ...] = [], []
    for each in pickle.loads(path.read_bytes()):
        labels = each['gt_label'].numpy()
        if each['action'] != action or not (labels >= 0).any():
            continue
        video = open_video(each['filename'])
        known = {'labels': labels, 'timestamps': video.timestamps, 'fps': video.fps}
        place = 0 if each['split'] == 'train' else 1
        found[place].append(labelled_video({**each, **known}, name))
    return found


def dense(segments: list[PhaseSegment], length: int) -> np.ndarray:
    """Return the label of each frame, -1 where there is none."""
    labels = np.full(length, -1)
    for segment in segments:
        labels[segment.first_frame : segment.last_frame + 1] = segment.label
    return labels


def judge(segments: list[PhaseSegment], labels: np.ndarray, num: int) -> Figures:
    """Compare the segments of a video with its labels."""
    found, known = dense(segments, len(labels)), labels >= 0
    has = np.isin(np.arange(1, num), labels)
    starts = (phase_starts(each, num)[has] for each in (found, labels))
    gaps = np.abs(np.subtract(*starts))
    lengths = [s.last_frame - s.first_frame + 1 for s in segments]
    sure = np.average([s.confidence for s in segments], weights=lengths)
    accuracy = np.mean(found[known] == labels[known])
    return float(accuracy), float(gaps.mean() / len(labels)), float(sure)


def compare(
    train: list[Labelled], test: list[Labelled], count: int
) -> dict[str, list[Figures]]:
    """Judge both methods with some labelled clips, on all test videos of all draws."""
    rng = np.random.default_rng(0)
    draws = [rng.choice(len(train), count, False) for _ in range(NUM_DRAWS)]
    if count == 1:
        draws = [np.array([i]) for i in range(len(train))]
    num = 1 + max(int(labels.max()) for _, labels in train + test)
    names = [f'{label}' for label in range(num)]
    figures: dict[str, list[Figures]] = {method: [] for method in METHODS}
    for draw in draws:
        videos, labels = map(list, zip(*(train[i] for i in draw), strict=True))
        labeler = PhaseLabeler().fit(videos, labels, names)
        for video, truth in test:
            carried = carry_phases(videos, labels, names, video).segments
            for method, found in zip(
                METHODS, (carried, labeler.predict(video)), strict=True
            ):
                figures[method].append(judge(found, truth, num))
    return figures


def main(arguments: list[str] | None = None) -> None:
    """Print a row for each action, embedding, number of clips and method."""
    args = parse_args(arguments)
    seen = {e['action'] for path in args.dumps for e in pickle.loads(path.read_bytes())}
    heads = ('action', 'embedding', 'clips', 'method', 'frame accuracy', 'event error')
    print(f'| {" | ".join(heads)} | mean confidence |\n{"|---" * 7}|')
    for action in args.actions or sorted(seen):
        for name, label in EMBEDDINGS.items():
            if args.embeddings and label not in args.embeddings:
                continue
            folds = [read_dump(path, action, name) for path in args.dumps]
            for count in args.labelled:
                usable = [fold for fold in folds if len(fold[0]) >= count]
                found = [compare(*fold, count) for fold in usable]
                for method in METHODS if found else ():
                    means = [np.mean(each[method], axis=0) for each in found]
                    cells = [f'{value:.3f}' for value in np.mean(means, axis=0)]
                    row = (action, label, f'{count}', method, *cells)
                    print(f'| {" | ".join(row)} |', flush=True)


if __name__ == '__main__':
    main()
