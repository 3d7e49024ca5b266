"""A linear probe of phases."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import log_softmax
from sklearn.linear_model import LogisticRegression
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
    """Softmax of a linear map, with every class as likely beforehand as the others.

    Attributes:
        classes: ``(C,)`` int64, ascending.
        weight: ``(C, D)``.
        bias: ``(C,)``.
    """

    classes: Ints
    weight: Floats
    bias: Floats

    def log_probs(self, embeddings: ArrayOrTensor) -> Floats:
        """Log-probabilities of the classes at each frame.

        Args:
            embeddings: ``(T, D)``, finite.

        Returns:
            ``(T, C)``, in nats.

        Raises:
            ValueError: Another D, or NaN or infinite values.
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
    """Put beside each embedding its change around the frame.

    ``[x_t, x_(t + delta) - x_(t - delta)]``; frames past the ends are the first and
    the last. Two phases alike in a still frame differ in what moves.

    Args:
        embeddings: ``(T, D)``, finite.
        delta: In frames; 0 puts nothing beside them.

    Returns:
        ``(T, 2 D)`` float64, or ``(T, D)``.

    Raises:
        ValueError: Not ``(T, D)``, not finite, or a negative ``delta``.
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
    """Multinomial logistic regression on labelled frames, then equal class priors.

    The logarithm of a class's share of the frames is taken off its bias: a chain of
    frames weighs p(frame | class), which is p(class | frame) / p(class).

    Args:
        embeddings: Of each video ``(T_i, D)``, finite.
        labels: Of each video ``(T_i,)`` integers; negative frames are left out.
        l2_penalty: Half the weight of the squared weights beside the sum of the
            frames' losses; > 0.

    Returns:
        The probe; of one class only, it is certain of it.

    Raises:
        ValueError: No labelled frame, NaN embeddings, lengths that differ, or a
            penalty that is not positive.
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
