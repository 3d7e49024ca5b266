import numpy as np
import pytest

from carl_mm.visualization import figure_to_image, warps_figure

CLOCK = np.arange(10) / 5


def videos(count=5):
    times = CLOCK * np.linspace(0.8, 1.2, count)[:, None]
    times[0, :3] = np.nan
    return times


def test_each_video_the_median_and_the_outlier_are_drawn():
    figure = warps_figure(CLOCK, videos(), names=list('abcde'), outliers=[4])
    (axes,) = figure.axes
    lines = [line for line in axes.lines if len(line.get_xdata()) == 10]
    assert len(lines) == 4 + 1 + 1
    np.testing.assert_allclose(lines[4].get_ydata()[5:], CLOCK[5:] * 0.95)
    np.testing.assert_allclose(lines[5].get_ydata(), CLOCK * 1.2)
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert labels == ['4 videos', 'median and mean deviation', 'does not fit: e']
    (band,) = axes.collections
    top = band.get_paths()[0].vertices[:, 1].max()
    assert top == pytest.approx(1.8 * (0.95 + 0.1))


def test_what_differs_is_below_and_events_cross_all():
    spread = np.full(10, np.nan)
    spread[2:] = 0.5
    events = [('start', [0.2, np.nan, 0.4]), ('never', [np.nan] * 3)]
    figure = warps_figure(
        CLOCK, videos(), pace_spread=spread, uncertainty=spread, events=events
    )
    assert len(figure.axes) == 3
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert labels[-1] == 'start'
    for axes in figure.axes:
        places = [line.get_xdata() for line in axes.lines]
        assert sum(np.allclose(x, 0.3) for x in places if len(x) == 2) == 1
    ticks = figure.axes[0].lines[-1]
    assert ticks.get_xdata().tolist() == [0.2, 0.4]
    assert figure_to_image(figure, 300).shape[1] == 300


def test_a_single_moment_and_names_with_signs_can_be_drawn():
    figure = warps_figure([0.0], [[0.0], [1.0]], names=['$a_', 'b$'], outliers=[0, 1])
    assert figure_to_image(figure, 200).shape[1] == 200


@pytest.mark.parametrize(
    ('times', 'names', 'said'),
    [
        (np.zeros((2, 9)), None, r'got \(10,\) and \(2, 9\)'),
        (np.zeros(10), None, r'got \(10,\) and \(10,\)'),
        (np.zeros((2, 10)), ['a'], '2 videos, but 1 names'),
    ],
)
def test_sizes_must_fit(times, names, said):
    with pytest.raises(ValueError, match=said):
        warps_figure(CLOCK, times, names=names)
