"""Many videos on one timeline."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from carl_mm.apis import Timeline, align_all
from carl_mm.apis.alignment.timeline_events import phase_events
from carl_mm.apis.phases.carrying import phases_in_order
from carl_mm.app.project.phase_rows import Rows, dense_labels
from carl_mm.app.project.videos import Videos
from carl_mm.app.work.align import without_nan


def timeline(
    library: Videos, names: Sequence[str] | None, rows: Mapping[str, Rows]
) -> dict[str, Any]:
    """Put videos on a common clock; see `carl_mm.apis.align_all`.

    Args:
        library: The videos.
        names: Names of the videos, at least two; None takes all.
        rows: Rows of the labelled videos, by their names.

    Returns:
        ``clock`` (moments in seconds), ``videos`` (of each its name, ``frame_inds`` at
        the moments, -1 where it has none, whether it is an ``outlier`` that does not
        fit, and its ``similarity``), ``pace_spread`` and ``uncertainty`` at the moments
        (null where they are unknown), and ``events``: of the starts of phases
        ``name``, ``clock_s``, ``spread_s`` and ``marked_in``, a number of videos.

    Raises:
        ValueError: There is no such video, or there are fewer than two.
    """
    chosen = list(dict.fromkeys(library.names if names is None else names))
    found = common_timeline(library, chosen)
    return {
        'clock': found.clock.tolist(),
        'videos': [
            {
                'name': name,
                'frame_inds': found.frame_inds[place].tolist(),
                'outlier': place in found.outliers,
                'similarity': float(found.similarities[place]),
            }
            for place, name in enumerate(chosen)
        ],
        'pace_spread': without_nan(found.pace_spread),
        'uncertainty': without_nan(found.uncertainty),
        'events': _events(library, found, chosen, rows),
    }


def common_timeline(library: Videos, names: Sequence[str]) -> Timeline:
    """Align videos with each other."""
    return align_all([library.video(name) for name in names])


def _events(
    library: Videos, found: Timeline, names: Sequence[str], rows: Mapping[str, Rows]
) -> list[dict[str, Any]]:
    own = {name: rows[name] for name in names if rows.get(name)}
    lengths = {name: len(library.video(name)) for name in own}
    phases = phases_in_order({n: [tuple(r) for r in own[n]] for n in own}, lengths)
    labels: list[np.ndarray | None] = [
        dense_labels(own[name], phases, lengths[name]) if name in own else None
        for name in names
    ]
    return [
        {
            'name': event.name,
            'clock_s': event.clock_s,
            'spread_s': event.spread_s,
            'marked_in': event.marked_in,
        }
        for event in phase_events(found, labels, phases)
    ]
