"""Alignments as files and lines of text."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from carl_mm.apis.alignment.alignment import Alignment
from carl_mm.apis.alignment.ranking import RankedVideo
from carl_mm.apis.embedding.video_embedding import VideoEmbedding
from carl_mm.files import atomic_write, atomic_write_csv, path_seen_from

ARRAYS = (
    *('path', 'frame_inds_b', 'frame_inds_a', 'matched_a', 'matched_b'),
    *('confidence_a', 'confidence_b', 'warped_timestamps', 'cost', 'score', 'ends'),
    'stride',
)
COLUMNS = ('reference_frame', 'reference_time_s', 'frame', 'time_s', 'confidence')


def write_table(
    path: Path, found: Alignment, a: VideoEmbedding, b: VideoEmbedding
) -> None:
    """Write an alignment as .csv or .npz, by the path's ending.

    Args:
        path: File to write. A table has a row for each frame of a, whose frame and time
            of b are empty if it has no counterpart; an .npz file has `ARRAYS` and the
            paths of both videos.
        found: Alignment of a, the reference, and b.
        a: The reference.
        b: The other video.
    """
    if path.suffix == '.npz':
        arrays: dict[str, Any] = {name: getattr(found, name) for name in ARRAYS}
        arrays['reference'] = path_seen_from(path.parent, a.filename)
        arrays['other'] = path_seen_from(path.parent, b.filename)
        atomic_write(path, lambda stream: np.savez(stream, **arrays))
        return
    rows = []
    for index, frame in enumerate(found.frame_inds_b.tolist()):
        match: tuple[object, object] = frame, f'{b.timestamps[frame]:.6f}'
        if not found.matched_a[index]:
            match = '', ''
        confidence = f'{found.confidence_a[index]:.3f}'
        rows.append((index, f'{a.timestamps[index]:.6f}', *match, confidence))
    atomic_write_csv(path, COLUMNS, rows)


def write_ranking(
    path: Path, ranked: Sequence[RankedVideo], videos: Sequence[VideoEmbedding]
) -> list[str]:
    """Write how well videos align with a chosen one, best first, as .csv.

    Args:
        path: File to write.
        ranked: What `rank_by_alignment` found.
        videos: The videos that it was given.

    Returns:
        The rows as lines of text, with the videos' names as they were given.
    """
    rows, lines = [], []
    for each in ranked:
        given = videos[each.index].filename
        score, z = f'{each.alignment.score:.3f}', f'{each.z:.2f}'
        rows.append(
            (
                path_seen_from(path.parent, given),
                score,
                z,
                'yes' if each.is_like else 'no',
            )
        )
        note = '' if each.is_like else 'unlike  '
        lines.append(f'score {score}  z {z:>6}  {note}{given}')
    atomic_write_csv(path, ('filename', 'score', 'z', 'is_like'), rows)
    return lines


def summary(found: Alignment) -> str:
    """Say how well two videos align, and how many frames have no counterpart."""
    text = f'score {found.score:.3f}  '
    if not found.alignable:
        return text + 'not alignable  '
    alone = int((~found.matched_a).sum()), int((~found.matched_b).sum())
    if any(alone):
        text += f'without counterpart: {alone[0]} and {alone[1]} frames  '
    if found.stride > 1:
        text += f'one frame in {found.stride} aligned  '
    return text


def why_strided(found: Alignment, a: VideoEmbedding, b: VideoEmbedding) -> str:
    """Say that the videos are too long for all of their frames to be aligned."""
    return (
        f'{b.filename}: {len(a)} and {len(b)} frames are too many pairs for '
        f'{found.method}; one frame in {found.stride} is aligned, those between are '
        'interpolated (--stride K chooses)'
    )
