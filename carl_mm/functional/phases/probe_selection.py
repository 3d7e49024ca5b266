"""Choose the strengths of the phase probe and its chain on held-out videos."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from carl_mm.functional._inputs import Floats, Ints, to_labelled
from carl_mm.functional.phases.probe import PhaseProbe, fit_phase_probe
from carl_mm.functional.phases.segmentation import most_likely_segments, segment_labels

L2_PENALTIES = (10.0, 3.0, 1.0, 0.3, 0.1, 0.03, 0.01)
SWITCH_COSTS = (1.0, 3.0, 10.0, 30.0)
MAX_FOLDS = 10


def choose_strengths(
    embeddings: Sequence[Any],
    labels: Sequence[Any],
    ordered: bool = False,
    l2_penalties: Sequence[float] = L2_PENALTIES,
    switch_costs: Sequence[float] = SWITCH_COSTS,
) -> tuple[float, float]:
    """Choose the probe's penalty, then the switching cost, on held-out videos.

    Each video is judged once by a probe fitted to the others; with more than ten
    videos, a tenth of them at once. The penalty maximizes the likelihood of the
    held-out labels, the cost the frame accuracy of `most_likely_segments`; ties go to
    the first. Held-out frames of a class that the other videos lack do not count.

    Args:
        embeddings: Embeddings of each video, ``(T_i, D)``, finite.
        labels: Integer labels of each video, ``(T_i,)``; frames with a negative label
            do not count.
        ordered: Whether labels must not descend, see `most_likely_segments`.
        l2_penalties: Penalties to choose from, see `fit_phase_probe`.
        switch_costs: Costs to choose from, in nats, see `most_likely_segments`.

    Returns:
        The penalty and the cost; those nearest to 1 if fewer than two videos are
        labelled, or none share a class.

    Raises:
        ValueError: Embeddings are not finite or lengths differ.

    Examples:
        >>> videos = [[[0.0], [0.1], [1.0]], [[0.1], [0.9], [1.1]]]
        >>> choose_strengths(videos, [[0, 0, 1], [0, 1, 1]])
        (0.01, 1.0)
    """
    pairs = zip(*to_labelled(embeddings, labels), strict=True)
    videos = [pair for pair in pairs if (pair[1] >= 0).any()]
    chosen = _nearest_to_one(l2_penalties)
    held_out: list[tuple[PhaseProbe, Floats, Ints]] = []
    highest = -np.inf
    for penalty in l2_penalties if len(videos) > 1 else ():
        judged = _hold_out(videos, penalty)
        fits = np.concatenate([_fit(*case) for case in judged])
        if len(fits) and fits.mean() > highest:
            highest, chosen, held_out = fits.mean(), penalty, judged
    if not held_out:
        return chosen, _nearest_to_one(switch_costs)
    accuracies = []
    for cost in switch_costs:
        hits = [_hits(*case, cost, ordered) for case in held_out]
        accuracies.append(float(np.mean(np.concatenate(hits))))
    return chosen, switch_costs[int(np.argmax(accuracies))]


def _hold_out(
    videos: list[tuple[Floats, Ints]], penalty: float
) -> list[tuple[PhaseProbe, Floats, Ints]]:
    """Return for each video the probe of others, its log-probabilities and labels."""
    num_folds = min(MAX_FOLDS, len(videos))
    judged = []
    for fold in range(num_folds):
        others = [video for i, video in enumerate(videos) if i % num_folds != fold]
        probe = fit_phase_probe(
            [frames for frames, _ in others], [label for _, label in others], penalty
        )
        for frames, labels in videos[fold::num_folds]:
            judged.append((probe, probe.log_probs(frames), labels))
    return judged


def _fit(probe: PhaseProbe, log_probs: Floats, labels: Ints) -> Floats:
    """Log-likelihood of each label that the probe knows."""
    known = np.isin(labels, probe.classes)
    column = np.searchsorted(probe.classes, labels[known])
    return np.asarray(log_probs[known, column])


def _hits(
    probe: PhaseProbe, log_probs: Floats, labels: Ints, cost: float, ordered: bool
) -> Floats:
    """Whether each label that the probe knows is found."""
    segments = most_likely_segments(log_probs, cost, ordered)
    found = probe.classes[segment_labels(segments)]
    known = np.isin(labels, probe.classes)
    return np.asarray(found[known] == labels[known], dtype=np.float64)


def _nearest_to_one(values: Sequence[float]) -> float:
    return min(values, key=lambda value: abs(np.log(value)) if value else np.inf)
