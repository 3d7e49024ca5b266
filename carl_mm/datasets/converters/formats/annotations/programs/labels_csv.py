"""Our own CSV files of labels, as `tools/label_phases.py` writes them."""

from collections.abc import Sequence

from carl_mm.datasets.converters.formats.annotations.foreign import LabelledVideo
from carl_mm.tables import csv_text

FRAMES, TIMES = ('first_frame', 'last_frame'), ('start_s', 'end_s')


def write(videos: Sequence[LabelledVideo]) -> str:
    """Return a table; `carl_mm.datasets.converters.formats.folder_csv` reads it.

    It has the columns of which something is known: frames, times, actions, confidences.
    """
    segments = [s for video in videos for s in video.segments]
    has_frames = any(s.frames for s in segments)
    has_times = any(s.times for s in segments)
    has_actions = any(video.action is not None for video in videos)
    has_trust = any(s.confidence is not None for s in segments)
    header = ['filename', *FRAMES * has_frames, 'phase', *TIMES * has_times]
    header += ['action'] * has_actions + ['confidence'] * has_trust
    rows = []
    for video in videos:
        for s in video.segments:
            frames = list(s.frames or ('', ''))[: 2 * has_frames]
            times = [f'{time:.3f}' for time in s.times] if s.times else ['', '']
            trust = '' if s.confidence is None else f'{s.confidence:g}'
            row = [video.filename, *frames, s.phase, *times[: 2 * has_times]]
            row += [video.action or ''] * has_actions + [trust] * has_trust
            rows.append(row)
    return csv_text(header, rows)
