"""Pair metrics and probes at Penn Action's size, against plain loops."""

from itertools import permutations

import numpy as np
from parts.timing import median_seconds, timed
from scipy.spatial.distance import cdist
from scipy.stats import kendalltau
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import r2_score

import carl_mm.functional as F  # noqa: N812

NUM_ACTIONS, NUM_TRAIN, NUM_TEST = 13, 88, 74
NUM_FRAMES, CHANNELS, NUM_PHASES, STRIDE = 70, 128, 4, 2
TOPK = (5, 10, 15)
Videos = tuple[list[np.ndarray], list[np.ndarray]]


def make_videos(count: int, seed: int) -> Videos:
    """Draw unit embeddings that move through phases, and their labels."""
    centres = np.random.default_rng(0).normal(size=(NUM_PHASES, CHANNELS))
    rng = np.random.default_rng([1, seed])
    embeddings, labels = [], []
    for _ in range(count):
        label = np.sort(rng.integers(0, NUM_PHASES, NUM_FRAMES))
        drift = rng.normal(size=(NUM_FRAMES, CHANNELS)).cumsum(axis=0) / 10
        video = centres[label] + drift + rng.normal(size=drift.shape)
        video /= np.linalg.norm(video, axis=1, keepdims=True)
        embeddings.append(video.astype(np.float32))
        labels.append(label)
    return embeddings, labels


def our_pairs(test: Videos) -> dict[str, float]:
    """Judge all pairs with this package."""
    embeddings, labels = test
    progress = [F.phase_progress(label, NUM_PHASES) for label in labels]
    events = [F.phase_boundaries(label, NUM_PHASES) for label in labels]
    whole = [i for i, event in enumerate(events) if event is not None]
    tau, nan_share = F.kendalls_tau(embeddings, STRIDE)
    precision = F.precision_at_k(embeddings, labels, TOPK, STRIDE)
    return {
        'kendalls_tau': tau,
        'nan_share': nan_share,
        **{f'ap@{k}': value for k, value in precision.items()},
        'error': F.alignment_error(embeddings, progress),
        'event_error': F.event_error(
            [embeddings[i] for i in whole], [events[i] for i in whole]
        ),
    }


def reference_pairs(test: Videos) -> dict[str, float]:
    """Judge them pair by pair and frame by frame, as the published code does."""
    embeddings = [video.astype(np.float64) for video in test[0]]
    labels = test[1]
    strided = [video[::STRIDE] for video in embeddings]
    taus = []
    for a, b in permutations(strided, 2):
        nearest = cdist(a, b, 'sqeuclidean').argmin(axis=1)
        taus.append(kendalltau(np.arange(len(a)), nearest).statistic)
    precisions: dict[int, list[float]] = {k: [] for k in TOPK}
    for i, queries in enumerate(strided):
        others = np.concatenate(strided[:i] + strided[i + 1 :])
        truth = np.concatenate([x[::STRIDE] for x in labels[:i] + labels[i + 1 :]])
        hits: dict[int, list[float]] = {k: [] for k in TOPK}
        for query, label in zip(queries, labels[i][::STRIDE], strict=True):
            order = cdist(query[None], others, 'sqeuclidean')[0].argsort(kind='stable')
            for k in TOPK:
                hits[k].append(np.mean(truth[order[:k]] == label))
        for k in TOPK:
            precisions[k].append(np.mean(hits[k]))
    progress = [F.phase_progress(label, NUM_PHASES) for label in labels]
    events = [F.phase_boundaries(label, NUM_PHASES) for label in labels]
    errors, event_errors = [], []
    for i, j in permutations(range(len(embeddings)), 2):
        a, b = embeddings[i], embeddings[j]
        nearest = cdist(a, b, 'sqeuclidean').argmin(axis=1)
        errors.append(np.abs(progress[i] - progress[j][nearest]).mean())
        if events[i] is not None and events[j] is not None:
            found = cdist(a[events[i]], b, 'sqeuclidean').argmin(axis=1)
            event_errors.append(np.mean(np.abs(found - events[j]) / len(b)))
    return {
        'kendalls_tau': np.nanmean(taus),
        'nan_share': np.isnan(taus).mean(),
        **{f'ap@{k}': np.mean(values) for k, values in precisions.items()},
        'error': np.mean(errors),
        'event_error': np.mean(event_errors),
    }


def our_probes(train: Videos, test: Videos) -> dict[str, float]:
    """Fit the probes with this package."""
    return {
        'acc': F.phase_classification(*train, *test),
        'r2': F.phase_progression(*train, *test, NUM_PHASES),
    }


def reference_probes(train: Videos, test: Videos) -> dict[str, float]:
    """Fit them with scikit-learn's defaults."""
    frames, truth = np.concatenate(train[0]), np.concatenate(train[1])
    classifier = LogisticRegression(max_iter=100_000).fit(frames, truth)
    accuracy = classifier.score(np.concatenate(test[0]), np.concatenate(test[1]))
    scores = []
    for phase in range(NUM_PHASES - 1):
        data = []
        for embeddings, labels in (train, test):
            has = [i for i, label in enumerate(labels) if phase in label]
            time = [
                (np.arange(len(labels[i])) - np.flatnonzero(labels[i] == phase)[-1])
                / len(labels[i])
                for i in has
            ]
            data.append(np.concatenate([embeddings[i] for i in has]))
            data.append(np.concatenate(time))
        predicted = LinearRegression().fit(data[0], data[1]).predict(data[2])
        scores.append(r2_score(data[3], predicted))
    return {'acc': accuracy, 'r2': float(np.mean(scores))}


def run(repeats: int = 3) -> dict:
    """Time both sides on all actions, and check that their figures agree.

    Args:
        repeats: Number of runs of our side, of which the median counts.

    Raises:
        ValueError: A figure differs.
    """
    sides = {'ours': 0.0, 'reference': 0.0}
    probes = {'ours': 0.0, 'reference': 0.0}
    for action in range(NUM_ACTIONS):
        train, test = (
            make_videos(NUM_TRAIN, action),
            make_videos(NUM_TEST, 100 + action),
        )
        seconds, ours = median_seconds(lambda t=test: our_pairs(t), repeats)
        sides['ours'] += seconds
        seconds, reference = timed(lambda t=test: reference_pairs(t))
        sides['reference'] += seconds
        check_equal(ours, reference, 1e-9)
        seconds, ours = median_seconds(
            lambda a=train, b=test: our_probes(a, b), repeats
        )
        probes['ours'] += seconds
        seconds, reference = median_seconds(
            lambda a=train, b=test: reference_probes(a, b), repeats
        )
        probes['reference'] += seconds
        check_equal(ours, reference, 2e-3)
    return {
        **sides,
        'ratio': sides['reference'] / sides['ours'],
        'probes': {**probes, 'ratio': probes['ours'] / probes['reference']},
    }


def check_equal(ours: dict, reference: dict, tolerance: float) -> None:
    """Raise ValueError where the figures of the two sides differ."""
    for key, value in reference.items():
        if not abs(ours[key] - value) <= tolerance:
            raise ValueError(f'{key}: ours {ours[key]}, reference {value}')
