"""What a metric judges at once."""

from dataclasses import dataclass, field
from itertools import permutations

import numpy as np


@dataclass
class ActionVideos:
    """The videos of one action under one embedding.

    Attributes:
        action: Its name.
        phases: Names, in temporal order; empty without labels.
        train_embeddings: Of the labelled train videos, ``(T, D)`` each.
        train_labels: ``(T,)`` int64 each.
        test_embeddings: Of the judged videos.
        test_labels: Of the judged videos.
        train_views: Of the labelled train videos, their cameras.
        test_views: Of the judged videos.
        test_frame_inds: Of the judged videos, ``(T,)`` int64: of a cut its frames in
            the whole video, else 0 to T - 1.
        test_whole_labels: Labels of all frames of the judged videos, also of cut ones.
        cuts: The judged videos once more, each cut: by the cut's name.
    """

    action: str
    phases: list[str]
    train_embeddings: list[np.ndarray]
    train_labels: list[np.ndarray]
    test_embeddings: list[np.ndarray]
    test_labels: list[np.ndarray]
    train_views: list[str]
    test_views: list[str]
    test_frame_inds: list[np.ndarray]
    test_whole_labels: list[np.ndarray]
    cuts: dict[str, 'ActionVideos'] = field(default_factory=dict)


def view_pairs(views: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return the ordered pairs of two views, none without views.

    Raises:
        ValueError: Not two different names.
    """
    if views and len(set(views)) != 2:
        raise ValueError(f'views must be two different names, got {views}')
    return list(permutations(views, 2))
