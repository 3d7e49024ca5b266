"""The metrics' switches: what is logged, under which key, and that it arrives."""

import math

import numpy as np
import pytest
import torch
from mmaction.registry import METRICS

import carl_mm.functional as F
from tests.evaluation.test_metrics import evaluate, sample

PREFIX = 'phase_classification/'


def viewed_samples():
    """Six train and four test videos of one action, of two views in turn."""
    data = []
    for index, split in enumerate(['train'] * 6 + ['test'] * 4):
        item = sample(index, 'jump', split, 12 + index, 3, seed=1)
        item.set_metainfo({'view': ('ego', 'exo')[index % 2]})
        data.append(item)
    return data


def take(data, split, view=None, picked=None):
    chosen = [s for s in data if s.split == split and view in (None, s.view)]
    chosen = chosen if picked is None else [chosen[i] for i in picked]
    return (
        [s.pred_embedding.numpy() for s in chosen],
        [s.gt_label.numpy() for s in chosen],
    )


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


def test_retrieval_across_views():
    data = viewed_samples()
    found = evaluate(
        'FrameRetrieval',
        data,
        topk=(10,),
        rank_weighted=True,
        average='frame',
        views=('ego', 'exo'),
    )
    views = np.array([s.view for s in data if s.split == 'test'])
    for key, asks, answers in (
        ('map@10_ego_to_exo', 'ego', 'exo'),
        ('map@10_exo_to_ego', 'exo', 'ego'),
    ):
        matrix = np.outer(views == asks, views == answers)
        options = {'rank_weighted': True, 'average': 'frame', 'answers': matrix}
        expected = F.precision_at_k(*take(data, 'test'), (10,), **options)
        assert found[f'retrieval/{key}'] == pytest.approx(expected[10])
    own = evaluate('FrameRetrieval', data, topk=(3,), own_video=True)
    everything = np.ones((4, 4), dtype=bool)
    expected = F.precision_at_k(*take(data, 'test'), (3,), answers=everything)
    assert own['retrieval/ap@3'] == pytest.approx(expected[3])


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


def test_linear_classification_is_the_function():
    data = viewed_samples()
    options = {'lr': 2.0, 'max_epochs': 15, 'videos_per_batch': 3, 'seed': 4}
    found = evaluate('LinearClassification', data, **options)
    for key, picked in (('acc@0.1', [0]), ('acc@0.5', [0, 1, 2]), ('acc', range(6))):
        train = take(data, 'train', picked=picked)
        expected = F.linear_classification(*train, *take(data, 'test'), 3, **options)
        assert found[PREFIX + key] == pytest.approx(expected)
    assert PREFIX + 'acc_position' in found


def test_progression_and_tau_take_their_switches():
    data = viewed_samples()
    both = (*take(data, 'train'), *take(data, 'test'), 3)
    found = evaluate('PhaseProgression', data, include_last=True)
    expected = F.phase_progression(*both, include_last=True)
    assert found['phase_progression/r2'] == pytest.approx(expected)
    for item in data:
        item.pred_embedding = torch.ones_like(item.pred_embedding)
    assert math.isnan(evaluate('KendallsTau', data)['alignment/kendalls_tau'])
    zero = evaluate('KendallsTau', data, nan_policy='zero')
    assert zero['alignment/kendalls_tau'] == 0


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
    ('name', 'options', 'message'),
    [
        ('PhaseClassification', {'classifier': 'tree'}, "got 'tree'"),
        ('PhaseClassification', {'score': 'f1'}, "got 'f1'"),
        ('PhaseClassification', {'num_draws': 0}, 'got 0'),
        ('PhaseClassification', {'views': ('ego',)}, 'views must be two'),
        ('FrameRetrieval', {'views': ('ego', 'ego')}, 'views must be two'),
        ('FrameRetrieval', {'average': 'all'}, "got 'all'"),
        ('KendallsTau', {'nan_policy': 'drop'}, "got 'drop'"),
        ('LinearClassification', {'max_epochs': 0}, 'at least 1'),
    ],
)
def test_bad_options(name, options, message):
    with pytest.raises(ValueError, match=message):
        METRICS.build({'type': name, **options})
