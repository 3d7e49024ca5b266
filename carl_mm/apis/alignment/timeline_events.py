"""When events are on the clock of a timeline."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from carl_mm.apis.alignment.timeline import Timeline
from carl_mm.functional.label_runs import label_runs


@dataclass(frozen=True, eq=False)
class TimelineEvent:
    """The start of a phase, marked in some videos of a timeline.

    Attributes:
        name: Name of the phase.
        clock_times: When it is on the clock, ``(V,)``, in seconds; NaN in videos in
            which it is not marked.
    """

    name: str
    clock_times: np.ndarray

    @property
    def clock_s(self) -> float:
        """The median of its times on the clock, in seconds."""
        return float(np.nanmedian(self.clock_times))

    @property
    def spread_s(self) -> float:
        """The mean distance of its times from their median, in seconds."""
        return float(np.nanmean(np.abs(self.clock_times - self.clock_s)))

    @property
    def marked_in(self) -> int:
        """In how many videos it is marked."""
        return int(np.count_nonzero(~np.isnan(self.clock_times)))


def phase_events(
    timeline: Timeline, labels: Sequence[np.ndarray | None], phases: Sequence[str]
) -> list[TimelineEvent]:
    """Find the events of labelled videos, in the order of the clock.

    A phase that begins with the video is no event: it may have begun before. Of several
    starts of one phase in a video the first counts.

    Args:
        timeline: V videos on one clock.
        labels: Label of each frame of each video, ``(T_i,)`` integers, -1 where there
            is none; None if none is known.
        phases: Names of the phases.
    """
    times: dict[str, np.ndarray] = {}
    for index, own in enumerate(labels):
        runs = [] if own is None else label_runs(own).tolist()
        for first, _, label in reversed(runs):
            if label < 0 or first == 0:
                continue
            at = times.setdefault(phases[label], np.full(len(labels), np.nan))
            at[index] = timeline.clock_times[index][first]
    events = [TimelineEvent(name, at) for name, at in times.items()]
    return sorted(events, key=lambda event: event.clock_s)
