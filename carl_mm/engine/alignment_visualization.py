"""Hook: pictures of every evaluation, for the visualizer."""

from collections.abc import Sequence
from numbers import Real
from typing import Any

import numpy as np
from mmaction.registry import HOOKS
from mmengine import dist
from mmengine.hooks import Hook
from mmengine.runner import IterBasedTrainLoop, Runner
from mmengine.visualization import LocalVisBackend

from carl_mm.datasets.selection import videos_to_show
from carl_mm.engine.framewise_datasets import framewise_datasets

EVALUATIONS = 'evaluations'  # key of the message hub, which checkpoints keep
PICTURES = ('alignment', 'retrieval', 'metrics')  # the curves last
KEPT_KEYS = ('filename', 'pred_embedding', 'gt_label', 'fps')


@HOOKS.register_module()
class AlignmentVisualizationHook(Hook):
    """Draw every evaluation: alignment sheet, retrieval sheet, metric curves.

    They go to the runner's visualizer, as ``val_alignment``, ``val_retrieval`` and
    ``val_metrics`` or ``test_...``, at the number of epochs trained. A few videos of
    one action are shown: the first by name among those that are judged, however well
    they do. Their embeddings are those of the evaluation. If something cannot be drawn,
    for example because a video file is gone, a warning is logged and training goes on.
    Without a figure, as where there is nothing to judge, no curves are drawn.

    Args:
        num_videos: Number of videos to show, at least 2.
        action: Action to show; by default the first by name that has two videos.
        enable: Whether to draw at all.

    Raises:
        ValueError: ``num_videos`` is below 2.
    """

    def __init__(
        self, num_videos: int = 6, action: str | None = None, enable: bool = True
    ) -> None:
        if num_videos < 2:
            raise ValueError(f'num_videos must be at least 2, got {num_videos}')
        self.num_videos = num_videos
        self.action = action
        self.enable = enable
        self._chosen: list[str] = []
        self._phases: list[str] = []
        self._kept: dict[str, dict[str, Any]] = {}
        self._loaded_epoch = 0

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Remember how long the weights were trained, for testing."""
        self._loaded_epoch = int((checkpoint.get('meta') or {}).get('epoch', 0))

    def before_val_epoch(self, runner: Runner) -> None:
        """Choose the videos."""
        self._choose(runner.val_dataloader.dataset)

    def before_test_epoch(self, runner: Runner) -> None:
        """Choose the videos."""
        self._choose(runner.test_dataloader.dataset)

    def after_val_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: Any = None,
        outputs: Sequence[Any] | None = None,
    ) -> None:
        """Keep the embeddings of the chosen videos that this process judges."""
        for sample in outputs or ():
            if sample.get('filename') in self._chosen and len(sample.pred_embedding):
                kept = {key: sample.get(key) for key in KEPT_KEYS}
                self._kept[kept['filename']] = kept

    after_test_iter = after_val_iter

    def after_val_epoch(
        self, runner: Runner, metrics: dict[str, float] | None = None
    ) -> None:
        """Draw; after resuming, the curves continue from where the checkpoint was."""
        rows = runner.message_hub.get_info(EVALUATIONS, [])
        step, unit = self._step(runner)
        rows = [row for row in rows if row[0] < step] + [[step, _numbers(metrics)]]
        runner.message_hub.update_info(EVALUATIONS, rows)
        self._draw(runner, 'val', rows, unit)

    def after_test_epoch(
        self, runner: Runner, metrics: dict[str, float] | None = None
    ) -> None:
        """Draw."""
        step, unit = self._step(runner)
        self._draw(runner, 'test', [[step, _numbers(metrics)]], unit)

    def _choose(self, dataset: Any) -> None:
        """Choose by name alone, so that all processes choose the same."""
        self._chosen, self._phases, self._kept = [], [], {}
        if not self.enable:
            return
        for part in framewise_datasets(dataset)[:1]:
            infos = [part.get_data_info(index) for index in range(len(part))]
            judged = [info for info in infos if info['split'] != 'train'] or infos
            shown = videos_to_show(judged, self.num_videos, self.action)
            self._chosen = [info['filename'] for info in shown]
            action = shown[0]['action'] if shown else None
            self._phases = list(part.metainfo.get('phases', {}).get(action, []))

    def _step(self, runner: Runner) -> tuple[int, str]:
        """Return how long was trained, and the unit of that."""
        # `train_loop` would build the loop, even in testing.
        loop = runner._train_loop
        if isinstance(loop, IterBasedTrainLoop):
            return runner.iter, 'training step'
        built = loop is not None and not isinstance(loop, dict)
        return (runner.epoch if built else self._loaded_epoch), 'epoch'

    def _draw(
        self, runner: Runner, stage: str, rows: list[list[Any]], unit: str
    ) -> None:
        """Write the pictures, on the main process."""
        if not self.enable:
            return
        parts = dist.all_gather_object(self._kept)
        kept = {name: sample for part in parts for name, sample in part.items()}
        self._kept = {}
        if not dist.is_main_process():
            return
        samples = [kept[name] for name in self._chosen if name in kept]
        measured = any(figures for _, figures in rows)
        for name in PICTURES if measured else PICTURES[:-1]:
            try:
                image = _picture(name, samples, self._phases, rows, unit)
                runner.visualizer.add_image(f'{stage}_{name}', image, rows[-1][0])
            except Exception as error:  # noqa: BLE001  (no picture is worth losing a training)
                runner.logger.warning(
                    f'the picture {stage}_{name} at {unit} {rows[-1][0]} is left out: '
                    f'{error!r:.300}'
                )
        for folder in _folders(runner):
            runner.logger.info(f'pictures of {unit} {rows[-1][0]} are in {folder}')


def _folders(runner: Runner) -> list[str]:
    """Return where the visualizer's files of pictures go, if it writes any."""
    backends = runner.visualizer._vis_backends.values()
    return [b._img_save_dir for b in backends if isinstance(b, LocalVisBackend)]


def _picture(
    name: str,
    samples: list[dict[str, Any]],
    phases: list[str],
    rows: list[list[Any]],
    unit: str,
) -> np.ndarray:
    """Draw one of `PICTURES`, ``(H, W, 3)`` uint8 RGB."""
    # Not above: training without pictures need not wait for matplotlib.
    from carl_mm.visualization import figure_to_image, metrics_figure
    from carl_mm.visualization.sheets import alignment_sheet, retrieval_sheet
    from carl_mm.visualization.tested_video import TestedVideo

    if name == 'metrics':
        steps, evaluations = zip(*rows, strict=True)
        return figure_to_image(metrics_figure(steps, evaluations, step_name=unit))
    videos = [TestedVideo.from_prediction(sample) for sample in samples]
    draw = {'alignment': alignment_sheet, 'retrieval': retrieval_sheet}[name]
    return figure_to_image(draw(videos, phases or None))


def _numbers(metrics: dict[str, float] | None) -> dict[str, float]:
    """Return the metrics that are numbers, as floats, which checkpoints can hold."""
    found = (metrics or {}).items()
    return {key: float(value) for key, value in found if isinstance(value, Real)}
