"""What all dataset converters share: parallel jobs, the summary and the output."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from rich.console import Console
from rich.progress import track

from carl_mm.datasets.annotations import SPLITS, validate_annotations
from carl_mm.datasets.problems import refuse
from carl_mm.files import atomic_write_csv, atomic_write_text

MIN_JOBS_FOR_PROGRESS = 50
MAX_NAMES_SHOWN = 20
Job = TypeVar('Job')
Result = TypeVar('Result')


@dataclass(frozen=True)
class ConversionSummary:
    """What is in the annotations, and what is left out of them.

    Args:
        num_videos: Number of videos in the annotations.
        num_frames: Number of frames of all videos whose lengths are known.
        num_labelled: Number of videos with phase rows.
        splits: Number of videos of each split.
        phases: Names of each action's phases, in temporal order.
        left_out: Why each video that is left out is, by its file name.
        warnings: What may not be as intended.
    """

    num_videos: int
    num_frames: int
    num_labelled: int
    splits: dict[str, int]
    phases: dict[str, list[str]]
    left_out: dict[str, str]
    warnings: list[str]


def conclude(
    source: str | Path,
    phases: dict[str, list[str]],
    entries: list[dict[str, Any]],
    left_out: dict[str, str],
    warnings: Sequence[str] = (),
) -> tuple[dict[str, Any], ConversionSummary]:
    """Make annotations of the videos that are not left out, and their summary.

    Args:
        source: Where the videos come from, for the message.
        phases: Names of each action's phases, in temporal order.
        entries: Entries of all videos.
        left_out: Why each video that is left out is, by its file name.
        warnings: Warnings for the summary.

    Raises:
        ValueError: No video is left; the message names the source and all reasons.
    """
    kept = [entry for entry in entries if entry['filename'] not in left_out]
    if not kept:
        reasons = [f'{name}: {reason}' for name, reason in left_out.items()]
        refuse(f'{source}: no video is left', reasons or ['there was none'])
    annotations = {'metainfo': {'phases': phases}, 'data_list': kept}
    return annotations, summarise(annotations, left_out, warnings)


def summarise(
    annotations: dict[str, Any],
    left_out: dict[str, str],
    warnings: Sequence[str] = (),
) -> ConversionSummary:
    """Count what annotations contain; warn of actions without a test video.

    Args:
        annotations: Checked annotations.
        left_out: Why each video that is left out is, by its file name.
        warnings: More warnings for the summary.
    """
    entries = annotations['data_list']
    counts = Counter(entry['split'] for entry in entries)
    phases = annotations['metainfo'].get('phases', {})
    trained = {entry.get('action') for entry in entries if entry['split'] == 'train'}
    judged = {entry.get('action') for entry in entries if entry['split'] != 'train'}
    return ConversionSummary(
        num_videos=len(entries),
        num_frames=sum(entry.get('num_frames', 0) for entry in entries),
        num_labelled=sum(bool(entry.get('phases')) for entry in entries),
        splits={split: counts[split] for split in SPLITS if counts[split]},
        phases=phases,
        left_out=dict(sorted(left_out.items())),
        warnings=[
            f'{action}: has no test video, so it will not be evaluated'
            for action in phases
            if action in trained - judged
        ]
        + list(warnings),
    )


def describe(summary: ConversionSummary, max_left_out: int | None = None) -> str:
    """Say in words what is in the annotations, and what is left out and why.

    Args:
        summary: Summary of a conversion.
        max_left_out: Largest number of left-out videos to name; None names all.
    """
    splits = ', '.join(f'{split} {count}' for split, count in summary.splits.items())
    lines = [
        f'videos    {summary.num_videos} ({splits}), {summary.num_frames} frames',
        f'labelled  {summary.num_labelled}',
    ]
    for action, phases in summary.phases.items():
        shown = ', '.join(phases[:MAX_NAMES_SHOWN])
        more = ', ...' if len(phases) > MAX_NAMES_SHOWN else ''
        lines.append(f'phases    {action}: {len(phases)}: {shown}{more}')
    lines += [f'warning   {warning}' for warning in summary.warnings]
    if summary.left_out:
        lines.append(f'left out  {len(summary.left_out)}')
        shown_names = list(summary.left_out)[:max_left_out]
        lines += [f'  {name}: {summary.left_out[name]}' for name in shown_names]
        if len(shown_names) < len(summary.left_out):
            lines.append('  ...')
    return '\n'.join(lines)


def run_jobs(
    function: Callable[[Job], Result],
    jobs: Sequence[Job],
    workers: int,
    description: str,
) -> Iterator[tuple[Job, Result]]:
    """Run jobs in threads, with a progress bar on stderr.

    Threads suffice, as decoders, encoders and cv2 release Python's lock. The first
    error ends the run; files that other jobs have written stay.

    Args:
        function: Runs a job and returns its result.
        jobs: The jobs.
        workers: Number of threads, >= 1.
        description: Text next to the progress bar.

    Yields:
        Each job with its result, in the order of the jobs.
    """
    pool = ThreadPoolExecutor(max_workers=max(1, workers))
    try:
        yield from track(
            zip(jobs, pool.map(function, jobs), strict=True),
            description=description,
            total=len(jobs),
            console=Console(stderr=True),
            disable=len(jobs) < MIN_JOBS_FOR_PROGRESS,
        )
    finally:
        pool.shutdown(cancel_futures=True)


def write_left_out(path: str | Path, left_out: dict[str, str]) -> None:
    """Write a CSV file of the videos that are left out and why."""
    atomic_write_csv(Path(path), ('name', 'reason'), left_out.items())


def write_annotations(path: str | Path, annotations: dict[str, Any]) -> None:
    """Check and write annotations; the file appears once it is complete.

    Args:
        path: Path of the JSON file, which gets one line per video.
        annotations: Annotations as `carl_mm.datasets.annotations` describes them.

    Raises:
        ValueError: The annotations do not have that format.
    """
    path = Path(path)
    validate_annotations(annotations, str(path))
    metainfo = json.dumps(annotations['metainfo'], ensure_ascii=False)
    entries = [json.dumps(e, ensure_ascii=False) for e in annotations['data_list']]
    text = (
        f'{{"metainfo": {metainfo},\n"data_list": [\n' + ',\n'.join(entries) + '\n]}\n'
    )
    atomic_write_text(path, text)
