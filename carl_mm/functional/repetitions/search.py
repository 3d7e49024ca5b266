"""Find what a video repeats: the example that explains most of its motion."""

from collections import Counter
from typing import Any, NamedTuple

import numpy as np

from carl_mm.functional._inputs import Floats, Ints, to_embeddings
from carl_mm.functional.repetitions.time_scale import Explained, at_stride, explain

SHORTEST = 8  # frames of a repetition
STATES = 24  # frames of an example, at its time scale
LENGTHEN = 1.19  # from one length of examples to the next
OVERLAP, MAX_EXAMPLES = 3, 40  # of one length
MAX_FRAMES = 2000  # among which examples are chosen; more are searched by the best
LEAST_SHARE = 0.07  # of the motion; real clips of one movement reach 0.04
SHORTER, MUCH_SHORTER = 0.85, 0.6  # share for which an example may be that much shorter
GOOD = 0.9  # of the best share: examples that vote for the count


class Repetitions(NamedTuple):
    """The repetitions in a video.

    Attributes:
        firsts: First frame of each, ``(R,)`` int64, ascending.
        lasts: Last frame of each, included, ``(R,)`` int64, before the next first one.
        similarities: Mean cosine similarity with the one that is most like all, in [0,
            1], weighted by motion, ``(R,)``; that one's own is the others' mean.
    """

    firsts: Ints
    lasts: Ints
    similarities: Floats


class _Example(NamedTuple):
    share: float
    num_frames: int
    first: int  # in frames of the time scale, as is the length
    length: int
    stride: int
    found: Explained


def find_repetitions(embeddings: Any) -> Repetitions:
    """Cut a video into repetitions of what it does most, and what lies between.

    Parts of the video, of 8 frames to half of it, are tried as examples. Of each, the
    segments that run through it in order, faster or slower, are found by dynamic
    programming (`cut_by_example`). The example whose repetitions explain most of the
    video's motion is taken; nearly as good ones vote for the count. A movement of
    which two examples in a row are as good as one is taken once.

    Pauses, other movements and parts of a repetition belong to none. What is shown
    once alone is no repetition.

    Args:
        embeddings: ``(T, D)``, finite; T >= 3.

    Returns:
        At least two repetitions, or none.

    Raises:
        ValueError: There are fewer than 3 frames, or a value is not finite.

    Example:
        >>> import numpy as np
        >>> from carl_mm.functional import find_repetitions
        >>> once = np.append(np.zeros(20), np.linspace(0, 2 * np.pi, 40))
        >>> turn = np.tile(once, 5)
        >>> circles = np.stack([np.cos(turn), np.sin(turn)], axis=1)
        >>> len(find_repetitions(circles).firsts)
        5
    """
    (frames,) = to_embeddings([embeddings])
    if len(frames) < 3:
        raise ValueError(f'repetitions need at least 3 frames, got {len(frames)}')
    none = Repetitions(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))
    spread = np.abs(frames - frames.mean(axis=0)).max()
    if spread <= 1e-6 * np.abs(frames).max():
        return none
    start = max(0, (len(frames) - MAX_FRAMES) // 2)
    part = frames[start : start + MAX_FRAMES]
    examples = _examples(part)
    if not examples or examples[0].share < LEAST_SHARE:
        return none
    best = _choose(examples)
    found = best.found
    if len(part) < len(frames):
        offset = round((start + best.first * best.stride) / best.stride)
        found = explain(at_stride(frames, best.stride), offset, best.length)
    return _in_frames(found, best.stride, len(frames))


def _examples(frames: Floats) -> list[_Example]:
    """Try parts of a video as examples; the best first."""
    result = []
    scales = {}
    size = float(SHORTEST)
    while size <= len(frames) / 2:
        stride = max(1, round(size / STATES))
        if stride not in scales:
            scales[stride] = at_stride(frames, stride)
        scale = scales[stride]
        length = max(4, round(size / stride))
        last = len(scale.frames) - length
        count = min(MAX_EXAMPLES, last * OVERLAP // length + 1)
        for first in np.unique(np.linspace(0, last, count).astype(int)).tolist():
            found = explain(scale, first, length)
            if len(found.cuts.firsts) > 1:
                covered = length * stride
                new = _Example(found.share, covered, first, length, stride, found)
                result.append(new)
        size *= LENGTHEN
    return sorted(result, key=lambda example: -example.share)


def _choose(examples: list[_Example]) -> _Example:
    """Choose the best example of the count for which most good ones are."""
    best = examples[0]
    for example in examples:
        if example.share < SHORTER * best.share:
            break
        if example.num_frames <= MUCH_SHORTER * best.num_frames:
            best = example
    near = [
        example
        for example in examples
        if example.share >= GOOD * best.share
        and 0.5 <= example.num_frames / best.num_frames <= 2
    ]
    votes = Counter(len(example.found.cuts.firsts) for example in near)
    count = max(votes, key=lambda number: votes[number])
    return next(each for each in near if len(each.found.cuts.firsts) == count)


def _in_frames(found: Explained, stride: int, num_frames: int) -> Repetitions:
    """Return the repetitions in frames of the video."""
    similar = found.similarities.copy()
    itself = int(similar.argmax())
    similar[itself] = np.delete(similar, itself).mean()
    firsts = found.cuts.firsts * stride
    lasts = np.minimum((found.cuts.lasts + 1) * stride, num_frames) - 1
    return Repetitions(firsts, lasts, similar)
