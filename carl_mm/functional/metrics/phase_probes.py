"""Probes of phases on frozen embeddings."""

import math
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from carl_mm.functional._inputs import Floats, Ints, to_labelled
from carl_mm.functional._threads import few_threads

CLASSIFIERS = 'logreg', 'svm'
SCORES = 'accuracy', 'weighted_f1'


def phase_classification(
    train_embeddings: Sequence[Any],
    train_labels: Sequence[Any],
    test_embeddings: Sequence[Any],
    test_labels: Sequence[Any],
    *,
    classifier: str = 'logreg',
    score: str = 'accuracy',
) -> float:
    """Score a classifier, fitted to the train frames, on the test frames.

    Test frames of a phase that no train video has count as wrong. With one phase in
    training, that phase is predicted everywhere.

    Args:
        train_embeddings: Embeddings of each train video, ``(T_i, D)``, finite.
        train_labels: Integer labels of each train video, ``(T_i,)``; frames with a
            negative label are left out.
        test_embeddings: Embeddings of each test video, ``(T_i, D)``, finite.
        test_labels: Integer labels of each test video, ``(T_i,)``; frames with a
            negative label are left out.
        classifier: 'logreg' is multinomial logistic regression by lbfgs with C = 1
            (CARL), 'svm' has a Gaussian kernel and C = 1 (TCC, LAV, AE2).
        score: 'accuracy', or 'weighted_f1', the mean of the phases' F1 scores weighted
            by their test frames (AE2).

    Returns:
        The score, in [0, 1]; NaN without a labelled train or test frame.

    Raises:
        ValueError: Embeddings are not finite, lengths differ, or an option is unknown.

    Examples:
        >>> train, test = [[[0.0], [0.2], [0.8], [1.0]]], [[[0.1], [0.9], [0.9]]]
        >>> phase_classification(train, [[0, 0, 1, 1]], test, [[0, 1, -1]])
        1.0
    """
    from sklearn import linear_model, metrics, svm  # slow to import

    check_classification_options(classifier, score)
    train = _labelled_frames(train_embeddings, train_labels, 'train ')
    test = _labelled_frames(test_embeddings, test_labels, 'test ')
    if train is None or test is None:
        return float('nan')
    if len(np.unique(train[1])) == 1:
        predicted = np.full_like(test[1], train[1][0])
    else:
        with few_threads(train[0]):
            svc, logreg = svm.SVC(), linear_model.LogisticRegression(max_iter=100_000)
            model = svc if classifier == 'svm' else logreg
            predicted = model.fit(*train).predict(test[0])
    if score == 'weighted_f1':
        f1 = metrics.f1_score(test[1], predicted, average='weighted', zero_division=0)
        return float(f1)
    return float(metrics.accuracy_score(test[1], predicted))


def check_classification_options(classifier: str, score: str) -> None:
    """Refuse an option that `phase_classification` does not know.

    Raises:
        ValueError: The option is unknown; names those that are known.
    """
    for name, value, known in (
        ('classifier', classifier, CLASSIFIERS),
        ('score', score, SCORES),
    ):
        if value not in known:
            raise ValueError(f'{name} must be one of {known}, got {value!r}')


def phase_progression(
    train_embeddings: Sequence[Any],
    train_labels: Sequence[Any],
    test_embeddings: Sequence[Any],
    test_labels: Sequence[Any],
    num_phases: int,
    *,
    include_last: bool = False,
    frame_number_scale: float = 0.0,
) -> float:
    """Mean R squared of linear regressions on the time to each phase's end.

    For each of the first C - 1 phases the target is (t - last frame of the phase) / T,
    where t and T count all frames. A video that lacks the phase is left out of its
    target; a target without train or test videos is dropped with a warning.

    Args:
        train_embeddings: Embeddings of each train video, ``(T_i, D)``, finite.
        train_labels: Integer labels of each train video, ``(T_i,)``; frames with a
            negative label are left out.
        test_embeddings: Embeddings of each test video, ``(T_i, D)``, finite.
        test_labels: Integer labels of each test video, ``(T_i,)``; frames with a
            negative label are left out.
        num_phases: Number of phases C.
        include_last: Make the last phase a target as well (AE2).
        frame_number_scale: If not 0, t times this is one more channel of every
            embedding (AE2 on Pour Liquid: 0.001), which tells what the targets ask.

    Returns:
        The mean, at most 1; NaN without any target.

    Raises:
        ValueError: Embeddings are not finite or lengths differ.

    Examples:
        >>> train, test = [[[0.0], [1.0], [2.0], [3.0]]], [[[1.0], [3.0]]]
        >>> round(phase_progression(train, [[0, 0, 1, 1]], test, [[0, 1]], 2), 3)
        1.0
    """
    train = to_labelled(train_embeddings, train_labels, 'train ')
    test = to_labelled(test_embeddings, test_labels, 'test ')
    if frame_number_scale:
        for videos, _ in (train, test):
            videos[:] = [_with_frame_numbers(v, frame_number_scale) for v in videos]
    from sklearn import linear_model, metrics  # slow to import

    # Phases that the same train videos have are targets of one regression: it costs
    # one decomposition of their frames, however many targets there are.
    together: dict[bytes, list[int]] = {}
    for phase in range(num_phases - (not include_last)):
        has, test_has = (_having(split[1], phase) for split in (train, test))
        if not has.any() or not test_has.any():
            where = 'test' if has.any() else 'train'
            warnings.warn(
                f'phase {phase} is in no {where} video: its progression is dropped',
                stacklevel=2,
            )
            continue
        together.setdefault(has.tobytes(), []).append(phase)
    scores: dict[int, float] = {}
    for phases in together.values():
        frames = _time_to_end(*train, phases[0])[0]
        targets = [_time_to_end(*train, phase)[1] for phase in phases]
        with few_threads(frames):
            regression = linear_model.LinearRegression()
            regression.fit(frames, np.stack(targets, axis=1))
            for column, phase in enumerate(phases):
                judged, truth = _time_to_end(*test, phase)
                predicted = regression.predict(judged)[:, column]
                scores[phase] = metrics.r2_score(truth, predicted)
    return float(np.mean([scores[p] for p in sorted(scores)])) if scores else math.nan


def _with_frame_numbers(video: Floats, scale: float) -> Floats:
    return np.column_stack((video, np.arange(len(video)) * scale))


def _labelled_frames(
    embeddings: Sequence[Any], labels: Sequence[Any], split: str
) -> tuple[Floats, Ints] | None:
    """Concatenate the labelled frames of all videos, None if there are none."""
    videos, values = to_labelled(embeddings, labels, split)
    kept = [label >= 0 for label in values]
    if not any(mask.any() for mask in kept):
        return None
    frames = [video[mask] for video, mask in zip(videos, kept, strict=True)]
    truth = [label[mask] for label, mask in zip(values, kept, strict=True)]
    return np.concatenate(frames), np.concatenate(truth)


def _having(labels: list[Ints], phase: int) -> npt.NDArray[np.bool_]:
    return np.array([bool((label == phase).any()) for label in labels], dtype=bool)


def _time_to_end(
    videos: list[Floats], labels: list[Ints], phase: int
) -> tuple[Floats, Floats]:
    """Return the labelled frames of videos that have a phase, and their targets."""
    frames, targets = [], []
    for video, label in zip(videos, labels, strict=True):
        inside = np.flatnonzero(label == phase)
        if len(inside):
            time = (np.arange(len(label)) - inside[-1]) / len(label)
            frames.append(video[label >= 0])
            targets.append(time[label >= 0])
    return np.concatenate(frames), np.concatenate(targets)
