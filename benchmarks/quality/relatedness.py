"""Whether the score of an alignment tells related videos from unrelated ones."""

from collections.abc import Sequence
from itertools import combinations
from typing import Any, ClassVar

import numpy as np
from mmaction.registry import METRICS
from mmengine.evaluator import BaseMetric
from sklearn.metrics import roc_auc_score

from carl_mm.apis import align
from carl_mm.evaluation.evaluated_video import (
    BACKBONE,
    CENTRED,
    MODEL,
    predicted_embeddings,
)
from carl_mm.functional import centred


@METRICS.register_module()
class Relatedness(BaseMetric):
    """Area under the ROC curve of `Alignment.score`, two videos of one action or not.

    Keys are ``ACTION/alignment/relatedness``, over the pairs of judged videos with one
    of the action, and those of the controls, ``..._NAME``. There are none where all
    videos are of one action.
    """

    default_prefix: ClassVar[str] = 'action'  # unused, but missed with a warning

    def __init__(self) -> None:
        super().__init__(collect_device='cpu')

    def process(self, data_batch: Any, data_samples: Sequence[dict[str, Any]]) -> None:
        """Keep the embeddings of each judged video."""
        for sample in data_samples:
            if sample['split'] != 'train':
                embeddings = predicted_embeddings(sample)
                if BACKBONE in embeddings:
                    embeddings[CENTRED] = centred(embeddings[BACKBONE])
                self.results.append((sample['action'], embeddings))

    def compute_metrics(self, results: list[Any]) -> dict[str, float]:
        """Do nothing: `evaluate` does, as there is no prefix."""
        return {}

    def evaluate(self, size: int) -> dict[str, float]:
        """Align all pairs under every embedding."""
        actions = [action for action, _ in self.results]
        found = {}
        if len(set(actions)) > 1:
            for name in self.results[0][1]:
                videos = [embeddings[name] for _, embeddings in self.results]
                suffix = '' if name == MODEL else f'_{name}'
                for action, area in areas(videos, actions).items():
                    found[f'{action}/alignment/relatedness{suffix}'] = area
        self.results.clear()
        return found


def areas(videos: Sequence[np.ndarray], actions: Sequence[str]) -> dict[str, float]:
    """Compute the area of each action that has two videos."""
    pairs = list(combinations(range(len(videos)), 2))
    scores = np.array([align(videos[i], videos[j]).score for i, j in pairs])
    related = np.array([actions[i] == actions[j] for i, j in pairs])
    found = {}
    for action in dict.fromkeys(actions):
        chosen = np.array([action in (actions[i], actions[j]) for i, j in pairs])
        if related[chosen].any():
            found[action] = float(roc_auc_score(related[chosen], scores[chosen]))
    return found
