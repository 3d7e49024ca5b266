"""A timeline as tables: when each video shows each moment, and each event."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from carl_mm.apis.alignment.timeline import Timeline
from carl_mm.apis.alignment.timeline_events import TimelineEvent
from carl_mm.apis.embedding.video_embedding import VideoEmbedding
from carl_mm.files import atomic_write_csv


def column_names(videos: Sequence[VideoEmbedding]) -> list[str]:
    """Name videos by their file names; by their paths if two are equal."""
    names = [Path(video.filename).name for video in videos]
    if len(set(names)) < len(names):
        names = [video.filename for video in videos]
    return names


def write_times(path: Path, timeline: Timeline, names: Sequence[str]) -> None:
    """Write a row for each moment of the clock, as .csv.

    Args:
        path: File to write. Its columns are the clock's time, how differently fast the
            videos are, how uncertain their matches, and for each video the time at
            which it shows the moment, in seconds, empty where it does not.
        timeline: The videos on one clock.
        names: Name of each video, as `column_names` gives it.
    """
    spread = timeline.pace_spread, timeline.uncertainty
    columns = [timeline.clock, *spread, *timeline.times]
    rows = [[_cell(value) for value in row] for row in zip(*columns, strict=True)]
    header = ('clock_s', 'pace_spread_log2', 'uncertainty_s', *names)
    atomic_write_csv(path, header, rows)


def write_events(
    path: Path,
    events: Sequence[TimelineEvent],
    timeline: Timeline,
    names: Sequence[str],
) -> None:
    """Write a row for each event, as .csv.

    Args:
        path: File to write. Its columns are the event, the median of the clock's times
            at which it is marked, their mean distance from that, in how many videos it
            is marked, and for each video the time of the median, in seconds.
        events: Events, each marked in one video at least.
        timeline: The videos on one clock.
        names: Name of each video, as `column_names` gives it.
    """
    rows = []
    for event in events:
        times = [
            _cell(float(np.interp(event.clock_s, timeline.clock, own)))
            for own in timeline.times
        ]
        told = _cell(event.clock_s), _cell(event.spread_s), event.marked_in
        rows.append((event.name, *told, *times))
    header = ('event', 'clock_s', 'spread_s', 'marked_in', *names)
    atomic_write_csv(path, header, rows)


def _cell(seconds: float) -> str:
    """Write a time, or nothing where there is none."""
    return '' if np.isnan(seconds) else f'{seconds:.6f}'
