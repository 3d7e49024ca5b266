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


@pytest.mark.parametrize('videos_per_batch', [2, 4, 40])
def test_a_published_share_takes_at_least_a_step_of_videos(videos_per_batch):
    data = viewed_samples()  # six train videos
    options = {'lr': 2.0, 'max_epochs': 5, 'videos_per_batch': videos_per_batch}
    found = evaluate('LinearClassification', data, drop_last=True, **options)
    for key, share in (('acc@0.1', 0.1), ('acc@0.5', 0.5), ('acc', 1)):
        count = min(6, max(videos_per_batch, int(share * 6)))
        train = take(data, 'train', picked=range(count))
        expected = F.linear_classification(
            *train, *take(data, 'test'), 3, drop_last=True, **options
        )
        assert found[PREFIX + key] == pytest.approx(expected)


def test_a_number_out_of_range_is_named():
    with pytest.raises(ValueError, match='at least 1'):
        METRICS.build({'type': 'LinearClassification', 'max_epochs': 0})
