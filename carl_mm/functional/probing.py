"""Linear probes on frozen embeddings."""

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import r2_score

from carl_mm.functional._inputs import Floats, Ints, to_labelled


def phase_classification(
    train_embeddings: Sequence[Any],
    train_labels: Sequence[Any],
    test_embeddings: Sequence[Any],
    test_labels: Sequence[Any],
) -> float:
    """Accuracy on the test frames of a logistic regression on the train frames.

    Multinomial, lbfgs, C = 1. Test frames of a phase that no train video has count,
    as wrong. With one phase in training, that phase is predicted everywhere.

    Args:
        train_embeddings: Of each video ``(T_i, D)``, finite.
        train_labels: Of each video ``(T_i,)`` integers; negative frames are left out.
        test_embeddings: Likewise.
        test_labels: Likewise.

    Returns:
        In [0, 1]; NaN without a labelled train or test frame.

    Raises:
        ValueError: NaN embeddings or lengths that differ.
    """
    train = _labelled_frames(train_embeddings, train_labels, 'train ')
    test = _labelled_frames(test_embeddings, test_labels, 'test ')
    if train is None or test is None:
        return float('nan')
    phases = np.unique(train[1])
    if len(phases) == 1:
        return float((test[1] == phases[0]).mean())
    classifier = LogisticRegression(max_iter=100_000).fit(*train)
    return float(classifier.score(*test))


def phase_progression(
    train_embeddings: Sequence[Any],
    train_labels: Sequence[Any],
    test_embeddings: Sequence[Any],
    test_labels: Sequence[Any],
    num_phases: int,
) -> float:
    """Mean R squared of linear regressions on the time to each phase's end.

    For each of the first C - 1 phases the target is (t - last frame of the phase) /
    T; t and T count all frames. A video that lacks the phase is left out of its
    target; a target without train or test videos is dropped with a warning.

    Args:
        train_embeddings: Of each video ``(T_i, D)``, finite.
        train_labels: Of each video ``(T_i,)`` integers; negative frames are left out.
        test_embeddings: Likewise.
        test_labels: Likewise.
        num_phases: C.

    Returns:
        At most 1; NaN without any target.

    Raises:
        ValueError: NaN embeddings or lengths that differ.
    """
    train = to_labelled(train_embeddings, train_labels, 'train ')
    test = to_labelled(test_embeddings, test_labels, 'test ')
    scores = []
    for phase in range(num_phases - 1):
        fitted, judged = _time_to_end(*train, phase), _time_to_end(*test, phase)
        if fitted is None or judged is None:
            where = 'train' if fitted is None else 'test'
            warnings.warn(
                f'phase {phase} is in no {where} video: its progression is dropped',
                stacklevel=2,
            )
            continue
        predicted = LinearRegression().fit(*fitted).predict(judged[0])
        scores.append(r2_score(judged[1], predicted))
    return float(np.mean(scores)) if scores else float('nan')


def _labelled_frames(
    embeddings: Sequence[Any], labels: Sequence[Any], split: str
) -> tuple[Floats, Ints] | None:
    """Concatenate the labelled frames of all videos."""
    videos, values = to_labelled(embeddings, labels, split)
    kept = [label >= 0 for label in values]
    if not any(mask.any() for mask in kept):
        return None
    frames = [video[mask] for video, mask in zip(videos, kept, strict=True)]
    truth = [label[mask] for label, mask in zip(values, kept, strict=True)]
    return np.concatenate(frames), np.concatenate(truth)


def _time_to_end(
    videos: list[Floats], labels: list[Ints], phase: int
) -> tuple[Floats, Floats] | None:
    """Labelled frames of the videos that have a phase, and their targets."""
    frames, targets = [], []
    for video, label in zip(videos, labels, strict=True):
        inside = np.flatnonzero(label == phase)
        if len(inside):
            time = (np.arange(len(label)) - inside[-1]) / len(label)
            frames.append(video[label >= 0])
            targets.append(time[label >= 0])
    return (np.concatenate(frames), np.concatenate(targets)) if frames else None
