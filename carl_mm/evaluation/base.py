"""What all frame-wise metrics share: collect videos, group by action, average."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import permutations
from typing import Any

import numpy as np
from mmengine.evaluator import BaseMetric
from mmengine.logging import print_log


@dataclass
class EmbeddedVideo:
    """One video's embeddings and labels.

    Attributes:
        filename: For messages.
        action: Its group; videos without one form a group of their own.
        split: 'train' (fits the probes) or another (is judged).
        view: Its camera, '' where none is named.
        labels: ``(T,)`` int64, -1 where unlabelled.
        embeddings: Name to ``(T, D)`` float32; '' is the model, others are controls.
    """

    filename: str
    action: str
    split: str
    view: str
    labels: np.ndarray
    embeddings: dict[str, np.ndarray] = field(repr=False)


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
    """

    action: str
    phases: list[str]
    train_embeddings: list[np.ndarray]
    train_labels: list[np.ndarray]
    test_embeddings: list[np.ndarray]
    test_labels: list[np.ndarray]
    train_views: list[str]
    test_views: list[str]


class FramewiseMetric(BaseMetric):
    """Base class: subclasses judge one action under one embedding.

    To add a metric, subclass, set ``keys`` and ``default_prefix``, and write
    `evaluate_action`. Results are means over actions; a control's key ends in its
    name, ``alignment/error_position`` say. The figures do not depend on the number of
    processes.

    Args:
        collect_device: 'gpu' gathers over the process group, also gloo's; 'cpu'
            through files below the working directory.
        prefix: Stands before the keys, by default the class's own.
    """

    keys: tuple[str, ...]

    def __init__(self, collect_device: str = 'gpu', prefix: str | None = None) -> None:
        super().__init__(collect_device, prefix)
        self._warned: set[str] = set()

    @abstractmethod
    def evaluate_action(self, videos: ActionVideos) -> dict[str, float]:
        """Judge one action; returns a value for each of ``keys``, NaN if undefined."""

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        """Keep one entry a video.

        Args:
            data_batch: Unused.
            data_samples: With pred_embedding ``(T, D)``, optionally controls,
                gt_label ``(T,)``, action and split, as `FramewiseRecognizer` gives.
        """
        for sample in data_samples:
            embeddings = {'': sample['pred_embedding'], **sample.get('controls', {})}
            length = len(sample['pred_embedding'])
            labels = sample.get('gt_label')
            video = EmbeddedVideo(
                filename=str(sample.get('filename')),
                action=sample.get('action') or '',
                split=sample.get('split') or 'test',
                view=sample.get('view') or '',
                labels=np.full(length, -1) if labels is None else labels.cpu().numpy(),
                embeddings={k: v.float().cpu().numpy() for k, v in embeddings.items()},
            )
            if len(video.labels) != length:
                raise ValueError(
                    f'{video.filename}: {length} embeddings, {len(video.labels)} labels'
                )
            self.results.append((sample.get('sample_idx', len(self.results)), video))

    def compute_metrics(self, results: list[tuple[int, EmbeddedVideo]]) -> dict:
        """Judge every embedding; runs on the main process."""
        self._warned.clear()
        # Samplers pad the last batch with repeated videos.
        videos = [video for _, video in sorted(dict(results).items())]
        for video in [v for v in videos if not len(v.labels)]:
            self._warn(f'{video.filename} has no frame and is left out')
        videos = [video for video in videos if len(video.labels)]
        names = dict.fromkeys(name for video in videos for name in video.embeddings)
        values: dict[str, float] = {}
        for name in names or ['']:
            suffix = f'_{name}' if name else ''
            for key, value in self._evaluate_embedding(videos, name).items():
                values[key + suffix] = float(value)
        return values

    def _evaluate_embedding(self, videos: list[EmbeddedVideo], name: str) -> dict:
        undefined = dict.fromkeys(self.keys, float('nan'))
        bad = [v.filename for v in videos if not np.isfinite(v.embeddings[name]).all()]
        if bad:
            which = name or 'model'
            self._warn(f'NaN or infinite embeddings ({which}) in: {", ".join(bad)}')
            return undefined
        rows = []
        for action in dict.fromkeys(video.action for video in videos):
            group = self._group([v for v in videos if v.action == action], name)
            if not group.test_embeddings:
                self._warn(f'action {action!r} has no video to judge')
                continue
            rows.append(self.evaluate_action(group))
            undefined_keys = [k for k in self.keys if np.isnan(rows[-1][k])]
            if undefined_keys and not name:
                self._warn(f'action {action!r}: {undefined_keys} undefined, left out')
        return {key: _mean([row[key] for row in rows]) for key in self.keys}

    def _group(self, videos: list[EmbeddedVideo], name: str) -> ActionVideos:
        train = [v for v in videos if v.split == 'train' and (v.labels >= 0).any()]
        test = [v for v in videos if v.split != 'train']
        phases = (self.dataset_meta or {}).get('phases', {})
        return ActionVideos(
            action=videos[0].action,
            phases=list(phases.get(videos[0].action, [])),
            train_embeddings=[v.embeddings[name] for v in train],
            train_labels=[v.labels for v in train],
            test_embeddings=[v.embeddings[name] for v in test],
            test_labels=[v.labels for v in test],
            train_views=[v.view for v in train],
            test_views=[v.view for v in test],
        )

    def _warn(self, message: str) -> None:
        """Warn once an evaluation: controls meet the same problems as the model."""
        if message in self._warned:
            return
        self._warned.add(message)
        print_log(f'{type(self).__name__}: {message}', logger='current', level=30)


def _mean(values: list[float]) -> float:
    """Return the mean of the defined values, NaN if there is none."""
    defined = [value for value in values if not np.isnan(value)]
    return float(np.mean(defined)) if defined else float('nan')


def view_pairs(views: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return the ordered pairs of two views, none without views.

    Raises:
        ValueError: Not two different names.
    """
    if views and len(set(views)) != 2:
        raise ValueError(f'views must be two different names, got {views}')
    return list(permutations(views, 2))
