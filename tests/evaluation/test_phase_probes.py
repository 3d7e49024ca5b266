import numpy as np
import pytest
from mmaction.registry import METRICS

import carl_mm.functional as F
from tests.evaluation.predictions import (
    PHASES,
    arrays,
    evaluate,
    samples,
    take,
    viewed_samples,
)

PREFIX = 'phase_classification/'


def test_label_fractions_take_the_first_videos():
    data = samples()
    figures = evaluate('PhaseClassification', data, label_fractions=(0.4, 1.0))
    values = []
    for action in PHASES:
        train, test = arrays(data, action, 'train'), arrays(data, action, 'test')
        values.append(F.phase_classification(train[0][:1], train[1][:1], *test))
    assert figures['phase_classification/acc@0.4'] == pytest.approx(np.mean(values))


def test_classification_across_views():
    data = viewed_samples()
    options = {'classifier': 'svm', 'score': 'weighted_f1'}
    found = evaluate(
        'PhaseClassification',
        data,
        label_fractions=(1.0,),
        views=('ego', 'exo'),
        **options,
    )
    expected = {
        'f1': (take(data, 'train'), take(data, 'test')),
        'f1_ego_to_exo': (take(data, 'train', 'ego'), take(data, 'test', 'exo')),
        'f1_exo_to_ego': (take(data, 'train', 'exo'), take(data, 'test', 'ego')),
    }
    for key, (train, test) in expected.items():
        score = F.phase_classification(*train, *test, **options)
        assert found[PREFIX + key] == pytest.approx(score)
    assert set(found) == {
        PREFIX + key + end for key in expected for end in ('', '_position')
    }


def test_draws_of_labelled_videos():
    data = viewed_samples()
    options = {'label_fractions': (0.4, 1.0)}
    found = evaluate('PhaseClassification', data, num_draws=8, **options)
    again = evaluate('PhaseClassification', data, num_draws=8, **options)
    assert found == again
    pairs = [(a, b) for a in range(6) for b in range(a + 1, 6)]
    possible = [
        F.phase_classification(*take(data, 'train', picked=p), *take(data, 'test'))
        for p in pairs
    ]
    assert min(possible) <= found[PREFIX + 'acc@0.4'] <= max(possible)
    assert 0 < found[PREFIX + 'acc@0.4_std'] <= np.ptp(possible) / 2
    assert PREFIX + 'acc_std' not in found
    first = evaluate('PhaseClassification', data, **options)
    expected = F.phase_classification(
        *take(data, 'train', picked=[0, 1]), *take(data, 'test')
    )
    assert first[PREFIX + 'acc@0.4'] == pytest.approx(expected)


def test_numbers_of_labelled_videos():
    """AE2's few labels: 1, 2, 3, 5 and 10 videos, not shares of them."""
    data = viewed_samples()  # six train videos
    options = {'classifier': 'svm', 'score': 'weighted_f1', 'label_fractions': (1.0,)}
    counts = (1, 2, 3, 5, 10)
    found = evaluate('PhaseClassification', data, label_counts=counts, **options)
    options.pop('label_fractions')
    for count in counts:
        train = take(data, 'train', picked=range(min(count, 6)))
        score = F.phase_classification(*train, *take(data, 'test'), **options)
        assert found[f'{PREFIX}f1@{count}_videos'] == pytest.approx(score)
    keys = {key for key in found if 'position' not in key}
    names = {'f1', *(f'f1@{count}_videos' for count in counts)}
    assert keys == {PREFIX + name for name in names}


def test_draws_of_a_number_of_videos():
    data = viewed_samples()
    found = evaluate('PhaseClassification', data, num_draws=30, label_counts=(2, 10))
    pairs = [(a, b) for a in range(6) for b in range(a + 1, 6)]
    possible = [
        F.phase_classification(*take(data, 'train', picked=p), *take(data, 'test'))
        for p in pairs
    ]
    mean = found[PREFIX + 'acc@2_videos']
    assert mean == pytest.approx(np.mean(possible), abs=np.ptp(possible) / 4)
    assert 0 < found[PREFIX + 'acc@2_videos_std'] <= np.ptp(possible) / 2
    assert found[PREFIX + 'acc@10_videos'] == found[PREFIX + 'acc']
    assert found[PREFIX + 'acc@10_videos_std'] == 0


def test_progression_with_frame_numbers():
    data = viewed_samples()
    both = (*take(data, 'train'), *take(data, 'test'), 3)
    options = {'include_last': True, 'frame_number_scale': 1e-3}
    found = evaluate('PhaseProgression', data, **options)
    expected = F.phase_progression(*both, **options)
    assert found['phase_progression/r2'] == pytest.approx(expected)
    plain = evaluate('PhaseProgression', data, include_last=True)
    assert found['phase_progression/r2'] > plain['phase_progression/r2']


def test_progression_takes_the_last_phase_as_well():
    data = viewed_samples()
    both = (*take(data, 'train'), *take(data, 'test'), 3)
    found = evaluate('PhaseProgression', data, include_last=True)
    expected = F.phase_progression(*both, include_last=True)
    assert found['phase_progression/r2'] == pytest.approx(expected)


def test_a_phase_without_a_train_video_is_named_once(monkeypatch):
    lines = []
    monkeypatch.setattr(
        'carl_mm.evaluation.framewise_metric.print_log',
        lambda text, **_: lines.append(text),
    )
    data = viewed_samples()
    data[0].gt_label[data[0].gt_label == 2] = -1
    options = {'label_fractions': (0.1, 1.0)}
    found = evaluate('PhaseClassification', data, **options)
    assert lines == [
        "PhaseClassification: action 'jump': with 0.1 of the labels no train video "
        'has c; such test frames count as wrong'
    ]
    expected = F.phase_classification(
        *take(data, 'train', picked=[0]), *take(data, 'test')
    )
    assert found[PREFIX + 'acc@0.1'] == pytest.approx(expected)


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        ({'label_fractions': (2,)}, r'\(2,\)'),
        ({'classifier': 'tree'}, "got 'tree'"),
        ({'score': 'f1'}, "got 'f1'"),
        ({'num_draws': 0}, 'got 0'),
        ({'label_counts': (3, 0)}, r'\(3, 0\)'),
        ({'views': ('ego',)}, 'views must be two'),
    ],
)
def test_bad_options(options, message):
    with pytest.raises(ValueError, match=message):
        METRICS.build({'type': 'PhaseClassification', **options})
