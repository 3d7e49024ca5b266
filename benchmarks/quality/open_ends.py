r"""Judge which frames are found to have no counterpart in another video.

    python benchmarks/quality/open_ends.py WORKDIR ANNOTATIONS

Test videos of an annotation file are changed: content of other actions is put before
and after them, between their halves, or both; or only a part is left, which starts late
and ends early. Each changed video is embedded anew and aligned with whole videos of its
action. The table gives the F1 score of the frames without counterpart (frames of the
changed video, or of the whole one if a part is left), the share of all others that are
left out wrongly, and how often ends are found open; 'none' changes nothing.
"""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from carl_mm.apis import FramewiseInferencer, align
from carl_mm.datasets.video_io.open_video import open_video

CHANGES = ('none', 'around', 'between', 'both', 'part')
COLUMNS = ('change', 'F1', 'left out wrongly', 'found open', 'pairs')


def parse_args(arguments: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add('model', metavar='WORKDIR')
    add('annotations', type=Path, metavar='ANNOTATIONS')
    add('--videos', type=Path, help='folder of the videos (default: videos beside)')
    add('--per-action', type=int, default=3, help='videos of each action (default: 3)')
    add('--ends', choices=('auto', 'open'), default='auto')
    add('--seed', type=int, default=0)
    return parser.parse_args(arguments)


def read_videos(args: argparse.Namespace) -> dict[str, list[np.ndarray]]:
    """Read the frames ``(T, H, W, 3)`` of some test videos of each action."""
    folder = args.videos or args.annotations.parent / 'videos'
    found: dict[str, list[np.ndarray]] = {}
    for entry in json.loads(args.annotations.read_text())['data_list']:
        videos = found.setdefault(entry.get('action', ''), [])
        if entry.get('split') == 'test' and len(videos) < args.per_action:
            reader = open_video(folder / entry['filename'])
            videos.append(np.stack(list(reader.read(range(reader.num_frames)))))
    if len(found) < 2:
        raise ValueError(f'{args.annotations}: needs videos of two actions')
    return found


def changed(
    video: np.ndarray, others: list[np.ndarray], change: str, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Change a video.

    Returns:
        Its frames, and which frame of the video each is, -1 for other content.
    """
    length, (height, width) = len(video), video.shape[1:3]
    inds = np.arange(length)
    if change == 'part':
        start = rng.integers(length // 4, length // 2)
        inds = inds[start : start + max(3, length // 2)]
        return video[inds], inds

    def content() -> np.ndarray:
        other = others[rng.integers(len(others))]
        count = min(len(other), max(3, int(length * rng.uniform(0.2, 0.5))))
        start = rng.integers(len(other) - count + 1)
        frames = other[start : start + count]
        return np.stack([cv2.resize(frame, (width, height)) for frame in frames])

    half = rng.integers(length // 3, 2 * length // 3)
    parts, places = [video[:half], video[half:]], [inds[:half], inds[half:]]
    where = {'none': (), 'around': (2, 0), 'between': (1,), 'both': (2, 1, 0)}[change]
    for place in where:  # the last first, so that places stay
        parts.insert(place, content())
        places.insert(place, np.full(len(parts[place]), -1))
    return np.concatenate(parts), np.concatenate(places)


def judge(
    embed: Any, videos: dict[str, list[np.ndarray]], change: str, ends: str, seed: int
) -> list[str]:
    """Return a row of the table."""
    rng = np.random.default_rng(seed)
    hits = wrong = missed = others_count = 0
    is_open = []
    for action, own in videos.items():
        others = [v for name, part in videos.items() if name != action for v in part]
        wholes = [embed(video) for video in own]
        for index, video in enumerate(own):
            frames, places = changed(video, others, change, rng)
            other = embed(frames)
            for whole in wholes[:index] + wholes[index + 1 :]:
                found = align(whole, other, ends=ends)
                alone, truth = ~found.matched_b, places < 0
                if change == 'part':
                    alone = ~found.matched_a
                    share = np.arange(len(whole)) / len(whole) * len(video)
                    truth = (share < places[0]) | (share > places[-1])
                hits += int((alone & truth).sum())
                wrong += int((alone & ~truth).sum())
                missed += int((~alone & truth).sum())
                others_count += int((~truth).sum())
                is_open.append(found.ends == 'open')
    score = 2 * hits / max(1, 2 * hits + wrong + missed)
    f1 = '-' if change == 'none' else f'{score:.3f}'
    shares = wrong / max(1, others_count), np.mean(is_open)
    return [change, f1, *(f'{share:.3f}' for share in shares), str(len(is_open))]


def rows(args: argparse.Namespace) -> Iterator[list[str]]:
    """Yield the rows of the table."""
    inferencer = FramewiseInferencer(args.model)
    videos = read_videos(args)

    def embed(frames: np.ndarray) -> Any:
        return inferencer(frames, fps=25.0).embeddings

    yield list(COLUMNS)
    yield ['---'] * len(COLUMNS)
    for change in CHANGES:
        yield judge(embed, videos, change, args.ends, args.seed)


def main(arguments: list[str] | None = None) -> None:
    """Print the table, row by row."""
    for row in rows(parse_args(arguments)):
        print(f'| {" | ".join(row)} |', flush=True)


if __name__ == '__main__':
    main()
