"""Phases carried from a few labelled videos to others, by alignment."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from carl_mm.apis.alignment.align import align
from carl_mm.apis.alignment.alignment import Alignment
from carl_mm.apis.embedding.video_embedding import VideoEmbedding
from carl_mm.apis.phases.segments import PhaseSegment
from carl_mm.datasets.annotations import frame_labels
from carl_mm.functional._inputs import Floats
from carl_mm.functional.label_runs import label_runs
from carl_mm.functional.phases.segmentation import most_likely_segments

# Chosen on squats and golf swings, see benchmarks/quality/quality.md.
SCORE_SCALE = 0.03  # by how much the score of a source may be lower to weigh 1 / e
LEAST_CONFIDENCE, LEAST_SPREAD = 0.05, 0.05  # spread in frames
FLOOR = 1e-6  # of probabilities: a source may be wrong about a frame
Rows: TypeAlias = Mapping[str, Sequence[tuple[int, int, str]]]


@dataclass(frozen=True, eq=False)
class CarriedPhases:
    """Phases that a video was given by labelled ones.

    Attributes:
        segments: Runs of one phase, in order. Frames that match unlabelled ones are in
            none.
        source: Place of the labelled video that aligns best.
        score: Score of that alignment, in [0, 1].
    """

    segments: list[PhaseSegment]
    source: int
    score: float

    @property
    def doubt(self) -> float:
        """How doubtful the phases are, in [0, 1]: 1 - the mean confidence by frame."""
        lengths = [s.last_frame - s.first_frame + 1 for s in self.segments]
        if not lengths:
            return 1.0
        sure = np.average([s.confidence for s in self.segments], weights=lengths)
        return float(np.clip(1 - sure, 0, 1))


def carry_phases(
    labelled: Sequence[VideoEmbedding],
    labels: Sequence[np.ndarray],
    phases: Sequence[str],
    video: VideoEmbedding,
) -> CarriedPhases:
    """Carry phases from labelled videos to another one.

    Every labelled video is aligned with it. A match is as likely to be as many frames
    off as its confidence says (a Laplace distribution), which gives a probability of
    each phase at each frame; the labelled videos' are averaged with weights that fall
    with their score. Phases that come in order in all labelled videos do so in this
    one.

    Args:
        labelled: Labelled videos, at least one.
        labels: Label of each of their frames, ``(T_i,)`` integers, -1 where there is
            none.
        phases: Names of the phases, in temporal order.
        video: Video that gets them.

    Returns:
        The phases. Their confidence is the mean over the frames of the probability.

    Raises:
        ValueError: There is no labelled video or label, lengths differ, or videos were
            embedded by different models.

    Example:
        >>> import numpy as np
        >>> from carl_mm.apis import VideoEmbedding, carry_phases
        >>> labels = np.repeat([0, 1], [8, 12])
        >>> frames = np.eye(20, dtype=np.float32)
        >>> video = VideoEmbedding('a.mp4', frames, np.arange(20) / 10, fps=10.0)
        >>> found = carry_phases([video], [labels], ['reach', 'pour'], video)
        >>> [(s.phase, s.first_frame, s.last_frame) for s in found.segments]
        [('reach', 0, 7), ('pour', 8, 19)]
    """
    _check(labelled, labels, phases)
    found = [align(source, video) for source in labelled]
    scores = np.array([each.score for each in found])
    weights = np.exp((scores - scores.max()) / SCORE_SCALE)
    classes = sorted({int(label) for each in labels for label in np.unique(each)})
    chances = [_chances(*pair, classes) for pair in zip(found, labels, strict=True)]
    mean = np.average(chances, axis=0, weights=weights)
    known = [each[each >= 0] for each in labels]
    ordered = classes[0] >= 0 and all((np.diff(each) >= 0).all() for each in known)
    rows = most_likely_segments(np.log(mean + FLOOR), 0.0, ordered)
    segments = [
        PhaseSegment(
            first,
            last,
            phases[classes[column]],
            classes[column],
            float(mean[first : last + 1, column].mean()),
            *video.span_s(first, last),
        )
        for first, last, column in rows.tolist()
        if classes[column] >= 0
    ]
    best = int(scores.argmax())
    return CarriedPhases(segments, best, float(scores[best]))


def carry_to_all(
    rows: Rows,
    videos: Mapping[str, VideoEmbedding],
    names: Iterable[str],
    phases: Sequence[str] | None = None,
) -> Iterator[tuple[str, CarriedPhases]]:
    """Carry the phases of labelled videos to many, one after the other.

    Args:
        rows: Rows (first frame, last frame, phase) of each labelled video, by its name.
        videos: All videos, by their names.
        names: Names of the videos that get phases.
        phases: Names of the phases in order; by default by `phases_in_order`.

    Yields:
        The name of each video, and its phases.

    Raises:
        ValueError: See `carry_phases`.
    """
    lengths = {name: len(videos[name]) for name in rows}
    order = list(phases or phases_in_order(rows, lengths))
    labels = [
        frame_labels([(a, b, order.index(p)) for a, b, p in own], lengths[name])
        for name, own in rows.items()
    ]
    labelled = [videos[name] for name in rows]
    for name in names:
        yield name, carry_phases(labelled, labels, order, videos[name])


def _check(
    labelled: Sequence[VideoEmbedding],
    labels: Sequence[np.ndarray],
    phases: Sequence[str],
) -> None:
    for video, own in zip(labelled, labels, strict=True):
        if np.shape(own) != (len(video),):
            raise ValueError(
                f'{video.filename}: {len(video)} frames, but labels {np.shape(own)}'
            )
    highest = max((int(np.max(own, initial=-1)) for own in labels), default=-1)
    if highest < 0:
        raise ValueError(f'no frame of {len(labelled)} videos is labelled')
    if highest >= len(phases):
        raise ValueError(f'label {highest} is not one of the {len(phases)} phases')


def _chances(found: Alignment, labels: np.ndarray, classes: list[int]) -> Floats:
    """Return the probability of each class at each frame of b, ``(M, C)``."""
    middles = found.frame_inds_a.astype(np.float64)
    sure = np.clip(found.confidence_b, LEAST_CONFIDENCE, 1)
    spread = np.maximum(1 / sure - 1, LEAST_SPREAD)

    def below(frame: float) -> Floats:
        gap = (frame - middles) / spread
        tail = 0.5 * np.exp(-np.abs(gap))
        return np.asarray(np.where(gap < 0, tail, 1 - tail))

    chances = np.zeros((len(middles), len(classes)))
    for first, last, label in label_runs(labels).tolist():
        # What is before the first frame counts as it, and so at the end.
        low = 0.0 if first == 0 else below(first - 0.5)
        high = 1.0 if last == len(labels) - 1 else below(last + 0.5)
        chances[:, classes.index(label)] += high - low
    return chances


def phases_in_order(rows: Rows, lengths: Mapping[str, int]) -> list[str]:
    """Sort the names of phases by when they start on average, as shares of the videos.

    Args:
        rows: Rows (first frame, last frame, phase) of each video, by its name.
        lengths: Number of frames of each of these videos.
    """
    starts: dict[str, list[float]] = {}
    for name, its_rows in rows.items():
        for first, _, phase in its_rows:
            starts.setdefault(phase, []).append(first / lengths[name])
    return sorted(
        starts, key=lambda phase: (sum(starts[phase]) / len(starts[phase]), phase)
    )
