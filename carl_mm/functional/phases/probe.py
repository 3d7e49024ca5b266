"""A linear probe that gives probabilities of phases."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import log_softmax
from threadpoolctl import threadpool_limits

from carl_mm.functional._inputs import (
    ArrayOrTensor,
    Floats,
    Ints,
    to_embeddings,
    to_labelled,
)


@dataclass(frozen=True, eq=False)
class PhaseProbe:
    """Softmax of a linear map, under equal class priors.

    Attributes:
        classes: ``(C,)`` int64, the labels of the classes, ascending.
        weight: ``(C, D)``.
        bias: ``(C,)``.

    Examples:
        >>> probe = PhaseProbe(np.array([0, 2]), np.eye(2), np.zeros(2))
        >>> probe.log_probs([[0.0, 5.0]]).argmax(axis=1).tolist()
        [1]
    """

    classes: Ints
    weight: Floats
    bias: Floats

    def log_probs(self, embeddings: ArrayOrTensor) -> Floats:
        """Compute the log-probability of each class at each frame.

        Args:
            embeddings: ``(T, D)``, finite.

        Returns:
            ``(T, C)``, in nats.

        Raises:
            ValueError: D is another than that of the probe, or a value is not finite.
        """
        (frames,) = to_embeddings([embeddings])
        if frames.shape[1] != self.weight.shape[1]:
            raise ValueError(
                f'embeddings of {frames.shape[1]} channels, but the probe was fitted '
                f'to {self.weight.shape[1]}'
            )
        logits = frames @ self.weight.T + self.bias
        return np.asarray(log_softmax(logits, axis=1))


def with_change(embeddings: ArrayOrTensor, delta: int) -> Floats:
    """Append to each embedding its change around the frame.

    The result is ``[x_t, x_(t + delta) - x_(t - delta)]``, where the first and last
    frames stand in for those past the ends. Phases that look alike in a still frame
    can differ in their motion.

    Args:
        embeddings: ``(T, D)``, finite.
        delta: Distance of the compared frames, in frames; 0 appends nothing.

    Returns:
        ``(T, 2 D)`` float64, or ``(T, D)`` for a ``delta`` of 0.

    Raises:
        ValueError: The embeddings are not a finite ``(T, D)``, or ``delta`` is
            negative.

    Examples:
        >>> with_change([[0.0], [1.0], [4.0]], delta=1).tolist()
        [[0.0, 1.0], [1.0, 4.0], [4.0, 3.0]]
    """
    (frames,) = to_embeddings([embeddings])
    if delta < 0:
        raise ValueError(f'delta must be >= 0 frames, got {delta}')
    if not delta:
        return frames
    inds = np.arange(len(frames))
    after = frames[np.minimum(inds + delta, len(frames) - 1)]
    before = frames[np.maximum(inds - delta, 0)]
    return np.concatenate([frames, after - before], axis=1)


def fit_phase_probe(
    embeddings: Sequence[Any], labels: Sequence[Any], l2_penalty: float = 1.0
) -> PhaseProbe:
    """Fit multinomial logistic regression to labelled frames, with equal class priors.

    The logarithm of a class's share of the frames is subtracted from its bias, as a
    chain of frames weighs p(frame | class), which is p(class | frame) / p(class) up to
    a factor.

    Args:
        embeddings: Embeddings of each video, ``(T_i, D)``, finite.
        labels: Integer labels of each video, ``(T_i,)``; frames with a negative label
            are left out.
        l2_penalty: Weight of half the squared weights beside the sum of the frames'
            losses; > 0.

    Returns:
        The probe; with one class only, it is certain of it.

    Raises:
        ValueError: No frame is labelled, embeddings are not finite, lengths differ, or
            the penalty is not positive.

    Examples:
        >>> probe = fit_phase_probe([[[0.0], [0.1], [1.0]]], [[3, 3, 5]])
        >>> probe.classes[probe.log_probs([[0.9]]).argmax(axis=1)].tolist()
        [5]
    """
    if not 0 < l2_penalty < np.inf:
        raise ValueError(f'l2_penalty must be positive, got {l2_penalty}')
    videos, values = to_labelled(embeddings, labels)
    if not any((value >= 0).any() for value in values):
        raise ValueError(f'no frame of {len(videos)} videos is labelled')
    kept = [value >= 0 for value in values]
    frames = np.concatenate([v[mask] for v, mask in zip(videos, kept, strict=True)])
    truth = np.concatenate([v[mask] for v, mask in zip(values, kept, strict=True)])
    classes, counts = np.unique(truth, return_counts=True)
    if len(classes) == 1:
        return PhaseProbe(classes, np.zeros((1, frames.shape[1])), np.zeros(1))
    from sklearn.linear_model import LogisticRegression  # slow to import

    with threadpool_limits(1):  # others would cost more than they compute
        # The weights lie in the frames' span: of wide frames these are coordinates.
        is_wide = frames.shape[1] > len(frames)
        basis = np.linalg.qr(frames.T)[0] if is_wide else None
        model = LogisticRegression(C=1 / l2_penalty, max_iter=100_000)
        model.fit(frames if basis is None else frames @ basis, truth)
    weight, bias = model.coef_, model.intercept_
    weight = weight if basis is None else weight @ basis.T
    if len(classes) == 2:  # scikit-learn keeps the second class's alone
        weight = np.concatenate([np.zeros_like(weight), weight])
        bias = np.concatenate([np.zeros_like(bias), bias])
    return PhaseProbe(classes, weight, bias - np.log(counts / counts.sum()))
