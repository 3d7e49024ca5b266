"""`save_best` and early stopping know which way each of our figures is better."""

import pytest
from mmaction.registry import HOOKS, METRICS
from mmengine.hooks import CheckpointHook, EarlyStoppingHook

import carl_mm.evaluation as evaluation
from carl_mm.evaluation import FramewiseMetric
from carl_mm.evaluation.better_way import tell_directions
from carl_mm.evaluation.results_table import lower_is_better
from tests.evaluation.predictions import NAMES, evaluate, samples, with_cuts


def rules(key):
    """The rules of both hooks, the first one's by its own way and by 'auto'."""
    checkpoint = HOOKS.build(dict(type='CheckpointHook', save_best=key))
    automatic = CheckpointHook(save_best='auto')
    automatic._init_rule([None], [key])
    stopping = EarlyStoppingHook(monitor=key)
    return {checkpoint.rules[0], automatic.rules[0], stopping.rule}


@pytest.mark.parametrize('name', NAMES)
def test_every_figure_has_the_direction_that_the_table_shows(name):
    options = {'in_frames': True} if name == 'AlignmentError' else {}
    figures = evaluate(name, with_cuts(samples()), **options)
    assert figures
    for key in figures:
        expected = 'less' if lower_is_better(key) else 'greater'
        assert rules(key) == {expected}, key


@pytest.mark.parametrize(
    ('key', 'rule'),
    [
        ('alignment/kendalls_tau', 'greater'),
        ('alignment/nan_share', 'less'),
        ('alignment/event_error_dtw_windowed', 'less'),
        ('alignment/event_within_3_posterior', 'greater'),
        ('retrieval/map@10_ego_to_exo', 'greater'),
        ('phase_classification/f1', 'greater'),
        ('frame_classification/acc', 'greater'),
        ('loss', 'less'),  # mmengine's own
    ],
)
def test_directions(key, rule):
    assert rules(key) == {rule}


def test_a_prefix_of_ones_own_is_told_and_a_new_metric_tells_its_own():
    METRICS.build(dict(type='KendallsTau', prefix='mine'))
    assert rules('mine/kendalls_tau') == {'greater'}

    class Distance(FramewiseMetric):
        default_prefix = 'new'
        keys = smaller_is_better = ('distance',)

        def evaluate_action(self, videos):
            return {'distance': 1.0}

    assert rules('new/distance') == {'less'}


def test_nothing_is_told_twice_or_without_a_prefix():
    before = list(CheckpointHook._default_less_keys)
    tell_directions('alignment', (), ('error',))
    tell_directions(None, (), ('distance',))
    assert CheckpointHook._default_less_keys == before
    assert 'error' not in before


def test_every_metric_tells():
    kinds = [getattr(evaluation, name) for name in evaluation.__all__]
    kinds = [kind for kind in kinds if hasattr(kind, 'evaluate_action')]
    assert len(kinds) > 5
    for kind in set(kinds) - {FramewiseMetric}:
        assert kind.larger_is_better or kind.smaller_is_better, kind
