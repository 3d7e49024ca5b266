import pytest
from mmaction.registry import METRICS

import carl_mm.functional as F
from tests.evaluation.predictions import evaluate, take, viewed_samples

PREFIX = 'phase_classification/'


def test_linear_classification_is_the_function():
    data = viewed_samples()
    options = {'lr': 2.0, 'max_epochs': 15, 'videos_per_batch': 3, 'seed': 4}
    found = evaluate('LinearClassification', data, **options)
    for key, picked in (('acc@0.1', [0]), ('acc@0.5', [0, 1, 2]), ('acc', range(6))):
        train = take(data, 'train', picked=picked)
        expected = F.linear_classification(*train, *take(data, 'test'), 3, **options)
        assert found[PREFIX + key] == pytest.approx(expected)
    assert PREFIX + 'acc_position' in found


def test_a_number_out_of_range_is_named():
    with pytest.raises(ValueError, match='at least 1'):
        METRICS.build({'type': 'LinearClassification', 'max_epochs': 0})
