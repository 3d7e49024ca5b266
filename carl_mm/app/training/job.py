"""The training of a project: its process, and what becomes of it."""

import dataclasses
import functools
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from carl_mm.app.training.best_so_far import keep_best
from carl_mm.app.training.process import TrainingProcess
from carl_mm.app.training.progress import Progress, read_progress
from carl_mm.app.training.record import TrainingRecord, read_record, write_record
from carl_mm.app.training.time_left import now, time_left

UNFINISHED = ('begun', 'failed')


class TrainingJob:
    """At most one training of a project, which survives the server as 'paused'.

    Args:
        videos_dir: Folder of the videos.
        models_dir: Folder in which each training gets a work dir, trained-1 and so on.
        cache_dir: Folder of the cached features.
        on_change: Called when something has changed.
        on_done: Called with the name of a model that can be used.
        epochs: Length of the training, by default the config's.
    """

    def __init__(
        self,
        videos_dir: Path,
        models_dir: Path,
        cache_dir: Path,
        on_change: Callable[[], object] = lambda: None,
        on_done: Callable[[str], object] = lambda name: None,
        epochs: int | None = None,
    ) -> None:
        self.videos_dir, self.models_dir = videos_dir, models_dir
        self.cache_dir, self.epochs = cache_dir, epochs
        self._on_change, self._on_done = on_change, on_done
        self._lock = threading.RLock()
        self._process: TrainingProcess | None = None
        begun = [folder for folder in self._folders() if read_record(folder)]
        self.work_dir: Path | None = begun[-1] if begun else None

    @property
    def is_running(self) -> bool:
        """Whether a process is training."""
        return self._process is not None and self._process.is_running

    def start(self, left_out: tuple[str, ...] = ()) -> None:
        """Begin a training.

        Args:
            left_out: Names of videos that it does not learn from.

        Raises:
            ValueError: One is under way, or paused.
        """
        with self._lock:
            record = self.work_dir and read_record(self.work_dir)
            if record and record.status == 'begun':
                raise ValueError('a training is under way; resume, stop or discard it')
            folders = self._folders()
            number = int(folders[-1].name.rpartition('-')[2]) + 1 if folders else 1
            self.work_dir = self.models_dir / f'trained-{number}'
            self.work_dir.mkdir(parents=True)
            write_record(self.work_dir, TrainingRecord('begun', 0, 0))
            self._run(left_out)

    def pause(self) -> None:
        """End the process; `resume` goes on from its last epoch."""
        with self._lock:
            self._begun()
            self._end_process()

    def resume(self) -> None:
        """Go on with a training that was paused, or failed.

        Raises:
            ValueError: There is none, or it is running.
        """
        with self._lock:
            folder, record = self._begun(UNFINISHED)
            if self.is_running:
                raise ValueError('the training is running already')
            write_record(folder, dataclasses.replace(record, status='begun', error=''))
            self._run(())

    def stop(self) -> str:
        """End the training for good and keep the best weights so far.

        Returns:
            Name of the model.

        Raises:
            ValueError: There is none, or nothing has been saved yet.
        """
        with self._lock:
            folder, _ = self._begun(UNFINISHED)
            keep_best(folder)  # raises before anything has ended
            self._end_process()
            keep_best(folder)
            self._close(folder, 'kept')
        self._on_done(folder.name)
        return folder.name

    def discard(self) -> None:
        """End the training for good; its files stay, in ``discarded-*``."""
        with self._lock:
            folder, _ = self._begun(UNFINISHED)
            self._end_process()
            stamp = time.strftime('%Y%m%d-%H%M%S')
            folder.rename(folder.with_name(f'discarded-{stamp}-{folder.name}'))
            self.work_dir = None
        self._on_change()

    def close(self) -> None:
        """End the process with the server."""
        with self._lock:
            self._end_process()

    def state(self) -> dict[str, Any] | None:
        """Return what the page shows; None if nothing was trained yet."""
        folder = self.work_dir
        record = folder and read_record(folder)
        if not folder or not record:
            return None
        progress = read_progress(folder, self.cache_dir, record.num_videos)
        ends = {'done': 'done', 'kept': 'stopped', 'failed': 'failed'}
        running = progress.status if self.is_running else 'paused'
        return {
            'name': folder.name,
            'status': ends.get(record.status, running),
            'step': progress.step,
            'steps': record.steps,
            'videos': record.num_videos,
            'share_cached': progress.share,
            'loss': progress.loss,
            'cycle_error': progress.cycle_error,
            'remaining_s': self._remaining(record, progress),
            'error': record.error,
        }

    def _remaining(self, record: TrainingRecord, progress: Progress) -> float | None:
        if self._process is None or not self._process.is_running:
            return None
        return time_left(record, progress, self._process.seconds)

    def _run(self, left_out: tuple[str, ...]) -> None:
        assert self.work_dir is not None
        arguments = [str(self.videos_dir), str(self.work_dir), str(self.cache_dir)]
        if self.epochs is not None:
            arguments += ['--epochs', str(self.epochs)]
        if left_out:
            arguments += ['--left-out', *left_out]
        self._process = TrainingProcess(
            arguments, functools.partial(self._ended, self.work_dir), self._on_change
        )

    def _ended(self, folder: Path, error: str | None) -> None:
        """Note how a process ended that nobody has ended."""
        with self._lock:
            self._close(folder, 'done' if error is None else 'failed', error or '')
        if error is None:
            self._on_done(folder.name)
        self._on_change()

    def _close(self, folder: Path, status: str, error: str = '') -> None:
        record = read_record(folder) or TrainingRecord(status, 0, 0)
        ended = dataclasses.replace(record, status=status, ended=now(), error=error)
        write_record(folder, ended)

    def _end_process(self) -> None:
        if self._process is not None:
            self._process.end()
        self._on_change()

    def _begun(self, statuses: tuple[str, ...] = ('begun',)) -> tuple[Path, Any]:
        record = self.work_dir and read_record(self.work_dir)
        if not self.work_dir or not record or record.status not in statuses:
            raise ValueError('no training is under way')
        return self.work_dir, record

    def _folders(self) -> list[Path]:
        found = [
            folder
            for folder in self.models_dir.glob('trained-*')
            if folder.name.rpartition('-')[2].isdecimal()
        ]
        return sorted(found, key=lambda folder: int(folder.name.rpartition('-')[2]))
