"""Find where a video cuts to another scene and back."""

from collections.abc import Sequence

import numpy as np

from carl_mm.functional._inputs import Floats, Ints

REACH = 4  # frames on either side of a cut whose means are compared
MIN_FRAMES = 5  # of another scene
ROUNDING = 1e-6  # of the largest number: what differs by less is the same
MAX_CUTS = 128  # candidates: where a video jumps most


def scene_break(features: Floats) -> tuple[float, int, int]:
    """Find the segment that looks most like a cut to another scene and back.

    Three things tell such a segment: much of how the frames vary is the difference
    between it and the rest, the video jumps at both its ends, and it goes on after it
    where it stopped before. So the value of frames a to b - 1 is ``share + (min(jump_a,
    jump_b) - gap) / 2``: the share of the frames' variance that lies between the two
    groups; how far the means of the 4 frames before and after each end lie apart; and
    how far those before a and those from b on do, in root mean squares of the frames'
    distance from their mean.

    Args:
        features: What each frame shows, ``(T, D)``.

    Returns:
        The value, first frame a and end b of the segment, of 5 frames to half of the
        video; -inf, 0, 0 if the video is too short or does not change.
    """
    length = len(features)
    if length < 2 * REACH + MIN_FRAMES:
        return -np.inf, 0, 0
    centred = features - features.mean(axis=0)
    spread = float(np.sqrt((centred**2).sum(axis=1).mean()))
    if spread <= ROUNDING * np.abs(features).max():
        return -np.inf, 0, 0
    sums = np.concatenate([np.zeros((1, centred.shape[1])), centred.cumsum(axis=0)])
    sums /= spread
    places = np.arange(REACH, length - REACH + 1)
    before = (sums[places] - sums[places - REACH]) / REACH
    after = (sums[places + REACH] - sums[places]) / REACH
    jumps = np.linalg.norm(after - before, axis=1)
    kept = _highest_peaks(jumps)
    firsts, ends = np.triu_indices(len(kept), 1)
    counts = kept[ends] - kept[firsts]
    usable = (counts >= MIN_FRAMES) & (2 * counts <= length)
    firsts, ends, counts = kept[firsts[usable]], kept[ends[usable]], counts[usable]
    if not len(counts):
        return -np.inf, 0, 0
    inside = sums[places[ends]] - sums[places[firsts]]
    share = (inside**2).sum(axis=1) / (counts * (length - counts))
    gap = np.linalg.norm(after[ends] - before[firsts], axis=1)
    values = share + (np.minimum(jumps[firsts], jumps[ends]) - gap) / 2
    best = int(values.argmax())
    return float(values[best]), int(places[firsts[best]]), int(places[ends[best]])


def _highest_peaks(values: Floats) -> Ints:
    """Return the places of the highest local maxima, in order."""
    padded = np.concatenate([[-np.inf], values, [-np.inf]])
    peaks = np.flatnonzero((values >= padded[:-2]) & (values >= padded[2:]))
    highest = np.argsort(values[peaks], kind='stable')[::-1][:MAX_CUTS]
    return np.sort(peaks[highest])


def usual_break(references: Sequence[Floats], margin: float = 0.5) -> float:
    """Return the value above which a `scene_break` is more than good videos have.

    It is the highest of the references' values, and a part more of what lies between
    it and their median, as the next good video may have a higher one.

    Args:
        references: What each frame of each good video shows, ``(T_i, D)``.
        margin: The part of the difference that is added.
    """
    values = [scene_break(each)[0] for each in references]
    known = [value for value in values if np.isfinite(value)]
    if not known:
        return np.inf
    highest = max(known)
    return highest + margin * (highest - float(np.median(known)))


def scene_cuts(features: Floats, above: float) -> Floats:
    """Find the frames of other scenes, the clearest first, until none is left.

    Args:
        features: What each frame shows, ``(T, D)``.
        above: Value that a `scene_break` must exceed.

    Returns:
        ``(T,)`` bool.
    """
    found = np.zeros(len(features), dtype=bool)
    while True:
        kept = np.flatnonzero(~found)
        value, first, end = scene_break(features[kept])
        if not value > above:
            return found
        found[kept[first:end]] = True
