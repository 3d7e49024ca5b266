import numpy as np
import pytest
import torch
from mmaction.registry import METRICS

import carl_mm.functional as F
from carl_mm.evaluation import results_table
from carl_mm.evaluation.segmentation.segmenters import SEGMENTERS
from tests.evaluation.predictions import PHASES, arrays, evaluate, samples

PREFIX = 'phase_segmentation/'
SCORES = ('mof', 'f1@10', 'f1@25', 'f1@50', 'edit', 'miou')
WAYS = {
    'kmeans': F.kmeans_phases,
    'neighbours': F.neighbour_phases,
    'equal': F.equal_phases,
}


def with_backbone():
    """Samples whose backbone tells the phases, hidden under what frames share."""
    data = samples()
    rng = np.random.default_rng(3)
    for item in data:
        features = rng.normal(size=(len(item.gt_label), 5)) / 9
        features[:, :3] += np.eye(3)[item.gt_label.numpy()]
        item.controls['backbone'] = torch.from_numpy(features + 50).float()
    return data


def expected(data, way, matching, embed, num_phases=None):
    rows = []
    for action, phases in PHASES.items():
        labels = arrays(data, action, 'test')[1]
        chosen = [s for s in data if s.action == action and s.split == 'test']
        count = num_phases or len(phases)
        found = WAYS[way]([embed(item) for item in chosen], count)
        rows.append(F.segmentation_scores(labels, found, matching))
    return {name: np.mean([row[name] for row in rows]) for name in SCORES}


@pytest.mark.parametrize('matching', ['set', 'video'])
def test_each_segmenter_is_judged_on_each_embedding(matching):
    data = with_backbone()
    figures = evaluate('PhaseSegmentation', data, matching=matching)
    embeddings = {
        '': lambda item: item.pred_embedding.numpy(),
        '_position': lambda item: item.controls['position'].numpy(),
        '_backbone': lambda item: item.controls['backbone'].numpy(),
        '_centred': lambda item: F.centred(item.controls['backbone'].numpy()),
    }
    end = '_per_video' if matching == 'video' else ''
    wanted = {}
    for way in ('kmeans', 'neighbours'):
        for suffix, embed in embeddings.items():
            for name, value in expected(data, way, matching, embed).items():
                wanted[f'{PREFIX}{name}_{way}{end}{suffix}'] = value
    equal = expected(data, 'equal', matching, embeddings[''])
    wanted |= {f'{PREFIX}{k}_equal{end}': value for k, value in equal.items()}
    assert figures == pytest.approx(wanted)


def test_the_centred_backbone_shows_what_is_hidden():
    data = with_backbone()
    figures = evaluate('PhaseSegmentation', data, segmenters=('kmeans',))
    assert figures[f'{PREFIX}mof_kmeans_centred'] > 0.9
    assert figures[f'{PREFIX}mof_kmeans_position'] < 0.8


def test_the_number_of_phases_can_be_given():
    data = samples()
    found = evaluate('PhaseSegmentation', data, num_phases=5, segmenters=('equal',))
    wanted = expected(data, 'equal', 'set', lambda item: item.pred_embedding, 5)
    assert found == pytest.approx({f'{PREFIX}{k}_equal': wanted[k] for k in SCORES})
    plain = evaluate('PhaseSegmentation', data, segmenters=('equal',))
    assert plain[f'{PREFIX}mof_equal'] > found[f'{PREFIX}mof_equal']


def test_the_table_shows_controls_beside_the_model():
    figures = evaluate('PhaseSegmentation', with_backbone())
    lines = results_table(figures).splitlines()
    rows = {line.split('|')[1].strip(): line.split('|')[2:-1] for line in lines}
    assert [cell.strip() for cell in rows['']][-1] == 'centred backbone'
    cells = rows[f'{PREFIX}mof_kmeans (higher is better)']
    assert all(cell.strip() != '-' for cell in cells)
    cells = rows[f'{PREFIX}f1@50_equal (higher is better)']
    assert [cell.strip() == '-' for cell in cells] == [False, True, True, True]


def test_a_segmenter_of_ones_own(monkeypatch):
    monkeypatch.setitem(
        SEGMENTERS, 'first', lambda videos, k: [v[:, 0] > 1 for v in videos]
    )
    figures = evaluate('PhaseSegmentation', samples(), segmenters=['first'])
    assert f'{PREFIX}mof_first_position' in figures and len(figures) == 12


def test_an_action_without_labels_is_left_out():
    data = samples()
    for item in data:
        if item.action == 'run':
            item.gt_label[:] = -1
    figures = evaluate('PhaseSegmentation', data, segmenters=('equal',))
    labels = arrays(data, 'jump', 'test')[1]
    wanted = F.segmentation_scores(labels, F.equal_phases(labels, 3), 'set')
    assert figures == pytest.approx({f'{PREFIX}{k}_equal': wanted[k] for k in SCORES})
    for item in data:
        item.gt_label[:] = -1
    assert evaluate('PhaseSegmentation', data) == {}


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        ({'segmenters': ('magic',)}, r"got \('magic',\)"),
        ({'matching': None}, 'got None'),
        ({'num_phases': 0}, 'got 0'),
    ],
)
def test_bad_options(options, message):
    with pytest.raises(ValueError, match=message):
        METRICS.build({'type': 'PhaseSegmentation', **options})
