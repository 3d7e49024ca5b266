"""What all frame-wise metrics share: collect videos, group by action, average."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Any

import numpy as np
from mmengine import dist
from mmengine.evaluator import BaseMetric
from mmengine.logging import print_log

from carl_mm.evaluation.gathering import EmbeddedVideo, gather_videos


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
    name, ``alignment/error_position`` say. The processes share out the actions and
    embeddings; the figures do not depend on their number.

    Args:
        collect_device: Of mmengine's metrics, unused: arrays are gathered over the
            process group, gloo's or nccl's.
        prefix: Stands before the keys, by default the class's own.
    """

    keys: tuple[str, ...]

    def __init__(self, collect_device: str = 'gpu', prefix: str | None = None) -> None:
        super().__init__(collect_device, prefix)
        self._warnings: dict[str, None] = {}

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

    def evaluate(self, size: int) -> dict[str, float]:
        """Gather all videos and judge them; every process gets the figures.

        Args:
            size: Of the data set, unused: videos know their places.
        """
        values = self.compute_metrics(gather_videos(self.results))
        self.results.clear()
        prefix = f'{self.prefix}/' if self.prefix else ''
        return {prefix + key: value for key, value in values.items()}

    def compute_metrics(self, results: list[tuple[int, EmbeddedVideo]]) -> dict:
        """Judge every embedding of every action, shared out over the processes.

        Args:
            results: Place in the data set, and video; the same on every process.
        """
        self._warnings.clear()
        videos = [video for _, video in sorted(dict(results).items())]
        for video in [v for v in videos if not len(v.labels)]:
            self._warn(f'{video.filename} has no frame and is left out')
        videos = [video for video in videos if len(video.labels)]
        names = list(dict.fromkeys(n for video in videos for n in video.embeddings))
        actions = dict.fromkeys(video.action for video in videos)
        units = [(name, action) for name in names or [''] for action in actions]
        share = units[dist.get_rank() :: dist.get_world_size()]
        rows = self._share_out({unit: None for unit in share}, videos)
        values: dict[str, float] = {}
        for name in names or ['']:
            suffix = f'_{name}' if name else ''
            judged = [rows[name, action] for action in actions if rows[name, action]]
            for key in self.keys:
                values[key + suffix] = _mean([row[key] for row in judged])
        return values

    def _share_out(
        self, units: dict[tuple[str, str], None], videos: list[EmbeddedVideo]
    ) -> dict[tuple[str, str], dict[str, float]]:
        """Judge this process's units; returns all processes', raises any's error."""
        rows, problem = {}, None
        try:
            for name, action in units:
                rows[name, action] = self._evaluate_unit(videos, name, action)
        except Exception as error:  # noqa: BLE001  (else the others would wait for ever)
            problem = error
        parts = dist.all_gather_object((rows, problem, self._warnings))
        for _, problem, _ in parts:
            if problem is not None:
                raise problem
        for message in dict.fromkeys(m for _, _, part in parts for m in part):
            text = f'{type(self).__name__}: {message}'
            print_log(text, logger='current', level=30)
        return {unit: row for part, _, _ in parts for unit, row in part.items()}

    def _evaluate_unit(
        self, videos: list[EmbeddedVideo], name: str, action: str
    ) -> dict[str, float]:
        """Judge one action under one embedding; empty without a video to judge."""
        bad = [v.filename for v in videos if not np.isfinite(v.embeddings[name]).all()]
        if bad:
            which = name or 'model'
            self._warn(f'NaN or infinite embeddings ({which}) in: {", ".join(bad)}')
            return dict.fromkeys(self.keys, float('nan'))
        group = self._group([v for v in videos if v.action == action], name)
        if not group.test_embeddings:
            self._warn(f'action {action!r} has no video to judge')
            return {}
        row = {key: float(v) for key, v in self.evaluate_action(group).items()}
        undefined_keys = [key for key in self.keys if np.isnan(row[key])]
        if undefined_keys and not name:
            self._warn(f'action {action!r}: {undefined_keys} undefined, left out')
        return row

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
        """Keep a warning, to be shown once: controls meet the model's problems too."""
        self._warnings[message] = None


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
