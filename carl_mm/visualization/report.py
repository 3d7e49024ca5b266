"""The pictures of an evaluation: alignment, similarity, retrieval, embeddings, loss."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from carl_mm.datasets.decoding import open_video
from carl_mm.functional import dtw
from carl_mm.visualization.aligned_video import write_aligned_video
from carl_mm.visualization.embedding import embedding_figure
from carl_mm.visualization.loss import loss_figure
from carl_mm.visualization.retrieval import retrieval_figure
from carl_mm.visualization.similarity import similarity_figure

NUM_NEIGHBOURS = 5
NUM_TRACKS = 6


@dataclass
class TestedVideo:
    """What the pictures need of one video.

    Attributes:
        filename: Where it lies.
        embedding: ``(T, D)`` float32, L2-normalised.
        labels: ``(T,)`` int64, -1 where unlabelled.
        fps: Frames a second.
    """

    filename: str
    embedding: np.ndarray
    labels: np.ndarray
    fps: float

    @property
    def name(self) -> str:
        """Short name for captions."""
        return Path(self.filename).stem

    @classmethod
    def from_prediction(cls, prediction: dict[str, Any]) -> 'TestedVideo':
        """Take a data sample's dict, as `tools/test.py --dump` writes it."""
        embedding = prediction['pred_embedding'].numpy()
        labels = prediction.get('gt_label')
        return cls(
            filename=prediction['filename'],
            embedding=embedding,
            labels=np.full(len(embedding), -1) if labels is None else labels.numpy(),
            fps=prediction['fps'],
        )


def write_pictures(
    videos: Sequence[TestedVideo], phases: Sequence[str], out_dir: str | Path
) -> list[Path]:
    """Write the pictures of at least two videos of one action, chosen by no merit.

    The first two are aligned; the query is the middle of the first one's second
    phase, or of the video.

    Args:
        videos: Test videos, each with a frame.
        phases: Names of the labels, may be empty.
        out_dir: Folder; made where absent.

    Returns:
        The files written.

    Raises:
        ValueError: Fewer than two videos.
    """
    if len(videos) < 2:
        raise ValueError(f'pictures need at least two test videos, got {len(videos)}')
    out_dir = Path(out_dir)
    out_dir.mkdir(parents=True, exist_ok=True)
    names = list(phases) or None
    a, b = videos[:2]
    path = dtw(1 - a.embedding @ b.embedding.T)
    files = [out_dir / 'aligned.mp4']
    write_aligned_video(
        files[0],
        _frames(a),
        _frames(b),
        path,
        a.fps,
        a.labels,
        b.labels,
        names,
        (a.name, b.name),
        fps_b=b.fps,
    )
    figures = {
        'similarity': similarity_figure(
            a.embedding,
            b.embedding,
            path,
            fps_a=a.fps,
            fps_b=b.fps,
            labels_a=a.labels,
            labels_b=b.labels,
            phases=names,
            title_a=a.name,
            title_b=b.name,
        ),
        'retrieval': _retrieval(videos, names),
        'embeddings': embedding_figure(
            [v.embedding for v in videos[:NUM_TRACKS]],
            [v.labels for v in videos[:NUM_TRACKS]],
            names,
            [v.name for v in videos[:NUM_TRACKS]],
        ),
    }
    for name, figure in figures.items():
        files.append(out_dir / f'{name}.png')
        figure.savefig(files[-1], dpi=120)
    return files


def write_loss_curve(work_dir: str | Path, out_dir: str | Path) -> Path:
    """Draw the losses that mmengine logged in a work dir, over all its runs.

    Raises:
        FileNotFoundError: Nothing was logged there.
    """
    losses: dict[int, float] = {}
    for file in sorted(Path(work_dir).glob('*/vis_data/scalars.json')):
        for line in file.read_text().splitlines():
            row = json.loads(line)
            if 'loss' in row:
                losses[row['step']] = row['loss']
    if not losses:
        raise FileNotFoundError(f'{work_dir}: no logged loss')
    out = Path(out_dir) / 'loss.png'
    out.parent.mkdir(parents=True, exist_ok=True)
    steps = sorted(losses)
    loss_figure(steps, [losses[step] for step in steps]).savefig(out, dpi=120)
    return out


def _frames(video: TestedVideo) -> np.ndarray:
    reader = open_video(video.filename)
    return reader.read(range(reader.num_frames))


def _retrieval(videos: Sequence[TestedVideo], phases: list[str] | None) -> Any:
    """Query one frame; of each other video the nearest, of these the five nearest."""
    query, others = videos[0], videos[1:]
    inside = np.flatnonzero(query.labels == 1)
    frame = int(inside[len(inside) // 2]) if len(inside) else len(query.labels) // 2
    found = []
    for video in others:
        similarity = video.embedding @ query.embedding[frame]
        nearest = int(similarity.argmax())
        found.append((float(similarity[nearest]), video, nearest))
    found.sort(key=lambda row: -row[0])
    found = found[:NUM_NEIGHBOURS]
    captions = [
        f'{_caption(video, nearest, phases)}\nsimilarity {similarity:.2f}'
        for similarity, video, nearest in found
    ]
    correct = None
    if query.labels[frame] >= 0:
        label = query.labels[frame]
        correct = [bool(video.labels[nearest] == label) for _, video, nearest in found]
    return retrieval_figure(
        _read(query, frame),
        [_read(video, nearest) for _, video, nearest in found],
        _caption(query, frame, phases),
        captions,
        correct,
    )


def _read(video: TestedVideo, frame: int) -> np.ndarray:
    return open_video(video.filename).read([frame])[0]


def _caption(video: TestedVideo, frame: int, phases: list[str] | None) -> str:
    text = f'{video.name}\n{frame / video.fps:.2f} s'
    if phases and video.labels[frame] >= 0:
        text += f', {phases[video.labels[frame]]}'
    return text
