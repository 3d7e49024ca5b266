"""What all frame-wise metrics share: collect videos, group by action, average."""

from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from mmengine import dist
from mmengine.evaluator import BaseMetric
from mmengine.logging import print_log

from carl_mm.evaluation.action_videos import (
    ActionVideos,
    group_action,
    mean_of_defined,
    what_is_missing,
)
from carl_mm.evaluation.better_way import tell_directions
from carl_mm.evaluation.evaluated_video import (
    CENTRED,
    MODEL,
    EvaluatedVideo,
    Place,
    held_embedding,
    phase_names,
    placed_videos,
)
from carl_mm.evaluation.gathering import (
    Unit,
    gather_videos,
    judged_units,
    own_place,
    own_share,
)
from carl_mm.functional import centred
from carl_mm.heartbeat import beating, wait_for_all


class FramewiseMetric(BaseMetric):
    """Base class of metrics; a subclass judges one action under one embedding.

    To add a metric, subclass, set ``keys`` and ``default_prefix``, and write
    `evaluate_action`. Results are means over actions; the key of a control ends in its
    name, as in ``alignment/error_position``. Processes share the work out among
    themselves; results do not depend on their number.

    Attributes:
        keys: Names of the values that `evaluate_action` returns.
        larger_is_better: Starts of keys that are better when larger, for ``save_best``.
        smaller_is_better: Starts of keys that are better when smaller.
        needs_labels: Of which of 'train' and 'test' a video must have labels; without
            one the metric says so, once, and logs nothing.
        judges_cuts: Whether `ActionVideos.cuts` is to be filled.

    Args:
        collect_device: Accepted as by mmengine's metrics, but unused: an embedding goes
            to the process that judges it, on the CPU.
        prefix: Replaces ``default_prefix`` before the keys.
    """

    keys: tuple[str, ...]
    larger_is_better: tuple[str, ...] = ()
    smaller_is_better: tuple[str, ...] = ()
    needs_labels: tuple[str, ...] = ()
    judges_cuts = False

    def __init__(self, collect_device: str = 'gpu', prefix: str | None = None) -> None:
        super().__init__(collect_device, prefix)
        self._warnings: dict[str, None] = {}
        self._told: set[str] = set()  # in this run
        self._unplaced = 0  # samples that do not tell their place, of this process
        tell_directions(self.prefix, self.larger_is_better, self.smaller_is_better)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Tell mmengine which way the metric is better, before a hook asks."""
        super().__init_subclass__(**kwargs)
        tell_directions(cls.default_prefix, cls.larger_is_better, cls.smaller_is_better)

    @abstractmethod
    def evaluate_action(self, videos: ActionVideos) -> dict[str, float]:
        """Judge one action; return a value for each of ``keys``, NaN if undefined."""

    def process(self, data_batch: Any, data_samples: Sequence[dict[str, Any]]) -> None:
        """Keep the embeddings and labels of each video.

        Args:
            data_batch: Unused.
            data_samples: Dicts with pred_embedding ``(T, D)`` and optionally controls,
                gt_label ``(T,)``, action, split, cuts with pred_cuts and sample_idx.
        """
        for sample in data_samples:
            index = sample.get('sample_idx', own_place(self._unplaced))
            self._unplaced += 'sample_idx' not in sample
            self.results += placed_videos(sample, index, self.judges_cuts)

    def evaluate(self, size: int) -> dict[str, float]:
        """Gather all videos and judge them; every process gets the results.

        Args:
            size: Length of the data set, for samples without sample_idx.
        """
        wait_for_all('embedding the videos')
        limit = size if self._unplaced else None
        values = self.compute_metrics(gather_videos(self.results, limit))
        self.results.clear()
        self._unplaced = 0
        prefix = f'{self.prefix}/' if self.prefix else ''
        return {prefix + key: value for key, value in values.items()}

    def compute_metrics(
        self, results: list[tuple[Place, EvaluatedVideo]]
    ) -> dict[str, float]:
        """Judge every action under every embedding, sharing the work out.

        Args:
            results: Places and videos, the same on every process but for the embeddings
                that others judge, see `gather_videos`.
        """
        self._warnings.clear()
        placed = dict(sorted(dict(results).items()))
        for video in placed.values():
            if not len(video.labels):
                self._warn(f'{video.filename} has no frame and is left out')
        placed = {place: video for place, video in placed.items() if len(video.labels)}
        videos = [video for place, video in placed.items() if place == place.whole]
        if missing := what_is_missing(videos, self.needs_labels):
            if missing not in self._told:
                self._told.add(missing)
                text = f'{type(self).__name__}: {missing}, so it is left out'
                print_log(text, logger='current')  # usual for a folder of videos
            return {}
        units = judged_units(placed)
        names = dict.fromkeys(name for name, _ in units)
        actions = dict.fromkeys(action for _, action in units)
        rows = self._share_out(own_share(units), placed)
        values: dict[str, float] = {}
        for name in names:
            suffix = '' if name == MODEL else f'_{name}'
            judged = [rows[name, action] for action in actions if rows[name, action]]
            more = [key for row in judged for key in row]
            for key in dict.fromkeys([*self.keys, *more]):
                values[key + suffix] = mean_of_defined(
                    row[key] for row in judged if key in row
                )
        if any((video.labels >= 0).any() for video in videos):
            return values
        # Of stills, say: there are no labels to be missed, and a warning was logged.
        return {key: value for key, value in values.items() if not np.isnan(value)}

    def _share_out(
        self, units: Iterable[Unit], videos: Mapping[Place, EvaluatedVideo]
    ) -> dict[Unit, dict[str, float]]:
        """Judge this process's units; return those of all, or raise any's error."""
        rows, problem = {}, None
        try:
            with beating():
                for name, action in units:
                    rows[name, action] = self._evaluate_unit(videos, name, action)
        except Exception as error:  # noqa: BLE001  (else the others would wait for ever)
            problem = error
        wait_for_all(f'judging by {type(self).__name__}')
        parts = dist.all_gather_object((rows, problem, self._warnings))
        for _, problem, _ in parts:
            if problem is not None:
                raise problem
        for message in dict.fromkeys(m for _, _, part in parts for m in part):
            text = f'{type(self).__name__}: {message}'
            print_log(text, logger='current', level=30)
        return {unit: row for part, _, _ in parts for unit, row in part.items()}

    def _evaluate_unit(
        self, videos: Mapping[Place, EvaluatedVideo], name: str, action: str
    ) -> dict[str, float]:
        """Judge one action under one embedding; empty without a video to judge."""
        embeddings = {place: held_embedding(videos, place, name) for place in videos}
        broken = [p for p, held in embeddings.items() if not np.isfinite(held).all()]
        bad = dict.fromkeys(videos[place].filename for place in broken)
        if bad:
            self._warn(f'NaN or infinite embeddings ({name}) in: {", ".join(bad)}')
            return dict.fromkeys(self.keys, float('nan'))
        if name == CENTRED:  # a copy, of this action alone
            embeddings = {
                place: centred(embedding)
                for place, embedding in embeddings.items()
                if videos[place].action == action
            }
        phases = phase_names(self.dataset_meta, action, videos.values())
        group = group_action(action, phases, videos, embeddings, name)
        if not group.test_embeddings:
            self._warn(f'action {action!r} has no video to judge')
            return {}
        row = {key: float(v) for key, v in self.evaluate_action(group).items()}
        undefined_keys = [key for key in row if np.isnan(row[key])]
        if undefined_keys and name == MODEL:
            self._warn(f'action {action!r}: {undefined_keys} undefined, left out')
        return row

    def _warn(self, message: str) -> None:
        """Keep a warning, to be shown once: controls meet the model's problems too."""
        self._warnings[message] = None
