"""Draw where a video strays from good ones."""

from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from carl_mm.visualization.parts.phases import OKABE_ITO, add_legend, shorten
from carl_mm.visualization.parts.writing import with_fonts

MAX_TITLE_CHARACTERS = 80
# Log odds up to about this are spaced evenly and larger ones by their logarithm, so
# that 500 in one place does not flatten what happens at 5 in another.
LINEAR_LOG_ODDS = 5.0
MIN_TICK_GAP = 1 / 12  # of the axis
CUT_COLOR = OKABE_ITO[6]
SCORE_COLOR, THRESHOLD_COLOR, SEGMENT_COLOR = OKABE_ITO[4], '#000000', OKABE_ITO[0]


def round_log_odds(low: float, high: float) -> list[float]:
    """Choose round numbers for an axis that is linear up to about 5.

    Args:
        low: Lowest value, <= 0.
        high: Highest value, >= 0.

    Returns:
        0 and numbers 1, 2 and 5 times a power of ten within the range, ascending, none
        closer than a twelfth of the axis to another.
    """

    def place(value: float) -> float:
        return float(np.arcsinh(value / LINEAR_LOG_ODDS))

    gap = max((place(high) - place(low)) * MIN_TICK_GAP, 1e-9)
    found = [0.0]
    rounds = [digit * 10.0**power for power in range(-3, 309) for digit in (1, 2, 5)]
    for sign, limit in ((1, high), (-1, -low)):
        last = 0.0
        for value in rounds:
            if value > limit:
                break
            if place(value) - place(last) >= gap:
                found.append(sign * value)
                last = value
    return sorted(found)


@with_fonts
def deviation_figure(
    scores: np.ndarray,
    threshold: float,
    segments: Sequence[tuple[int, int]] = (),
    *,
    timestamps: np.ndarray | None = None,
    title: str = '',
    cuts: Sequence[tuple[int, int]] = (),
) -> Figure:
    """Draw the score of each frame, and shade the segments that stand out.

    The axis is linear up to about 5 and logarithmic beyond.

    Args:
        scores: ``(T,)`` log odds of each frame being strange.
        threshold: Log odds above which a frame stands out.
        segments: First and last frame of each segment.
        timestamps: ``(T,)`` in seconds, ascending; without them the axis is in frames.
        title: Name of the video.
        cuts: First and last frame of each segment that shows another scene.

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
    handles += _shade(axes, times, ends, segments, SEGMENT_COLOR, '//', 'stands out')
    handles += _shade(axes, times, ends, cuts, CUT_COLOR, 'xx', 'another scene')
    _scale(axes, min(0.0, threshold, values.min()), max(threshold, values.max()))
    axes.set_xlabel('time (frames)' if timestamps is None else 'time (s)', fontsize=14)
    axes.set_ylabel('deviation (log odds)\nlogarithmic beyond 5', fontsize=14)
    axes.set_title(shorten(title, MAX_TITLE_CHARACTERS), fontsize=13)
    axes.tick_params(labelsize=12)
    axes.grid(alpha=0.3)
    axes.set_xlim(float(times[0]), float(ends[-1]))
    add_legend(figure, handles, below=True)
    return figure


def _shade(
    axes: Axes,
    starts: np.ndarray,
    ends: np.ndarray,
    spans: Sequence[tuple[int, int]],
    color: str,
    hatch: str,
    label: str,
) -> list[Artist]:
    """Shade the spans, and return what stands for them in the legend, if any."""
    handles: list[Artist] = []
    for first, last in spans:
        if not 0 <= first <= last < len(starts):
            raise ValueError(
                f'segment {first} to {last} is outside the {len(starts)} frames'
            )
        shade = axes.axvspan(
            float(starts[first]),
            float(ends[last]),
            facecolor=color,
            edgecolor='#555555',
            alpha=0.35,
            hatch=hatch,  # seen without colour, too
            label=label,
        )
        handles.append(shade)
    return handles[:1]


def _scale(axes: Axes, low: float, high: float) -> None:
    """Scale the axis of log odds, with a little room."""
    axes.set_yscale('asinh', linear_width=LINEAR_LOG_ODDS)
    bottom, top = (np.arcsinh(end / LINEAR_LOG_ODDS) for end in (low, high))
    room = 0.05 * (top - bottom) + 0.02
    places = np.array([bottom - room, top + room])
    axes.set_ylim(*(LINEAR_LOG_ODDS * np.sinh(places)).tolist())
    axes.yaxis.set_major_locator(FixedLocator(round_log_odds(low, high)))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f'{value:g}'))
