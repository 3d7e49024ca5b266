"""What all frame-wise metrics share: collect videos, group by action, average."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np
from mmengine import dist
from mmengine.evaluator import BaseMetric
from mmengine.logging import print_log

from carl_mm.evaluation.action_videos import ActionVideos
from carl_mm.evaluation.gathering import EvaluatedVideo, Place, gather_videos


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
    judges_cuts = False  # True: `ActionVideos.cuts` is filled

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
                gt_label ``(T,)``, action, split, and cuts with pred_cuts, as
                `FramewiseRecognizer` gives.
        """
        for sample in data_samples:
            embeddings = {'': sample['pred_embedding'], **sample.get('controls', {})}
            length = len(sample['pred_embedding'])
            labels = sample.get('gt_label')
            labels = np.full(length, -1) if labels is None else labels.cpu().numpy()
            if len(labels) != length:
                raise ValueError(
                    f'{sample.get("filename")}: {length} embeddings, '
                    f'{len(labels)} labels'
                )
            place = sample.get('sample_idx', len(self.results))
            whole = EvaluatedVideo.from_sample(
                sample, labels, np.arange(length), embeddings
            )
            self.results.append(((place, ''), whole))
            cuts = sample.get('pred_cuts', {}) if self.judges_cuts else {}
            for name, parts in cuts.items():
                inds = np.asarray(sample['cuts'][name])
                cut = EvaluatedVideo.from_sample(sample, labels[inds], inds, parts)
                self.results.append(((place, name), cut))

    def evaluate(self, size: int) -> dict[str, float]:
        """Gather all videos and judge them; every process gets the figures.

        Args:
            size: Of the data set, unused: videos know their places.
        """
        values = self.compute_metrics(gather_videos(self.results))
        self.results.clear()
        prefix = f'{self.prefix}/' if self.prefix else ''
        return {prefix + key: value for key, value in values.items()}

    def compute_metrics(self, results: list[tuple[Place, EvaluatedVideo]]) -> dict:
        """Judge every embedding of every action, shared out over the processes.

        Args:
            results: Place and video; the same on every process.
        """
        self._warnings.clear()
        placed = dict(sorted(dict(results).items()))
        for video in [v for v in placed.values() if not len(v.labels)]:
            self._warn(f'{video.filename} has no frame and is left out')
        placed = {place: video for place, video in placed.items() if len(video.labels)}
        videos = [video for (_, cut), video in placed.items() if not cut]
        names = list(dict.fromkeys(n for video in videos for n in video.embeddings))
        actions = dict.fromkeys(video.action for video in videos)
        units = [(name, action) for name in names or [''] for action in actions]
        share = units[dist.get_rank() :: dist.get_world_size()]
        rows = self._share_out({unit: None for unit in share}, placed)
        values: dict[str, float] = {}
        for name in names or ['']:
            suffix = f'_{name}' if name else ''
            judged = [rows[name, action] for action in actions if rows[name, action]]
            more = [key for row in judged for key in row]
            for key in dict.fromkeys([*self.keys, *more]):
                values[key + suffix] = mean_of_defined(
                    [row[key] for row in judged if key in row]
                )
        return values

    def _share_out(
        self, units: dict[tuple[str, str], None], videos: dict[Place, EvaluatedVideo]
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
        self, videos: dict[Place, EvaluatedVideo], name: str, action: str
    ) -> dict[str, float]:
        """Judge one action under one embedding; empty without a video to judge."""
        embeddings = {
            place: video.embeddings[name]
            if name in video.embeddings
            # Of a control that sees each frame alone a cut has none of its own.
            else videos[place[0], ''].embeddings[name][video.frame_inds]
            for place, video in videos.items()
        }
        bad = {
            videos[place].filename: None
            for place, embedding in embeddings.items()
            if not np.isfinite(embedding).all()
        }
        if bad:
            which = name or 'model'
            self._warn(f'NaN or infinite embeddings ({which}) in: {", ".join(bad)}')
            return dict.fromkeys(self.keys, float('nan'))
        own = {place: v for place, v in videos.items() if v.action == action}
        groups = {
            cut: self._group([p for p in own if p[1] == cut], videos, embeddings)
            for cut in sorted({cut for _, cut in own})
        }
        group = groups.pop('')
        group.cuts = groups
        if not group.test_embeddings:
            self._warn(f'action {action!r} has no video to judge')
            return {}
        row = {key: float(v) for key, v in self.evaluate_action(group).items()}
        undefined_keys = [key for key in row if np.isnan(row[key])]
        if undefined_keys and not name:
            self._warn(f'action {action!r}: {undefined_keys} undefined, left out')
        return row

    def _group(
        self,
        places: list[Place],
        videos: dict[Place, EvaluatedVideo],
        embeddings: dict[Place, np.ndarray],
    ) -> ActionVideos:
        test = [p for p in places if videos[p].split != 'train']
        train = [p for p in places if videos[p].split == 'train']
        train = [p for p in train if (videos[p].labels >= 0).any()]
        action = videos[places[0]].action
        phases = (self.dataset_meta or {}).get('phases', {})
        return ActionVideos(
            action=action,
            phases=list(phases.get(action, [])),
            train_embeddings=[embeddings[p] for p in train],
            train_labels=[videos[p].labels for p in train],
            test_embeddings=[embeddings[p] for p in test],
            test_labels=[videos[p].labels for p in test],
            train_views=[videos[p].view for p in train],
            test_views=[videos[p].view for p in test],
            test_frame_inds=[videos[p].frame_inds for p in test],
            test_whole_labels=[videos[p[0], ''].labels for p in test],
        )

    def _warn(self, message: str) -> None:
        """Keep a warning, to be shown once: controls meet the model's problems too."""
        self._warnings[message] = None


def mean_of_defined(values: list[float]) -> float:
    """Return the mean of the defined values, NaN if there is none."""
    defined = [value for value in values if not np.isnan(value)]
    return float(np.mean(defined)) if defined else float('nan')
