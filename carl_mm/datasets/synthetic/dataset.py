"""Make mp4 files of scripted processes with exact phase labels: data to try with."""

import json
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context, parent_process
from pathlib import Path
from threading import Thread

import cv2
from rich.progress import track

from carl_mm.datasets.synthetic.processes import PROCESSES
from carl_mm.datasets.synthetic.record import read_record, record_line
from carl_mm.datasets.synthetic.video import FPS, SPLITS, VideoPlan, render_video
from carl_mm.datasets.video_io.video_writer import write_mp4
from carl_mm.files import atomic_write_text

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

    A video that is there and whole, made with the same settings, is not remade; the
    annotations appear when all videos are there. One run at a time in a folder.

    Args:
        out_dir: Gets ``videos/*.mp4``, ``annotations.json`` and a record of what
            was made.
        num_train: Train videos of each process.
        num_test: Test videos of each process.
        num_processes: How many of `PROCESSES`.
        seed: Of the data set, >= 0.
        size: Of the frames, in pixels a side, even.
        workers: Processes that render.

    Returns:
        Path of the annotation file.

    Raises:
        ValueError: A number out of range.
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
    missing = _find_missing(plans, video_dir, out_dir / RECORD)
    if missing:
        path.unlink(missing_ok=True)
        _make_videos(missing, video_dir, out_dir / RECORD, workers)
    used = PROCESSES[:num_processes]
    annotations = {
        'metainfo': {'phases': {process.name: process.phase_names for process in used}},
        'data_list': [plan.entry() for plan in plans],
    }
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
    """Clear away what is of no use, and cut the record down to whole videos."""
    made = read_record(record)
    for name in made.keys() - {plan.filename for plan in plans}:
        (video_dir / Path(name).name).unlink(missing_ok=True)  # of other settings
    for part in video_dir.glob('.*.part.mp4'):
        part.unlink()  # left by a killed run
    whole = {}
    for plan in plans:
        line = made.get(plan.filename)
        if line is not None and line == record_line(plan, video_dir):
            whole[plan] = line
    atomic_write_text(
        record, ''.join(json.dumps(line) + '\n' for line in whole.values())
    )
    return [plan for plan in plans if plan not in whole]


def _make_videos(
    plans: list[VideoPlan], video_dir: Path, record: Path, workers: int
) -> None:
    """Make videos; the record grows a line with each finished one."""
    lines = _render(plans, video_dir, workers)
    with record.open('a', encoding='utf-8') as stream:
        for line in track(lines, 'Making videos', len(plans)):
            stream.write(json.dumps(line) + '\n')
            stream.flush()


def _render(
    plans: list[VideoPlan], video_dir: Path, workers: int
) -> Iterator[dict[str, str]]:
    """Yield the record's line of each video when its file is there."""
    workers = min(workers, len(plans))
    if workers <= 1:
        for plan in plans:
            yield _make_video(plan, video_dir)
        return
    context = get_context('spawn')  # a fork of a process that has used cv2 can hang
    with ProcessPoolExecutor(workers, context, _die_with_parent) as pool:
        jobs = [pool.submit(_make_video, plan, video_dir) for plan in plans]
        try:
            for job in as_completed(jobs):
                yield job.result()
        finally:
            pool.shutdown(cancel_futures=True)


def _die_with_parent() -> None:
    """End this worker if its parent is killed, which the pool itself does not."""
    parent = parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    Thread(target=watch, daemon=True).start()


def _make_video(plan: VideoPlan, video_dir: Path) -> dict[str, str]:
    cv2.setNumThreads(1)  # the videos are made side by side instead
    frames, _ = render_video(PROCESSES[plan.process], plan.rng(), plan.size)
    # Key frames only: with x264's look-ahead equal frames give other files in other
    # runs.
    write_mp4(video_dir / plan.filename, frames, FPS, keyframe_interval=1)
    line = record_line(plan, video_dir)
    if line is None:
        raise FileNotFoundError(f'{video_dir / plan.filename} vanished')
    return line
