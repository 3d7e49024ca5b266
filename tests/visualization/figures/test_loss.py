import numpy as np
import pytest

from carl_mm.visualization import loss_figure
from carl_mm.visualization.figures.loss import smooth


def test_smoothing_equals_a_loop():
    values = np.random.default_rng(0).normal(size=30)
    values[[4, 5]] = np.nan
    expected = [np.nanmean(values[max(0, i - 3) : i + 4]) for i in range(30)]
    np.testing.assert_allclose(smooth(values, 7), expected)
    np.testing.assert_array_equal(smooth(values, 1), values)
    assert np.isnan(smooth(np.array([np.nan]), 3)).all()
    np.testing.assert_allclose(smooth(np.array([1.0, 3.0]), 5), [2, 2])


def test_raw_and_smoothed_lines(assert_no_clipped_text):
    steps, losses = np.arange(100) * 10, np.linspace(3, 1, 100)
    losses[7] = np.inf
    figure = loss_figure(steps, losses)
    (axes,) = figure.axes
    raw, mean = axes.get_lines()
    np.testing.assert_array_equal(raw.get_xdata(), steps)
    assert np.flatnonzero(np.isnan(raw.get_ydata())).tolist() == [7]
    assert mean.get_label() == 'mean of 5 values'
    assert mean.get_linewidth() > raw.get_linewidth()
    assert (axes.get_xlabel(), axes.get_ylabel()) == ('training step', 'training loss')
    assert_no_clipped_text(figure)


def test_one_value_can_be_seen():
    (line,) = loss_figure([10], [2.0]).axes[0].get_lines()
    assert line.get_marker() == 'o'


def test_sizes_that_do_not_fit_are_named():
    with pytest.raises(ValueError, match=r'\(2,\) losses and \(3,\) steps'):
        loss_figure([1, 2, 3], [1.0, 2.0])
    with pytest.raises(ValueError, match=r'\(0,\) losses'):
        loss_figure([], [])
    with pytest.raises(ValueError, match='odd and positive, got 4'):
        loss_figure([1, 2], [1.0, 2.0], width=4)
