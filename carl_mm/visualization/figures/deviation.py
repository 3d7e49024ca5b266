"""Draw where a video strays from good ones."""

from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure

from carl_mm.visualization.parts.phases import OKABE_ITO, add_legend, shorten

MAX_TITLE_CHARACTERS = 80
SCORE_COLOR, THRESHOLD_COLOR, SEGMENT_COLOR = OKABE_ITO[4], '#000000', OKABE_ITO[0]


def deviation_figure(
    scores: np.ndarray,
    threshold: float,
    segments: Sequence[tuple[int, int]] = (),
    *,
    timestamps: np.ndarray | None = None,
    title: str = '',
) -> Figure:
    """Draw the score of each frame, and shade the segments that stand out.

    Args:
        scores: ``(T,)`` log odds of each frame being strange.
        threshold: Log odds above which a frame stands out.
        segments: First and last frame of each segment.
        timestamps: ``(T,)`` in seconds, ascending; without them the axis is in frames.
        title: Name of the video.

    Raises:
        ValueError: There is no score, one is not finite, there are not as many time
            stamps, or a segment is outside the video.
    """
    values = np.asarray(scores, dtype=float)
    if values.ndim != 1 or not len(values) or not np.isfinite(values).all():
        raise ValueError(f'scores must be finite (T,), T > 0, got {values!r:.80}')
    times = np.arange(len(values)) if timestamps is None else np.asarray(timestamps)
    if times.shape != values.shape:
        raise ValueError(f'{len(values)} scores, but time stamps {times.shape}')
    # A frame lasts until the next; the last one as long as the one before it.
    step = float(times[-1] - times[-2]) if len(times) > 1 else 1.0
    ends = np.append(times[1:], times[-1] + step)
    figure = Figure(figsize=(12, 5), layout='constrained')
    axes = figure.add_subplot()
    handles: list[Artist] = [
        axes.plot(
            times,
            values,
            color=SCORE_COLOR,
            linewidth=2.5,
            marker='o' if len(values) < 3 else '',
            label='score',
        )[0],
        axes.axhline(
            threshold,
            color=THRESHOLD_COLOR,
            linestyle='--',
            linewidth=1.5,
            label='threshold, from the references',
        ),
    ]
    for number, (first, last) in enumerate(segments):
        if not 0 <= first <= last < len(values):
            raise ValueError(
                f'segment {first} to {last} is outside the {len(values)} frames'
            )
        shade = axes.axvspan(
            float(times[first]),
            float(ends[last]),
            facecolor=SEGMENT_COLOR,
            edgecolor='#555555',
            alpha=0.35,
            hatch='//',  # seen without colour, too
            label='stands out',
        )
        handles += [] if number else [shade]
    axes.set_xlabel('time (frames)' if timestamps is None else 'time (s)', fontsize=14)
    axes.set_ylabel('deviation (log odds)', fontsize=14)
    axes.set_title(shorten(title, MAX_TITLE_CHARACTERS), fontsize=13)
    axes.tick_params(labelsize=12)
    axes.grid(alpha=0.3)
    axes.set_xlim(float(times[0]), float(ends[-1]))
    add_legend(figure, handles, below=True)
    return figure
