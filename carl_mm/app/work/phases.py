"""Phases carried from labelled videos to all others."""

from collections.abc import Mapping
from typing import Any

from carl_mm.apis import PhaseSegment
from carl_mm.apis.phases.carrying import carry_to_all
from carl_mm.app.project.phase_rows import Rows
from carl_mm.app.project.videos import Videos


def carry(
    library: Videos, rows: Mapping[str, Rows]
) -> tuple[dict[str, Any], dict[str, list[PhaseSegment]]]:
    """Carry phases from labelled videos to all others, as tools/label_phases.py does.

    Args:
        library: The videos.
        rows: Rows of the labelled videos, by their names; those that have no
            embeddings are left out.

    Returns:
        ``carried``: of each other video, by its name, ``num_frames``, ``rows`` (first
        frame, last frame, phase, confidence), ``source`` (the labelled video that
        aligns best), ``score`` of that alignment and ``doubt``, all in [0, 1]; and the
        segments, to be saved.

    Raises:
        ValueError: No video is labelled.
    """
    names = library.names
    labelled = {
        name: [(first, last, phase) for first, last, phase in own]
        for name, own in rows.items()
        if own and name in set(names)
    }
    if not labelled:
        raise ValueError('no video is labelled yet; paint the phases of one first')
    videos = {name: library.video(name) for name in names}
    others = [name for name in names if name not in labelled]
    sources = list(labelled)
    carried, segments = {}, {}
    for name, found in carry_to_all(labelled, videos, others):
        segments[name] = found.segments
        carried[name] = {
            'num_frames': len(videos[name]),
            'rows': [
                [s.first_frame, s.last_frame, s.phase, s.confidence]
                for s in found.segments
            ],
            'source': sources[found.source],
            'score': found.score,
            'doubt': found.doubt,
        }
    return {'carried': carried}, segments
