import numpy as np
import pytest

from carl_mm.evaluation.evaluated_video import MODEL
from carl_mm.evaluation.results_table import CONTROLS
from carl_mm.visualization import metrics_figure
from carl_mm.visualization.figures.metrics import STYLES

ROWS = [
    {'alignment/error': 0.3, 'alignment/error_position': 0.1, 'x/acc@0.1': 0.5},
    {'alignment/error': 0.2, 'x/acc@0.1': np.inf, 'x/acc@0.1_backbone': 0.4},
]


def test_a_panel_a_metric_with_its_controls(assert_no_clipped_text):
    figure = metrics_figure([2, 5], ROWS)
    error, acc = figure.axes
    assert error.get_title() == 'alignment/error\n(lower is better)'
    assert acc.get_title() == 'x/acc@0.1\n(higher is better)'
    lines = {line.get_label(): line.get_xydata() for line in error.get_lines()}
    np.testing.assert_array_equal(lines['model'], [[2, 0.3], [5, 0.2]])
    np.testing.assert_array_equal(lines['position control'], [[2, 0.1], [5, np.nan]])
    lines = {line.get_label(): line.get_xydata() for line in acc.get_lines()}
    np.testing.assert_array_equal(lines['model'], [[2, 0.5], [5, np.nan]])
    assert figure.get_supxlabel() == 'epoch'
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    assert legend == ['model', 'position control', 'backbone control']
    assert_no_clipped_text(figure)


def test_every_control_has_a_style_of_its_own():
    assert set(STYLES) == {MODEL, *CONTROLS}
    for parts in zip(*STYLES.values(), strict=True):
        assert len(set(parts)) == len(STYLES)


def test_one_evaluation_of_many_metrics(assert_no_clipped_text):
    row = {f'metric_of_a_rather_long_name/{i}': i / 7 for i in range(7)}
    figure = metrics_figure([0], [row], step_name='training step')
    assert len(figure.axes) == 7
    assert figure.axes[0].get_xticks().tolist() == [0]
    assert figure.get_figwidth() == 12
    assert_no_clipped_text(figure)


def test_nothing_to_draw_is_named():
    with pytest.raises(ValueError, match='1 steps, but 2 evaluations'):
        metrics_figure([1], ROWS)
    with pytest.raises(ValueError, match='no metric'):
        metrics_figure([1], [{}])
