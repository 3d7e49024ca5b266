import numpy as np
import pytest
from mmaction.registry import METRICS

import carl_mm.functional as F
from tests.evaluation.predictions import evaluate, take, viewed_samples


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


def test_lavs_retrieval_stays_in_the_video_and_is_named():
    data = viewed_samples()
    found = evaluate('FrameRetrieval', data, topk=(5, 15), lav=True)
    options = {'answers': np.eye(4, dtype=bool), 'query_answers': True}
    expected = F.precision_at_k(*take(data, 'test'), (5, 15), **options)
    for k, value in expected.items():
        assert found[f'retrieval/ap@{k}_lav'] == pytest.approx(value)
    assert set(found) == {
        f'retrieval/ap@{k}_lav{control}'
        for k in (5, 15)
        for control in ('', '_position')
    }
    assert found['retrieval/ap@5_lav_position'] > 1 / 5  # the query is a hit


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        ({'topk': (0,)}, r'\(0,\)'),
        ({'views': ('ego', 'ego')}, 'views must be two'),
        ({'average': 'all'}, "got 'all'"),
        ({'lav': True, 'own_video': True}, 'leave out own_video'),
        ({'lav': True, 'views': ('ego', 'exo')}, "'ego', 'exo'"),
    ],
)
def test_bad_options(options, message):
    with pytest.raises(ValueError, match=message):
        METRICS.build({'type': 'FrameRetrieval', **options})
