import json
import math

import numpy as np
import pytest
import torch
from mmaction.registry import METRICS
from mmaction.structures import ActionDataSample

import carl_mm.functional as F
from carl_mm.evaluation import EvaluatedVideo, framewise_metric
from tests.evaluation.predictions import (
    NAMES,
    PHASES,
    arrays,
    evaluate,
    samples,
    with_cuts,
)


def test_figures_are_means_over_actions():
    data = samples()
    keys = ('acc', 'r2', 'tau', 'ap', 'error', 'event', 'event_dtw', 'event_posterior')
    expected = {key: [] for key in keys}
    for action, phases in PHASES.items():
        train, test = arrays(data, action, 'train'), arrays(data, action, 'test')
        count = len(phases)
        expected['acc'].append(F.phase_classification(*train, *test))
        expected['r2'].append(F.phase_progression(*train, *test, count))
        labelled = [e[v >= 0] for e, v in zip(*test, strict=True)]
        expected['tau'].append(F.kendalls_tau(labelled, 2)[0])
        expected['ap'].append(F.precision_at_k(*test, (5,), 2)[5])
        progress = [F.phase_progress(labels, count) for labels in test[1]]
        events = [F.phase_boundaries(labels, count) for labels in test[1]]
        expected['error'].append(F.alignment_error(test[0], progress))
        expected['event'].append(F.event_error(test[0], events))
        expected['event_dtw'].append(F.event_error(test[0], events, matching='dtw'))
        posterior = F.event_error(test[0], events, matching='posterior')
        expected['event_posterior'].append(posterior)
    figures = {}
    for name in NAMES:
        stride = {'stride': 2} if name in ('KendallsTau', 'FrameRetrieval') else {}
        figures |= evaluate(name, data, **stride)
    keys = ['phase_classification/acc', 'phase_progression/r2']
    keys += ['alignment/kendalls_tau', 'retrieval/ap@5', 'alignment/error']
    keys += ['alignment/event_error', 'alignment/event_error_dtw']
    keys += ['alignment/event_error_posterior']
    for key, values in zip(keys, expected.values(), strict=True):
        assert figures[key] == pytest.approx(np.mean(values)), key
        assert f'{key}_position' in figures
        assert figures[key] != figures[f'{key}_position']


@pytest.mark.parametrize('name', NAMES)
def test_order_and_padding_of_the_sampler_change_nothing(name):
    data = samples()
    expected = evaluate(name, data)
    shuffled = [data[i] for i in (3, 1, 0, 2, 9, 8, 7, 6, 5, 4, 3, 0)]
    assert evaluate(name, shuffled) == expected


def test_a_video_without_a_frame_is_left_out():
    data = samples()
    broken = ActionDataSample(
        metainfo={'sample_idx': 99, 'action': 'jump', 'split': 'test'}
        | {'filename': 'broken.mp4'}
    )
    broken.gt_label, broken.controls = torch.empty(0, dtype=torch.int64), {}
    broken.pred_embedding = torch.empty(0, 1)
    for name in NAMES:
        assert evaluate(name, [*data, broken]) == evaluate(name, data)


def test_nan_embeddings_give_nan_and_leave_the_controls():
    data = samples()
    data[4].pred_embedding[2] = float('nan')
    clean = samples()
    for name in NAMES:
        figures, expected = evaluate(name, data), evaluate(name, clean)
        for key, value in figures.items():
            if key.endswith('_position'):
                assert value == expected[key]
            else:
                assert math.isnan(value), key


def told(monkeypatch):
    """What metrics log from here on."""
    lines = []
    monkeypatch.setattr(
        framewise_metric, 'print_log', lambda text, **_: lines.append(text)
    )
    return lines


def unlabelled(data):
    for item in data:
        item.gt_label[:] = -1
        item.set_metainfo({'action': None})
    return data


def test_unlabelled_videos_have_tau_alone(monkeypatch):
    data, lines = unlabelled(samples()), told(monkeypatch)
    figures = evaluate('KendallsTau', data)
    assert figures['alignment/kendalls_tau'] <= 1
    assert not any(math.isnan(value) for value in figures.values())
    assert lines == []
    others = [*NAMES, 'LinearClassification']
    for name in others:
        if name != 'KendallsTau':
            assert evaluate(name, data) == {}, name
            fits = name.startswith(('PhaseC', 'PhaseP', 'Linear'))
            missing = 'train' if fits else 'test'
            text = f'{name}: no {missing} video has labels, so it is left out'
            assert lines == [text]
            lines.clear()


def test_unlabelled_videos_that_stand_still_have_no_nan():
    data = unlabelled(samples())
    for item in data:
        item.pred_embedding[:] = item.pred_embedding[0]
    figures = evaluate('KendallsTau', data)
    assert 'alignment/kendalls_tau' not in figures
    assert figures['alignment/nan_share'] == 1
    assert math.isfinite(figures['alignment/kendalls_tau_position'])


def test_what_is_missing_is_said_once(monkeypatch):
    data, lines = unlabelled(samples()), told(monkeypatch)
    metric = METRICS.build({'type': 'AlignmentError'})
    for _ in range(3):
        metric.process(None, [item.to_dict() for item in data])
        assert metric.evaluate(len(data)) == {}
    assert len(lines) == 1


def test_labels_of_one_video_are_enough_not_to_be_left_out():
    data = unlabelled(samples())
    data[4].gt_label[:2] = 0
    assert 'alignment/error' in evaluate('AlignmentError', data)
    assert evaluate('PhaseClassification', data) == {}
    data[0].gt_label[:2] = 0
    assert evaluate('PhaseClassification', data)['phase_classification/acc'] >= 0


def test_without_a_test_video_or_a_pair_nothing_is_logged(monkeypatch):
    lines = told(monkeypatch)
    train = [item for item in samples() if item.split == 'train']
    one = [*unlabelled(samples())[:4]]
    for name in NAMES:
        assert evaluate(name, train) == {}
        assert lines.pop() == f'{name}: there is no test video, so it is left out'
    assert evaluate('KendallsTau', one) == {}
    assert lines == [
        'KendallsTau: there are no two test videos of an action, so it is left out'
    ]


def test_one_test_video_is_undefined_for_pairs_not_for_probes():
    data = [s for s in samples() if s.action == 'jump' and s.sample_idx < 4]
    assert math.isnan(evaluate('AlignmentError', data)['alignment/error'])
    assert math.isnan(evaluate('KendallsTau', data)['alignment/kendalls_tau'])
    assert math.isnan(evaluate('FrameRetrieval', data)['retrieval/ap@5'])
    accuracy = evaluate('PhaseClassification', data)['phase_classification/acc']
    assert 0.5 < accuracy < 1


def test_an_action_without_a_test_video_is_left_out():
    data = samples()
    jump = [s for s in data if s.action == 'jump']
    without = jump + [s for s in data if s.action == 'run' and s.split == 'train']
    for name in NAMES:
        assert evaluate(name, without) == evaluate(name, jump)


def test_no_video_at_all_has_no_figure():
    metric = METRICS.build({'type': 'AlignmentError'})
    assert metric.compute_metrics([]) == {}


def test_figures_are_json():
    for name in NAMES:
        json.dumps(evaluate(name, samples()))


def with_backbone(data):
    rng = np.random.default_rng(7)
    for item in data:
        features = rng.normal(1, 1, (len(item.gt_label), 5))
        item.controls = {**item.controls, 'backbone': torch.from_numpy(features)}
    return data


@pytest.mark.parametrize('name', NAMES)
def test_the_centred_backbone_is_judged_like_any_control(name):
    data = with_backbone(with_cuts(samples()))
    figures = evaluate(name, data)
    other = with_backbone(with_cuts(samples()))
    for item in other:
        item.pred_embedding = torch.from_numpy(F.centred(item.controls['backbone']))
        for kind, draws in item.get('pred_cuts', {}).items():
            for inds, cut in zip(item.cuts[kind], draws, strict=True):
                features = item.controls['backbone'][inds]
                cut['pred_embedding'] = torch.from_numpy(F.centred(features))
    expected = evaluate(name, other)
    centred = [key for key in figures if key.endswith('_centred')]
    looking = [key for key in figures if not key.endswith('_equal')]
    assert len(centred) == len(looking) / 4  # beside model, position and backbone
    for key in centred:
        assert figures[key] == pytest.approx(expected[key.removesuffix('_centred')])
        backbone = figures[key.replace('_centred', '_backbone')]
        assert figures[key] != backbone or key == 'alignment/nan_share_centred'


@pytest.mark.parametrize('name', NAMES)
def test_videos_of_one_frame_are_centred_to_zero_and_judged(name):
    data = with_backbone([s for s in samples() if s.action == 'run'])
    for item in data:
        for key in ('gt_label', 'pred_embedding'):
            setattr(item, key, getattr(item, key)[-1:])
        item.controls = {key: value[-1:] for key, value in item.controls.items()}
    figures = evaluate(name, data)
    assert any(key.endswith('_centred') for key in figures)
    assert not any(math.isinf(value) for value in figures.values())


@pytest.mark.parametrize('name', NAMES)
def test_a_backbone_with_nan_has_no_centred_figure(name):
    data = with_backbone(samples())
    data[4].controls['backbone'][2] = float('nan')
    for key, value in evaluate(name, data).items():
        if key.endswith(('_backbone', '_centred')):
            assert math.isnan(value), key


def test_other_metrics_pass_cuts_over():
    for name in set(NAMES) - {'AlignmentError'}:
        plain, cut = evaluate(name, samples()), evaluate(name, with_cuts(samples()))
        np.testing.assert_equal(cut, plain)


@pytest.mark.parametrize('name', NAMES)
def test_a_misspelt_argument_is_named(name):
    with pytest.raises(TypeError, match='strid_'):
        METRICS.build({'type': name, 'strid_': 1})


def plain(data, kind):
    """What any model may predict: nothing of ours but embeddings and labels."""
    for sample in data:
        found = {'pred_embedding': sample.pred_embedding, 'gt_label': sample.gt_label}
        yield {key: kind(value) for key, value in found.items()}


@pytest.mark.parametrize('kind', [torch.Tensor.numpy, torch.Tensor.clone])
def test_any_models_outputs_are_judged(kind):
    """Without sample_idx, dataset_meta, controls, names; arrays or tensors."""
    data = [s for s in samples() if s.action == 'run' and s.split != 'train']
    for name, key in {
        'KendallsTau': 'alignment/kendalls_tau',
        'FrameRetrieval': 'retrieval/ap@5',
        'AlignmentError': 'alignment/event_error',
    }.items():
        metric = METRICS.build({'type': name})
        metric.process(None, list(plain(data, kind)))
        values = metric.evaluate(len(data))
        assert values[key] == evaluate(name, data)[key], key
        metric.process(None, list(plain(data, kind)))  # the next evaluation
        assert metric.evaluate(len(data)) == values


def test_a_model_that_predicts_no_embedding_is_told_what_it_predicts():
    metric = METRICS.build({'type': 'KendallsTau'})
    message = (
        r'v\.mp4: the model predicts no pred_embedding .* only filename, pred_score'
    )
    with pytest.raises(ValueError, match=message):
        metric.process(None, [{'filename': 'v.mp4', 'pred_score': 1}])
    labelled = {'pred_embedding': np.ones((3, 2)), 'gt_label': np.ones(2)}
    with pytest.raises(ValueError, match='3 embeddings, 2 labels; gt_label must have'):
        metric.process(None, [labelled])


def test_mmactions_label_of_a_whole_video_is_no_label_of_its_frames():
    for length, expected in ((3, [-1, -1, -1]), (1, [4])):
        sample = {'pred_embedding': np.ones((length, 2)), 'gt_label': torch.tensor([4])}
        labels = EvaluatedVideo.from_sample(sample).labels
        assert labels.tolist() == expected
