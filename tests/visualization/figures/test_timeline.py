import numpy as np
import pytest
from matplotlib.colors import to_hex

from carl_mm.visualization import phase_colors, phase_timeline_figure
from carl_mm.visualization.parts.phases import UNLABELLED_COLOR

TRUTH = np.array([0, 0, 1, 1, -1])
PREDICTION = np.array([0, 1, 1, 1, 0])
PHASES = ['lift', 'tilt']


def bars(figure):
    """Of each bar its runs: start, end, colour; bars from above."""
    drawn = []
    for collection in figure.axes[0].collections:
        runs = []
        for path, color in zip(
            collection.get_paths(), collection.get_facecolors(), strict=True
        ):
            x = path.vertices[:, 0]
            runs.append((x.min(), x.max(), to_hex(color)))
        drawn.append((collection.get_paths()[0].vertices[:, 1].min(), runs))
    assert drawn == sorted(drawn)
    return [runs for _, runs in drawn]


def test_truth_above_prediction_in_seconds(assert_no_clipped_text):
    figure = phase_timeline_figure([PREDICTION], [TRUTH], PHASES, ['a'], fps=[2.0])
    lift, tilt = phase_colors(2)
    gray = UNLABELLED_COLOR.lower()
    truth, prediction = bars(figure)
    assert truth == [(0, 1, lift), (1, 2, tilt), (2, 2.5, gray)]
    assert prediction == [(0, 0.5, lift), (0.5, 2, tilt), (2, 2.5, lift)]
    axes = figure.axes[0]
    assert [tick.get_text() for tick in axes.get_yticklabels()] == [
        'truth',
        'prediction',
    ]
    assert axes.get_xlabel() == 'time (s)'
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    assert legend == ['lift', 'tilt', 'unlabelled']
    assert_no_clipped_text(figure)


def test_time_stamps_and_rows_without_truth(assert_no_clipped_text):
    stamps = [np.array([1.0, 2, 4, 5, 9]), np.array([0.0])]
    figure = phase_timeline_figure(
        [PREDICTION, [1]], [TRUTH, None], PHASES, ['x' * 300, 'b'], timestamps=stamps
    )
    first, _, second = bars(figure)
    assert [run[:2] for run in first] == [(1, 4), (4, 9), (9, 13)]
    assert [run[:2] for run in second] == [(0, 1)]
    assert '…' in figure.axes[0].texts[0].get_text()
    assert_no_clipped_text(figure)


def test_every_run_is_drawn_and_named_where_it_fits():
    labels = np.random.default_rng(0).integers(0, 3, 200)
    figure = phase_timeline_figure([labels], phases=['x', 'y', 'z' * 40])
    (runs,) = bars(figure)
    assert len(runs) == 1 + np.count_nonzero(np.diff(labels))
    assert runs[0][0] == 0
    assert runs[-1][1] == 200
    named = {text.get_text() for text in figure.axes[0].texts}
    assert 'z' * 40 not in named
    assert figure.axes[0].get_xlabel() == 'time (frames)'


def test_a_frame_beside_minutes_is_seen():
    long = np.zeros(2000, int)
    _, (run,) = bars(phase_timeline_figure([long, [0]], fps=[25, 25]))
    assert run[1] > 0.003 * 80


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        (([],), 'no video'),
        ((None,), 'no video'),
        (([None], [None]), 'video 0 has neither truth nor prediction'),
        (
            ([PREDICTION], [TRUTH[:4]]),
            r'prediction of video 0 .* per frame \(4\).*\(5,\)',
        ),
        (([PREDICTION], [TRUTH, TRUTH]), '2 videos, but prediction of 1'),
        (([PREDICTION], None, ['lift']), 'label 1 is none of the 1'),
        (([np.zeros(0)],), 'video of 0 frames'),
    ],
)
def test_sizes_that_do_not_fit_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        phase_timeline_figure(*arguments)
