import numpy as np
import pytest

from carl_mm.visualization.figures.deviation import deviation_figure, round_log_odds
from tests.visualization.legends import read_legend

SCORES = np.array([0.0, 1, 4, 5, 1, 0, 6])
TIMES = np.array([0.0, 0.1, 0.2, 0.5, 0.6, 0.7, 0.8])


def shades(figure):
    return [
        (patch.get_x(), patch.get_x() + patch.get_width())
        for patch in figure.axes[0].patches
    ]


def test_scores_threshold_and_segments_stand_at_their_times(assert_no_clipped_text):
    figure = deviation_figure(
        SCORES, 3.0, [(2, 3), (6, 6)], timestamps=TIMES, title='x' * 200
    )
    line, threshold = figure.axes[0].get_lines()
    np.testing.assert_allclose(line.get_xydata(), np.stack([TIMES, SCORES], axis=1))
    assert set(threshold.get_ydata()) == {3.0}
    np.testing.assert_allclose(shades(figure), [(0.2, 0.6), (0.8, 0.9)])
    assert figure.axes[0].get_xlabel() == 'time (s)'
    assert '(log odds)' in figure.axes[0].get_ylabel()
    legend = read_legend(figure)
    assert legend == ['score', 'threshold, from the references', 'stands out']
    assert_no_clipped_text(figure)


def test_a_cut_has_a_shade_of_its_own(assert_no_clipped_text):
    figure = deviation_figure(SCORES, 3.0, [(2, 3)], cuts=[(6, 6)])
    assert shades(figure) == [(2, 4), (6, 7)]
    first, second = figure.axes[0].patches
    assert first.get_facecolor() != second.get_facecolor()
    legend = read_legend(figure)
    assert legend[2:] == ['stands out', 'another scene']
    assert_no_clipped_text(figure)


def test_500_does_not_flatten_what_happens_at_5(assert_no_clipped_text):
    figure = deviation_figure(np.array([-6.0, 5, 500, 0]), 1.0)
    figure.draw_without_rendering()
    axes = figure.axes[0]
    places = axes.transAxes.inverted().transform(
        axes.transData.transform([(0, value) for value in (-6.0, 0, 5, 500)])
    )[:, 1]
    assert (np.diff(places) > 0.1).all()
    assert places[0] > 0 and places[-1] < 1
    assert_no_clipped_text(figure)


def test_ticks_are_round_and_apart():
    assert round_log_odds(-6, 600) == [-5, 0, 5, 10, 20, 50, 100, 200, 500]
    assert round_log_odds(0, 1) == [0, 0.1, 0.2, 0.5, 1]
    assert round_log_odds(0, 0) == [0]
    many = round_log_odds(-1e300, 1e300)
    assert len(many) <= 25 and many[-1] <= 1e300


def test_without_time_stamps_the_axis_is_in_frames():
    figure = deviation_figure(SCORES, 3.0, [(2, 3)])
    assert figure.axes[0].get_xlabel() == 'time (frames)'
    assert shades(figure) == [(2, 4)]


def test_one_frame_is_seen(assert_no_clipped_text):
    figure = deviation_figure(SCORES[:1], 3.0)
    assert figure.axes[0].get_lines()[0].get_marker() == 'o'
    assert_no_clipped_text(figure)


@pytest.mark.parametrize(
    ('changes', 'message'),
    [
        ({'scores': SCORES[:0]}, 'T > 0'),
        ({'scores': np.array([1.0, np.nan])}, 'nan'),
        ({'timestamps': TIMES[1:]}, r'7 scores.*\(6,\)'),
        ({'cuts': [(5, 7)]}, 'segment 5 to 7 is outside the 7 frames'),
        ({'segments': [(5, 7)]}, 'segment 5 to 7 is outside the 7 frames'),
    ],
)
def test_what_does_not_fit_is_named(changes, message):
    with pytest.raises(ValueError, match=message):
        deviation_figure(**{'scores': SCORES, 'threshold': 3.0, **changes})
