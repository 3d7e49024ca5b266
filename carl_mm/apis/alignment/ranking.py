"""Which of many videos a video is best compared with."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from carl_mm.apis.alignment.align import EmbeddingLike, align
from carl_mm.apis.alignment.alignment import Alignment
from carl_mm.functional._inputs import Floats, to_embeddings

PARTS = 6  # into which a video is cut, to be put together in another order
NUM_SHUFFLES = 4
LEAST_Z = 1.645  # of what aligns: a normal null reaches it in one case of twenty
UNRELATED_Z = 1.0  # below it: what other moments, or another order, reach as well


@dataclass(frozen=True, eq=False)
class RankedVideo:
    """How well a video aligns with the one that many are compared with.

    Attributes:
        index: Place of the video among those that were given.
        alignment: Its alignment; the chosen video is a.
        z: By how many standard deviations the score exceeds the mean of the null: the
            scores of the chosen video with all of the others, played backward or in six
            parts in another order.
        is_like: Whether z is at least 1.645 and a frame has a counterpart; if not, the
            videos are not to be aligned.
    """

    index: int
    alignment: Alignment
    z: float
    is_like: bool

    @property
    def doubt(self) -> str:
        """Whether to doubt the alignment: '', 'weak' or 'unrelated'.

        'unrelated' if no frame has a counterpart or z is below 1; 'weak' below 1.645.
        """
        if self.is_like:
            return ''
        is_weak = self.alignment.alignable and self.z >= UNRELATED_Z
        return 'weak' if is_weak else 'unrelated'


@dataclass(frozen=True)
class ScoreNull:
    """Scores of a video with others that are played in another order.

    Attributes:
        mean: Their mean.
        deviation: Their standard deviation.
    """

    mean: float
    deviation: float

    @classmethod
    def of(
        cls,
        video: EmbeddingLike,
        others: Sequence[EmbeddingLike],
        seed: int = 0,
        stride: int | None = None,
    ) -> 'ScoreNull':
        """Align a video with others, each backward and in parts in another order.

        Args:
            video: The chosen video; a `VideoEmbedding`, or embeddings ``(N, D)``.
            others: The others, likewise; at least one. More of them tell more.
            seed: Seed of the orders.
            stride: Every how many frames are aligned, see `align`.
        """
        rng = np.random.default_rng(seed)
        scores = [
            align(frames, changed, ends='auto', stride=stride).score
            for frames, other in (_frames(video, other) for other in others)
            for changed in _in_other_order(other, rng)
        ]
        return cls(float(np.mean(scores)), float(np.std(scores)))

    def judge(self, index: int, alignment: Alignment) -> RankedVideo:
        """Say how well an alignment of the video stands out from these scores."""
        z = (alignment.score - self.mean) / max(self.deviation, 1e-6)
        is_like = alignment.alignable and z >= LEAST_Z
        return RankedVideo(index, alignment, z, is_like)


def rank_by_alignment(
    video: EmbeddingLike,
    others: Sequence[EmbeddingLike],
    seed: int = 0,
    stride: int | None = None,
    max_null_videos: int | None = None,
) -> list[RankedVideo]:
    """Sort videos by how well they align with a chosen one, the best first.

    Args:
        video: The chosen video; a `VideoEmbedding`, or embeddings ``(N, D)``.
        others: The videos to sort, likewise; at least one. The more there are, the
            better the null is known.
        seed: Seed of the orders of the null.
        stride: Every how many frames are aligned, see `align`.
        max_null_videos: Number of the others, evenly spaced, that the null is made of
            at most; by default all. Of a few, ranking takes a sixth of the time.

    Raises:
        ValueError: There is no other video, or see `align`.

    Example:
        >>> import numpy as np
        >>> from carl_mm.apis import rank_by_alignment
        >>> moments = np.eye(12)
        >>> ranked = rank_by_alignment(moments, [moments[::-1], moments[1:]])
        >>> [(each.index, each.is_like) for each in ranked]
        [(1, True), (0, False)]
    """
    if not others:
        raise ValueError('no video to align with')
    count = min(len(others), max_null_videos or len(others))
    places = np.linspace(0, len(others) - 1, count).round().astype(int)
    null = ScoreNull.of(video, [others[i] for i in places], seed, stride)
    ranked = [
        null.judge(index, align(video, other, stride=stride))
        for index, other in enumerate(others)
    ]
    return sorted(ranked, key=lambda each: (-each.alignment.score, each.index))


def _frames(video: EmbeddingLike, other: EmbeddingLike) -> tuple[Floats, Floats]:
    arrays = [v.embeddings if hasattr(v, 'embeddings') else v for v in (video, other)]
    first, second = to_embeddings(arrays)
    return first, second


def _in_other_order(frames: Floats, rng: np.random.Generator) -> Iterator[Floats]:
    """Yield a video backward, and with its parts in other orders."""
    yield frames[::-1]
    for _ in range(NUM_SHUFFLES):
        length = max(1, round(len(frames) / PARTS))
        first = int(rng.integers(length))
        parts = np.split(frames, range(first, len(frames), length))
        order = rng.permutation(len(parts))
        yield np.concatenate([parts[place] for place in order])
