"""Draw sheets of evaluated videos: an alignment with others, a retrieval."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from carl_mm.functional.warping.dtw import cosine_dtw
from carl_mm.visualization.figures.alignment_sheet import alignment_figure
from carl_mm.visualization.figures.retrieval import retrieval_figure
from carl_mm.visualization.parts.alignment_path import aligned_frame_inds
from carl_mm.visualization.tested_video import TestedVideo

NUM_MOMENTS = 6
NUM_ALIGNED = 4
NUM_NEIGHBOURS = 5
MAX_ALIGNED_FRAMES = 2000  # a longer video is aligned at every k-th frame


def alignment_sheet(
    videos: Sequence[TestedVideo], phases: Sequence[str] | None = None
) -> Figure:
    """Draw frames of the first video above the frames aligned to them in the next.

    Args:
        videos: At least two videos of one action, of which the first five are drawn.
        phases: Names of the phases.

    Raises:
        ValueError: There are fewer than two videos.
    """
    _check_number(videos)
    reference, others = videos[0], videos[1 : NUM_ALIGNED + 1]
    length = len(reference.embedding)
    count = min(NUM_MOMENTS, length)
    moments = ((np.arange(count) + 0.5) / count * length).astype(int)
    matches = [moments, *(_matches(reference, video, moments) for video in others)]
    shown = list(zip([reference, *others], matches, strict=True))
    return alignment_figure(
        [video.read(frames.tolist()) for video, frames in shown],
        [
            [video.caption(i, phases) for i in frames.tolist()]
            for video, frames in shown
        ],
        [video.name for video, _ in shown],
        [
            [
                _mark(reference, a, video, b)
                for a, b in zip(moments.tolist(), frames.tolist(), strict=True)
            ]
            for video, frames in shown
        ],
    )


def retrieval_sheet(
    videos: Sequence[TestedVideo], phases: Sequence[str] | None = None
) -> Figure:
    """Draw a query frame, and the nearest frame of each of the five nearest videos.

    The query is the middle frame of the first video's second phase, or of the video.

    Args:
        videos: At least two videos of one action.
        phases: Names of the phases.

    Raises:
        ValueError: There are fewer than two videos.
    """
    _check_number(videos)
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
    return retrieval_figure(
        query.read([frame])[0],
        [video.read([nearest])[0] for _, video, nearest in found],
        f'{query.name}\n{query.caption(frame, phases)}',
        [
            f'{video.name}\n{video.caption(nearest, phases)}\n'
            f'similarity {similarity:.2f}'
            for similarity, video, nearest in found
        ],
        [_mark(query, frame, video, nearest) for _, video, nearest in found],
    )


def _check_number(videos: Sequence[TestedVideo]) -> None:
    if len(videos) < 2:
        raise ValueError(f'pictures need at least two test videos, got {len(videos)}')


def _matches(a: TestedVideo, b: TestedVideo, frames: np.ndarray) -> np.ndarray:
    """Find the frames of b that are aligned to ``frames`` of a."""
    steps = [-(-len(v.embedding) // MAX_ALIGNED_FRAMES) for v in (a, b)]
    thin_a, thin_b = a.embedding[:: steps[0]], b.embedding[:: steps[1]]
    inds = aligned_frame_inds(cosine_dtw(thin_a, thin_b), len(thin_a), len(thin_b))
    return np.asarray(inds[frames // steps[0]] * steps[1])


def _mark(a: TestedVideo, frame_a: int, b: TestedVideo, frame_b: int) -> bool | None:
    label_a, label_b = int(a.labels[frame_a]), int(b.labels[frame_b])
    return None if label_a < 0 or label_b < 0 else label_a == label_b
