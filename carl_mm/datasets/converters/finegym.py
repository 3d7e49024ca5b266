"""FineGym99 and FineGym288: clips of events, and their elements as phases."""

from pathlib import Path
from typing import Any

from carl_mm.datasets.converters.clip_cutting import MAX_HELD_SECONDS, cut_clip
from carl_mm.datasets.converters.conversion import (
    ConversionSummary,
    conclude,
    run_jobs,
)
from carl_mm.datasets.converters.encoding import open_existing, remove_partial_files
from carl_mm.datasets.converters.formats.finegym_events import Event, read_events
from carl_mm.datasets.converters.formats.finegym_lists import FineGymLists
from carl_mm.datasets.problems import refuse
from carl_mm.datasets.video_io.open_video import VideoDecodeError, open_video

ACTION = 'gymnastics'
SOURCE_SUFFIXES = ('.mp4', '.mkv', '.webm')


def annotations_from_finegym(
    annotation_file: str | Path,
    lists: FineGymLists,
    clip_dir: str | Path,
    source_dir: str | Path | None = None,
    unlabelled_events: bool = False,
    workers: int = 4,
) -> tuple[dict[str, Any], ConversionSummary]:
    """Cut clips of the events that have none yet, and label the frames of all clips.

    Left out are events without a clip whose source is missing or cannot be cut, and
    clips that cannot be read and have no source. Partial files of a killed run are
    removed.

    Args:
        annotation_file: ``finegym_annotation_info_v1.1.json``, see `read_events`.
        lists: Listed events and elements.
        clip_dir: Folder of clips ``VIDEOID_E_SSSSSS_EEEEEE.mp4``; those in it are
            kept.
        source_dir: Folder of source videos ``VIDEOID.mp4``, .mkv or .webm; None cuts
            nothing.
        unlabelled_events: Whether to add the other events of the train list's videos
            to the train split.
        workers: Number of threads that cut and open clips.

    Returns:
        The annotations, with one action whose phases are the classes, and their
        summary.

    Raises:
        FileNotFoundError: A file or folder is missing.
        ValueError: The lists, annotations and videos contradict each other, a clip
            that could be cut again cannot be opened, or no clip is left.
    """
    clip_dir = Path(clip_dir)
    events = read_events(annotation_file, lists, unlabelled_events)
    sources = {} if source_dir is None else _find_sources(Path(source_dir))
    if source_dir is not None:
        remove_partial_files(clip_dir)

    def make(event: Event) -> tuple[int, float] | str:
        path = clip_dir / f'{event.name}.mp4'
        if not path.exists() and source_dir is None:
            return 'no such clip'
        if not path.exists() and event.video not in sources:
            return f'no source {event.video}{", ".join(SOURCE_SUFFIXES)}'
        try:
            if path.exists():
                clip = open_existing(path, event.video in sources)
            else:
                cut_clip(sources[event.video], path, event.start, event.end)
                clip = open_video(path)
        except VideoDecodeError as error:
            return str(error)
        return clip.num_frames, clip.fps

    entries, left_out, problems = list[dict[str, Any]](), dict[str, str](), list[str]()
    clips = list({event.name: event for event in events}.values())
    made = {
        event.name: result
        for event, result in run_jobs(make, clips, workers, 'Making clips')
    }
    for event in events:
        result = made[event.name]
        if isinstance(result, str):
            left_out[f'{event.name}.mp4'] = result
        else:
            entries.append(_entry(event, *result))
            problems += _length_problems(event, *result)
    refuse(str(clip_dir), problems)
    return conclude(clip_dir, {ACTION: lists.categories}, entries, left_out)


def _find_sources(source_dir: Path) -> dict[str, Path]:
    """Return the source videos by their IDs."""
    if not source_dir.is_dir():
        raise FileNotFoundError(
            f'{source_dir}: no such folder; it should contain the source videos, '
            f'VIDEOID{" or ".join(SOURCE_SUFFIXES)}'
        )
    sources, problems = dict[str, Path](), list[str]()
    for path in sorted(source_dir.iterdir()):
        if path.suffix not in SOURCE_SUFFIXES or path.name.startswith('.'):
            continue
        other = sources.setdefault(path.stem, path)
        if other != path:
            problems.append(
                f'{other.name} and {path.name} are both there; keep only one'
            )
    refuse(str(source_dir), problems)
    return sources


def _entry(event: Event, num_frames: int, fps: float) -> dict[str, Any]:
    entry = {
        'filename': f'{event.name}.mp4',
        'split': event.split,
        'num_frames': num_frames,
        'action': ACTION,
    }
    rows = event.phase_rows(num_frames, fps)
    return {**entry, 'phases': rows} if rows else entry


def _length_problems(event: Event, num_frames: int, fps: float) -> list[str]:
    """Say if a clip is too short; it may be longer than its event."""
    seconds, expected = num_frames / fps, event.end - event.start
    if seconds >= expected - MAX_HELD_SECONDS:
        return []
    return [
        f'{event.name}.mp4 lasts {seconds:.2f} s, but its event {expected:.2f} s; '
        'remove the clip, and it is cut again'
    ]
