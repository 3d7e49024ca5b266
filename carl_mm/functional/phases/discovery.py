"""Phases shared by many videos, found without labels."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from carl_mm.functional._inputs import Floats, to_embeddings
from carl_mm.functional.phases.transport import transport_phases

PLACE_WEIGHT = 2.0  # chosen on golf, jumping jacks and generated videos, see quality.md
LEAST_CHANGE = 1e-4


class SharedPhases(NamedTuple):
    """Phases that were found.

    Attributes:
        prototypes: What each phase shows, ``(K, D)``, L2-normalised.
        probabilities: Probability of each phase at each frame of each video, ``(T_i,
            K)``.
    """

    prototypes: Floats
    probabilities: list[Floats]


def discover_shared_phases(
    embeddings: Sequence[Any],
    num_phases: int,
    places: Sequence[Any] | None = None,
    place_weight: float = PLACE_WEIGHT,
    seed: int = 0,
    num_rounds: int = 15,
) -> SharedPhases:
    r"""Find phases that all videos share, with prototypes that are learnt.

    In turn frames are shared out to phases by `transport_phases` with the costs 1 -
    cos(x_i, p_j), and each prototype p_j becomes the mean of the frames by their shares
    in it. Where the place of each frame in the course of the action is known, r |place
    - (j + 1/2) / K| is added to the costs: phases then come in order. A prior of the
    place in the video's own time, as in the paper, would assume that all videos go
    through the action at one pace; a clock that is common to them does not.

    Args:
        embeddings: Embeddings of each video, ``(T_i, D)``, T_i >= 1, finite.
        num_phases: Number of phases K, >= 1.
        places: Place of each frame of each video in the action, ``(T_i,)`` in [0, 1];
            None if phases may come in any order, be missing or come again.
        place_weight: Weight r of the places, >= 0.
        seed: Seed of k-means, which finds the first prototypes where there are no
            places.
        num_rounds: Largest number of rounds, >= 1.

    Returns:
        The phases, in the order of the mean place of their frames, in the action or
        else in their video.

    Raises:
        ValueError: There is no video, one has no frame, numbers are not finite, or
            lengths or options do not fit.

    Examples:
        >>> import numpy as np
        >>> video = np.repeat(np.eye(3), [5, 9, 6], axis=0)
        >>> found = discover_shared_phases([video, video[3:]], num_phases=3)
        >>> found.probabilities[1].argmax(axis=1).tolist()
        [0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2]
    """
    videos = [normalized(video) for video in to_embeddings(embeddings)]
    known = None if places is None else [np.asarray(p, np.float64) for p in places]
    _check(videos, known, num_phases, place_weight, num_rounds)
    if known is None:
        prototypes = _cluster(np.concatenate(videos), num_phases, seed)
    else:
        first = [np.minimum((p * num_phases).astype(int), num_phases - 1) for p in known]
        prototypes = _means(videos, [np.eye(num_phases)[f] for f in first], None)
    for _ in range(num_rounds):
        shares = [
            share_out(video, prototypes, known and known[index], place_weight)
            for index, video in enumerate(videos)
        ]
        before, prototypes = prototypes, _means(videos, shares, prototypes)
        if np.abs(prototypes - before).max() < LEAST_CHANGE:
            break
    if known is None:
        order = np.argsort(_mean_places(shares), kind='stable')
        prototypes, shares = prototypes[order], [share[:, order] for share in shares]
    return SharedPhases(prototypes, shares)


def share_out(
    video: Floats,
    prototypes: Floats,
    places: Floats | None = None,
    place_weight: float = PLACE_WEIGHT,
) -> Floats:
    """Return the probability of each phase at each frame of a video, ``(T, K)``.

    Args:
        video: Its embeddings, ``(T, D)``, L2-normalised.
        prototypes: What each phase shows, ``(K, D)``, L2-normalised.
        places: Place of each frame in the action, ``(T,)``; None for any order.
        place_weight: Weight of the places.
    """
    costs = 1 - video @ prototypes.T
    if places is not None:
        middles = (np.arange(len(prototypes)) + 0.5) / len(prototypes)
        costs = costs + place_weight * np.abs(places[:, None] - middles)
    return transport_phases(costs)


def normalized(video: Floats) -> Floats:
    """Return the rows at length 1; rows of zeros stay."""
    lengths = np.linalg.norm(video, axis=1, keepdims=True)
    return np.asarray(video / np.maximum(lengths, np.finfo(np.float64).tiny))


def _cluster(frames: Floats, num_phases: int, seed: int) -> Floats:
    from sklearn.cluster import KMeans  # slow to import

    distinct = len(np.unique(frames, axis=0))
    num_clusters = min(num_phases, distinct)
    model = KMeans(num_clusters, n_init=5, random_state=seed).fit(frames)
    # Fewer frames that differ than phases: some phases stay empty.
    spare = np.zeros((num_phases - num_clusters, frames.shape[1]))
    return normalized(np.concatenate([model.cluster_centers_, spare]))


def _means(
    videos: list[Floats], shares: list[Floats], before: Floats | None
) -> Floats:
    sums = [share.T @ video / len(video) for share, video in zip(shares, videos, strict=True)]
    means = normalized(np.sum(sums, axis=0))
    if before is not None:
        empty = ~means.any(axis=1)
        means[empty] = before[empty]
    return means


def _mean_places(shares: list[Floats]) -> Floats:
    middles = [(np.arange(len(share)) + 0.5) / len(share) for share in shares]
    joined, weights = np.concatenate(middles), np.concatenate(shares)
    return np.asarray(joined @ weights / np.maximum(weights.sum(axis=0), 1e-12))


def _check(
    videos: list[Floats],
    places: list[Floats] | None,
    num_phases: int,
    place_weight: float,
    num_rounds: int,
) -> None:
    lengths = [len(video) for video in videos]
    if not lengths or not all(lengths):
        raise ValueError(f'each video must have a frame, got videos of {lengths}')
    if num_phases < 1 or num_rounds < 1 or not 0 <= place_weight < np.inf:
        raise ValueError(
            'num_phases and num_rounds must be at least 1 and place_weight >= 0, got '
            f'{num_phases}, {num_rounds} and {place_weight}'
        )
    if places is None:
        return
    if [place.shape for place in places] != [(length,) for length in lengths]:
        shapes = [place.shape for place in places]
        raise ValueError(f'places of {lengths} frames have shapes {shapes}')
    if not all(((place >= 0) & (place <= 1)).all() for place in places):
        raise ValueError('places must be in [0, 1]')
