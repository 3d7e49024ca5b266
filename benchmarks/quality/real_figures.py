"""The figures that `real_videos.py` shows, and what they are called."""

from real_results import Results

from carl_mm.evaluation.evaluated_video import WHOLE
from carl_mm.evaluation.results_table import lower_is_better

RELATEDNESS = 'alignment/relatedness'
OTHERS = ('phase_classification/acc', 'retrieval/ap@10', RELATEDNESS)
EVENTS = ('alignment/event_error', 'alignment/event_frames')
KINDS = ('windowed', WHOLE, 'warped')


def shown_figures(results: Results) -> list[str]:
    """List the figures that have a table: every event error, then the others."""
    known = dict.fromkeys(
        figure for figures in results.models.values() for figure in figures
    )
    errors = [
        figure
        for start in EVENTS
        for kind in KINDS
        for figure in known
        if figure.startswith(start) and kind_of(figure) == kind
    ]
    return [*errors, *(figure for figure in OTHERS if figure in known)]


def kind_of(figure: str) -> str:
    """Return which videos a figure is of: whole ones, or a kind of cuts."""
    return next((kind for kind in KINDS if figure.endswith(f'_{kind}')), WHOLE)


def title(figure: str) -> str:
    """Return what a figure is called: its kind of videos and its matching, or its key.

    >>> title('alignment/event_error_dtw_windowed')
    'event error, share of the video: windowed, dtw (lower is better)'
    """
    hint = 'lower' if lower_is_better(figure) else 'higher'
    start = next((start for start in EVENTS if figure.startswith(start)), None)
    if start is None:
        return f'{figure} ({hint} is better)'
    kind = kind_of(figure)
    rest = figure.removeprefix(start).removesuffix(f'_{kind}')
    matching = rest.removeprefix('_') or 'nearest'
    name = 'error, share of the video'
    if start != EVENTS[0]:
        is_mean = matching == 'mean' or matching.startswith('mean_')
        matching = matching.removeprefix('mean').removeprefix('_') or 'nearest'
        name = f'error, {"mean" if is_mean else "median"}, frames'
    return f'event {name}: {kind}, {matching} ({hint} is better)'
