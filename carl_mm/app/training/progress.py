"""How far a training is, by the files that it writes."""

import dataclasses
import json
from pathlib import Path

Curve = list[list[float]]  # step and value of each point


@dataclasses.dataclass(frozen=True)
class Progress:
    """How far a training is.

    Attributes:
        status: 'preparing', 'caching' or 'running'.
        step: Number of steps that are done.
        share: Share of the videos whose features are there, in [0, 1].
        loss: The training loss.
        cycle_error: The error by which weights are chosen, see `KeepBestHook`.
        seconds_a_step: How long a step takes; None before the first.
    """

    status: str
    step: int
    share: float
    loss: Curve
    cycle_error: Curve
    seconds_a_step: float | None


def read_progress(work_dir: Path, cache_dir: Path, num_videos: int) -> Progress:
    """Read what a training has written so far; of several runs, all.

    Args:
        work_dir: The training's work dir.
        cache_dir: Folder of the cached features.
        num_videos: Number of videos that it learns from; 0 if it is not known yet.
    """
    loss: dict[int, float] = {}
    errors: dict[int, float] = {}
    times: list[float] = []
    for file in sorted(work_dir.glob('*/vis_data/scalars.json')):
        for line in file.read_text('utf-8', 'replace').splitlines():
            try:
                point = json.loads(line)
                step = int(point['step'])
                loss[step] = float(point['loss'])
                times.append(float(point['time']))
            except (ValueError, KeyError, TypeError):
                continue  # the last line may not be whole yet
            if 'cycle_error' in point:
                errors[step] = float(point['cycle_error'])
    cached = len(list(cache_dir.glob('*/*.npy'))) if cache_dir.is_dir() else 0
    share = min(1.0, cached / num_videos) if num_videos else 0.0
    status = 'preparing' if not num_videos else 'caching'
    return Progress(
        status='running' if loss else status,
        step=max(loss, default=0),
        share=share,
        loss=[[step, loss[step]] for step in sorted(loss)],
        cycle_error=_changes(errors),
        seconds_a_step=sum(times[-5:]) / len(times[-5:]) if times else None,
    )


def _changes(values: dict[int, float]) -> Curve:
    """Leave out what the log repeats until there is a new value."""
    found: Curve = []
    for step in sorted(values):
        if not found or values[step] != found[-1][1]:
            found.append([step, values[step]])
    return found
