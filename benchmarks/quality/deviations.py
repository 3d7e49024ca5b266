"""Are tampered phases found? The area under the ROC curve, beside the controls'.

    python benchmarks/quality/deviations.py --checkpoint work_dirs/demo/epoch_64.pth

Makes good videos of the demo's process, and videos in which one phase was tampered
with, embeds them with a checkpoint of `make demo`, and compares each tampered video
with 20 good ones that the encoder has not seen. Each video gives an area under the ROC
curve over its frames; the tables show the mean over 10 videos, and its range over three
such tens. The score was chosen on the videos of seeds 1, 3 and 4, and judged on 2, 5
and 6.
"""

import argparse
import json
import pickle
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
from golf_videos import named_embedding
from sklearn.metrics import roc_auc_score

from carl_mm.apis import DeviationDetector, VideoEmbedding
from carl_mm.datasets.synthetic.dataset import PROCESSES, render_video
from carl_mm.datasets.synthetic.tampering import KINDS, render_tampered_video
from carl_mm.datasets.video_io.video_writer import write_mp4
from carl_mm.evaluation.evaluated_video import CENTRED

CONFIG = 'configs/carl_synthetic.py'
EMBEDDINGS = {'': 'CARL', 'position': 'position only', 'backbone': 'backbone only'}
EMBEDDINGS[CENTRED] = 'centred backbone'
GOOD, REFERENCE = 'good', 'reference'
FPS = 25


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add(
        '--checkpoint',
        default='work_dirs/demo/epoch_64.pth',
        help='checkpoint of configs/carl_synthetic.py (default: that of make demo)',
    )
    add('--work-dir', default=Path('work_dirs/deviations'), type=Path)
    add(
        '--seed',
        type=int,
        default=2,
        help='seed of the videos; the score was chosen on 1, 3 and 4 (default: 2)',
    )
    add('--videos', type=int, default=10, help='videos in each mean (default: 10)')
    add('--tens', type=int, default=3, help='means for each kind (default: 3)')
    add(
        '--references',
        type=int,
        default=20,
        help='good videos to compare with (default: 20)',
    )
    return parser.parse_args()


def make_videos(args: argparse.Namespace, out: Path) -> dict[str, dict]:
    """Make the videos unless they exist; return what each is, by its file name."""
    truth_file = out / 'truth.json'
    if truth_file.exists():
        return json.loads(truth_file.read_text())
    cv2.setNumThreads(1)
    process = PROCESSES[0]
    counts = {kind: args.videos * args.tens for kind in KINDS}
    counts |= {GOOD: args.videos * args.tens, REFERENCE: args.references}
    truth: dict[str, dict] = {}
    for number, (kind, count) in enumerate(counts.items()):
        for index in range(count):
            rng = np.random.default_rng([args.seed, number, index])
            name = f'{kind.replace(" ", "_")}_{index:03d}.mp4'
            if kind in KINDS:
                video = render_tampered_video(process, kind, rng)
                frames, tampered = video.frames, video.tampered
            else:
                frames = np.stack(list(render_video(process, rng)[0]))
                tampered = np.zeros(len(frames), dtype=bool)
            # Key frames only, so that the same files come of the same settings.
            write_mp4(out / 'videos' / name, frames, FPS, keyframe_interval=1)
            truth[name] = {'kind': kind, 'tampered': tampered.astype(int).tolist()}
    entries = [
        {'filename': name, 'action': process.name, 'split': 'test'} for name in truth
    ]
    annotations = {'metainfo': {'phases': {}}, 'data_list': entries}
    (out / 'annotations.json').write_text(json.dumps(annotations))
    truth_file.write_text(json.dumps(truth))
    return truth


def embed(args: argparse.Namespace, out: Path) -> dict[str, dict[str, VideoEmbedding]]:
    """Embed all videos with the model and the controls.

    Returns:
        File name to its embeddings by name; the model's, named '', also holds the
        backbone's frame features.
    """
    dump = out / 'embeddings.pkl'
    if not dump.exists():
        command = [sys.executable, 'tools/test.py', CONFIG, args.checkpoint]
        command += ['--data-root', str(out), '--work-dir', str(out), '--dump']
        command += [str(dump), '--cfg-options', 'log_level=WARNING']
        subprocess.run([*command, 'test_evaluator=[]'], check=True)
    return {
        Path(prediction['filename']).name: {
            name: embedded(prediction, name) for name in EMBEDDINGS
        }
        for prediction in pickle.loads(dump.read_bytes())
    }


def embedded(prediction: dict, name: str) -> VideoEmbedding:
    """Return one of a video's embeddings, by its name in `EMBEDDINGS`."""
    embeddings = named_embedding(prediction, name)
    times = np.arange(len(embeddings)) / FPS
    features = None if name else prediction['frame_features'].numpy()
    return VideoEmbedding(
        prediction['filename'], embeddings, times, FPS, frame_features=features
    )


def judge(
    truth: dict[str, dict],
    embeddings: dict[str, dict[str, VideoEmbedding]],
    which: str,
) -> tuple[dict[str, list[float]], dict[str, list[bool]]]:
    """Return the areas for each kind of video, and whether a segment stands out."""

    def of(kind: str) -> list[str]:
        return [name for name in truth if truth[name]['kind'] == kind]

    detector = DeviationDetector([embeddings[name][which] for name in of(REFERENCE)])
    areas: dict[str, list[float]] = {kind: [] for kind in KINDS}
    flagged: dict[str, list[bool]] = {kind: [] for kind in (*KINDS, GOOD)}
    for kind in flagged:
        for name in of(kind):
            found = detector(embeddings[name][which])
            flagged[kind].append(bool(found.segments))
            if kind in KINDS:
                areas[kind].append(roc_auc_score(truth[name]['tampered'], found.scores))
    return areas, flagged


def main() -> None:
    """Make, embed, judge, and print the tables."""
    args = parse_args()
    out = args.work_dir / f'seed_{args.seed}'
    out.mkdir(parents=True, exist_ok=True)
    truth = make_videos(args, out)
    embeddings = embed(args, out)
    judged = {which: judge(truth, embeddings, which) for which in EMBEDDINGS}
    header = ' | '.join(EMBEDDINGS.values())
    print(f'\n| area under the ROC curve | {header} |')
    print('|---' * (len(EMBEDDINGS) + 1) + '|')
    for kind in KINDS:
        cells = []
        for areas, _ in judged.values():
            means = np.reshape(areas[kind], (-1, args.videos)).mean(axis=1)
            cells.append(f'{means.mean():.3f} ({means.min():.3f} to {means.max():.3f})')
        print(f'| {kind} | ' + ' | '.join(cells) + ' |')
    print(f'\n| videos in which a segment stands out | {header} |')
    print('|---' * (len(EMBEDDINGS) + 1) + '|')
    for kind in (GOOD, *KINDS):
        shares = [f'{np.mean(flagged[kind]):.2f}' for _, flagged in judged.values()]
        print(f'| {kind} | ' + ' | '.join(shares) + ' |')


if __name__ == '__main__':
    main()
