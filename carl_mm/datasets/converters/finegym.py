"""FineGym99 and FineGym288: clips of events, and their elements as phases."""

from pathlib import Path
from typing import Any

from carl_mm.datasets.converters.clip_cutting import MAX_HELD_SECONDS, cut_clip
from carl_mm.datasets.converters.conversion import (
    ConversionSummary,
    conclude,
    side_by_side,
)
from carl_mm.datasets.converters.encoding import open_whole, remove_parts
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
    """Cut the events that have no clip yet, and label the frames of all.

    Events without a clip and without a source that can be cut are left out, and so
    are clips without a source that cannot be read. What a killed run was writing is
    removed.

    Args:
        annotation_file: ``finegym_annotation_info_v1.1.json``, see `read_events`.
        lists: Which elements count.
        clip_dir: Of ``VIDEOID_E_SSSSSS_EEEEEE.mp4``; a clip that is there stays.
        source_dir: Of ``VIDEOID.mp4``, .mkv or .webm; None cuts nothing.
        unlabelled_events: Add the other events of the train list's videos to train.
        workers: Threads that cut and open clips.

    Returns:
        The annotations, of one action whose phases are the classes, and their summary.

    Raises:
        FileNotFoundError: A file or folder is missing.
        ValueError: Lists, annotations and videos contradict each other, a clip that
            could be cut anew cannot be opened, or no clip is left.
    """
    clip_dir = Path(clip_dir)
    events = read_events(annotation_file, lists, unlabelled_events)
    sources = {} if source_dir is None else _find_sources(Path(source_dir))
    if source_dir is not None:
        remove_parts(clip_dir)

    def make(event: Event) -> tuple[int, float] | str:
        path = clip_dir / f'{event.name}.mp4'
        if not path.exists() and source_dir is None:
            return 'no such clip'
        if not path.exists() and event.video not in sources:
            return f'no source {event.video}{", ".join(SOURCE_SUFFIXES)}'
        try:
            if path.exists():
                clip = open_whole(path, event.video in sources)
            else:
                cut_clip(sources[event.video], path, event.start, event.end)
                clip = open_video(path)
        except VideoDecodeError as error:
            return str(error)
        return clip.num_frames, clip.fps

    entries, left_out, problems = list[dict](), dict[str, str](), list[str]()
    clips = list({event.name: event for event in events}.values())
    made = {
        event.name: result
        for event, result in side_by_side(make, clips, workers, 'Making clips')
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
    """Source videos by their IDs."""
    if not source_dir.is_dir():
        raise FileNotFoundError(
            f'{source_dir}: no such folder; it should hold the source videos, '
            f'VIDEOID{" or ".join(SOURCE_SUFFIXES)}'
        )
    sources, problems = dict[str, Path](), list[str]()
    for path in sorted(source_dir.iterdir()):
        if path.suffix not in SOURCE_SUFFIXES or path.name.startswith('.'):
            continue
        other = sources.setdefault(path.stem, path)
        if other != path:
            problems.append(f'{other.name} and {path.name} are both there; keep one')
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
    """Say where a clip is too short; one that runs past its event's end will do."""
    seconds, expected = num_frames / fps, event.end - event.start
    if seconds >= expected - MAX_HELD_SECONDS:
        return []
    return [
        f'{event.name}.mp4 lasts {seconds:.2f} s, its event {expected:.2f} s: remove '
        'the clip to have it cut again'
    ]
