"""Embeddings of a movement that is repeated, with pauses between."""

import numpy as np

DIM = 12


def cycle(length, dim=DIM):
    """One repetition, (length, dim): a closed curve that does not cross itself."""
    turn = np.linspace(0, 2 * np.pi, length, endpoint=False)
    waves = [f(k * turn) / k for k in (1, 2, 3) for f in (np.cos, np.sin)]
    mix = np.random.default_rng(7).normal(size=(len(waves), dim))
    return np.stack(waves, axis=1) @ mix


def loop(lengths, pauses, noise=0.05, seed=0):
    """Repetitions of these lengths, each after a pause, and one at the end.

    Returns embeddings and the first and last frames of the repetitions.
    """
    pieces, spans, place = [], [], 0
    for length, pause in zip([*lengths, 0], pauses, strict=True):
        pieces.append(np.repeat(cycle(1), pause, axis=0))
        place += pause
        if length:
            spans.append((place, place + length - 1))
            pieces.append(cycle(length))
            place += length
    frames = np.concatenate(pieces)
    rng = np.random.default_rng(seed)
    return frames + noise * rng.normal(size=frames.shape), spans
