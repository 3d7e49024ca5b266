"""Make a data set to try things on: mp4 files with exact phase labels."""

import json
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context, parent_process
from pathlib import Path
from threading import Thread

import cv2
from rich.progress import track

from carl_mm.datasets.synthetic.record import read_record, record_line
from carl_mm.datasets.synthetic.scripted_processes import PROCESSES
from carl_mm.datasets.synthetic.video import FPS, SPLITS, VideoPlan, render_video
from carl_mm.datasets.video_io.video_writer import write_mp4
from carl_mm.files import atomic_write_text
from carl_mm.locking import lock_folder

__all__ = ['PROCESSES', 'VideoPlan', 'make_synthetic_dataset', 'render_video']

RECORD = 'made.jsonl'


def make_synthetic_dataset(
    out_dir: str | Path,
    num_train: int = 50,
    num_test: int = 20,
    num_processes: int = 1,
    seed: int = 0,
    size: int = 64,
    workers: int = 2,
) -> Path:
    """Make videos of scripted processes and their annotations.

    Complete videos of an earlier run with the same settings are kept, and the
    annotations appear once all videos exist. One run at a time may use a folder.

    Args:
        out_dir: Folder for ``videos/*.mp4``, ``annotations.json`` and a record of what
            was made.
        num_train: Number of train videos of each process.
        num_test: Number of test videos of each process.
        num_processes: Number of `PROCESSES` to use.
        seed: Seed of the data set, >= 0.
        size: Width and height of the frames in pixels, even and at least 16.
        workers: Number of processes that render.

    Returns:
        Path of the annotation file.

    Raises:
        LockedError: Another process is making videos there; names it.
        ValueError: A number is out of range.
    """
    _check_numbers(num_train, num_test, num_processes, seed, size, workers)
    out_dir = Path(out_dir)
    video_dir = out_dir / 'videos'
    video_dir.mkdir(parents=True, exist_ok=True)
    plans = [
        VideoPlan(split, process, index, seed, size)
        for process in range(num_processes)
        for split, count in zip(SPLITS, (num_train, num_test), strict=True)
        for index in range(count)
    ]
    path = out_dir / 'annotations.json'
    used = PROCESSES[:num_processes]
    annotations = {
        'metainfo': {'phases': {process.name: process.phase_names for process in used}},
        'data_list': [plan.entry() for plan in plans],
    }
    with lock_folder(out_dir, 'wait until it has ended, or take another --out'):
        missing = _find_missing(plans, video_dir, out_dir / RECORD)
        if missing:
            path.unlink(missing_ok=True)
            _make_videos(missing, video_dir, out_dir / RECORD, workers)
        atomic_write_text(path, json.dumps(annotations, indent=1))
    return path


def _check_numbers(
    num_train: int,
    num_test: int,
    num_processes: int,
    seed: int,
    size: int,
    workers: int,
) -> None:
    lowest = {
        'num_train': (num_train, 0),
        'num_test': (num_test, 0),
        'num_train + num_test': (num_train + num_test, 1),
        'num_processes': (num_processes, 1),
        'seed': (seed, 0),
        'size': (size, 16),
        'workers': (workers, 1),
    }
    for name, (value, low) in lowest.items():
        if value < low:
            raise ValueError(f'{name} must be at least {low}, got {value}')
    if num_processes > len(PROCESSES):
        names = ', '.join(process.name for process in PROCESSES)
        raise ValueError(
            f'num_processes must be at most {len(PROCESSES)} ({names}), '
            f'got {num_processes}'
        )
    if size % 2:
        raise ValueError(f'size must be even, for the video codec, got {size}')


def _find_missing(
    plans: list[VideoPlan], video_dir: Path, record: Path
) -> list[VideoPlan]:
    """Remove files that are of no use, and reduce the record to complete videos."""
    made = read_record(record)
    for name in made.keys() - {plan.filename for plan in plans}:
        of_other_settings = video_dir / Path(name).name
        of_other_settings.unlink(missing_ok=True)
    for part in video_dir.glob('.*.part.mp4'):
        part.unlink()  # left by a killed run
    complete = {}
    for plan in plans:
        line = made.get(plan.filename)
        if line is not None and line == record_line(plan, video_dir):
            complete[plan] = line
    atomic_write_text(
        record, ''.join(json.dumps(line) + '\n' for line in complete.values())
    )
    return [plan for plan in plans if plan not in complete]


def _make_videos(
    plans: list[VideoPlan], video_dir: Path, record: Path, workers: int
) -> None:
    """Make videos, and add a line to the record for each finished one."""
    lines = _render(plans, video_dir, workers)
    with record.open('a', encoding='utf-8') as stream:
        for line in track(lines, 'Making videos', len(plans)):
            stream.write(json.dumps(line) + '\n')
            stream.flush()


def _render(
    plans: list[VideoPlan], video_dir: Path, workers: int
) -> Iterator[dict[str, str]]:
    """Make videos, and yield the record's line for each finished one."""
    workers = min(workers, len(plans))
    if workers <= 1:
        for plan in plans:
            yield _make_video(plan, video_dir)
        return
    context = get_context('spawn')  # a forked process can hang after cv2 was used
    with ProcessPoolExecutor(workers, context, _die_with_parent) as pool:
        jobs = [pool.submit(_make_video, plan, video_dir) for plan in plans]
        try:
            for job in as_completed(jobs):
                yield job.result()
        finally:
            pool.shutdown(cancel_futures=True)


def _die_with_parent() -> None:
    """End this worker if its parent is killed, since the pool does not."""
    parent = parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    Thread(target=watch, daemon=True).start()


def _make_video(plan: VideoPlan, video_dir: Path) -> dict[str, str]:
    cv2.setNumThreads(1)  # the videos are made in parallel already
    frames, _ = render_video(PROCESSES[plan.process], plan.rng(), plan.size)
    # Key frames only: x264's look-ahead makes files of equal frames differ.
    write_mp4(video_dir / plan.filename, frames, FPS, keyframe_interval=1)
    line = record_line(plan, video_dir)
    if line is None:
        raise FileNotFoundError(f'{video_dir / plan.filename}: has disappeared')
    return line
