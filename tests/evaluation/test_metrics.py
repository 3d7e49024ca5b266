import math

import numpy as np
import pytest
import torch
from mmaction.registry import METRICS
from mmaction.structures import ActionDataSample

import carl_mm.functional as F
from carl_mm.evaluation import results_table

NAMES = (
    'PhaseClassification',
    'PhaseProgression',
    'KendallsTau',
    'FrameRetrieval',
    'AlignmentError',
)
PHASES = {'jump': ['a', 'b', 'c'], 'run': ['x', 'y']}


def sample(index, action, split, length, num_phases, seed, controls=('position',)):
    rng = np.random.default_rng([seed, index])
    labels = np.minimum(np.arange(length) * num_phases // length, num_phases - 1)
    labels[rng.integers(length)] = -1
    embedding = rng.normal(size=(length, 6)) + 2 * np.eye(6)[labels]
    embedding /= np.linalg.norm(embedding, axis=1, keepdims=True)
    data = ActionDataSample(
        metainfo={'sample_idx': index, 'action': action, 'split': split}
        | {'filename': f'{index}.mp4'}
    )
    data.gt_label = torch.from_numpy(labels)
    data.pred_embedding = torch.from_numpy(embedding).float()
    data.controls = {
        name: torch.from_numpy(rng.normal(size=(length, 4))).float()
        for name in controls
    }
    return data


def samples(seed=0):
    plan = [('jump', 'train', 3)] * 3 + [('jump', 'test', 3)] * 3
    plan += [('run', 'train', 2)] * 2 + [('run', 'test', 2)] * 2
    return [
        sample(index, action, split, 12 + index, phases, seed)
        for index, (action, split, phases) in enumerate(plan)
    ]


def evaluate(name, data, **kwargs):
    metric = METRICS.build({'type': name, **kwargs})
    metric.dataset_meta = {'phases': PHASES}
    metric.process(None, [item.to_dict() for item in data])
    return metric.evaluate(len(data))


def arrays(data, action, split):
    chosen = [s for s in data if s.action == action and s.split == split]
    embeddings = [s.pred_embedding.numpy() for s in chosen]
    return embeddings, [s.gt_label.numpy() for s in chosen]


def test_figures_are_means_over_actions():
    data = samples()
    expected = {'acc': [], 'r2': [], 'tau': [], 'ap': [], 'error': [], 'event': []}
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
    figures = {}
    for name in NAMES:
        stride = {'stride': 2} if name in ('KendallsTau', 'FrameRetrieval') else {}
        figures |= evaluate(name, data, **stride)
    keys = ['phase_classification/acc', 'phase_progression/r2']
    keys += ['alignment/kendalls_tau', 'retrieval/ap@5', 'alignment/error']
    keys += ['alignment/event_error']
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


def test_label_fractions_take_the_first_videos():
    data = samples()
    figures = evaluate('PhaseClassification', data, label_fractions=(0.4, 1.0))
    values = []
    for action in PHASES:
        train, test = arrays(data, action, 'train'), arrays(data, action, 'test')
        values.append(F.phase_classification(train[0][:1], train[1][:1], *test))
    assert figures['phase_classification/acc@0.4'] == pytest.approx(np.mean(values))


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


def test_unlabelled_videos_have_tau_alone():
    data = samples()
    for item in data:
        item.gt_label[:] = -1
        item.set_metainfo({'action': None})
    assert evaluate('KendallsTau', data)['alignment/kendalls_tau'] <= 1
    for name in NAMES:
        if name != 'KendallsTau':
            assert all(math.isnan(v) for v in evaluate(name, data).values()), name


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


def test_no_video_at_all_is_nan():
    metric = METRICS.build({'type': 'AlignmentError'})
    assert all(math.isnan(v) for v in metric.compute_metrics([]).values())


def test_figures_are_json():
    import json

    for name in NAMES:
        json.dumps(evaluate(name, samples()))


@pytest.mark.parametrize(
    ('name', 'kwargs', 'message'),
    [
        ('KendallsTau', {'stride': 0}, 'stride must be at least 1, got 0'),
        ('FrameRetrieval', {'topk': (0,)}, r'\(0,\)'),
        ('PhaseClassification', {'label_fractions': (2,)}, r'\(2,\)'),
    ],
)
def test_bad_arguments_are_named(name, kwargs, message):
    with pytest.raises(ValueError, match=message):
        METRICS.build({'type': name, **kwargs})
    with pytest.raises(TypeError, match='strid_'):
        METRICS.build({'type': name, 'strid_': 1})


def test_table_lays_controls_beside_the_model():
    table = results_table(
        {
            'alignment/error': 0.1,
            'alignment/error_position': 0.25,
            'x/acc': float('nan'),
        },
        'tcc_pouring',
    )
    lines = table.splitlines()
    assert [c.strip() for c in lines[0].split('|')[2:4]] == [
        'tcc_pouring',
        'position only',
    ]
    assert 'alignment/error (lower is better)' in lines[2]
    assert [c.strip() for c in lines[2].split('|')[2:4]] == ['0.100', '0.250']
    assert [c.strip() for c in lines[3].split('|')[2:4]] == ['nan', '-']
    assert len({len(line) for line in lines}) == 1


def with_cuts(data, draws=2):
    """Add cuts whose embeddings differ from the whole video's, as a network's do."""
    rng = np.random.default_rng(5)
    for item in data:
        if item.split == 'train':
            continue
        length = len(item.gt_label)
        cuts = {f'windowed_{i}': np.arange(1 + i, length) for i in range(draws)}
        cuts |= {f'warped_{i}': np.arange(0, length, 1 + i) for i in range(draws)}
        item.set_metainfo({'cuts': cuts})
        item.pred_cuts = {}
        for name, inds in cuts.items():
            moved = item.pred_embedding[inds] + 0.3 * torch.from_numpy(
                rng.normal(size=(len(inds), 6))
            )
            position = torch.from_numpy(rng.normal(size=(len(inds), 4))).float()
            item.pred_cuts[name] = {'': moved.float(), 'position': position}
    return data


def test_cuts_are_judged_by_the_whole_videos_progress():
    data = with_cuts(samples())
    backbone = [torch.rand(len(item.gt_label), 7) for item in data]
    for item, features in zip(data, backbone, strict=True):
        item.controls = {**item.controls, 'backbone': features}
    figures = evaluate('AlignmentError', data)
    plain = evaluate('AlignmentError', samples())
    assert {key: figures[key] for key in plain} == plain
    for kind in ('windowed', 'warped'):
        for control in ('', 'position', 'backbone'):
            expected = {'error': [], 'event_error': []}
            for action, phases in PHASES.items():
                chosen = [s for s in data if s.action == action and s.split == 'test']
                per_draw = {'error': [], 'event_error': []}
                for draw in range(2):
                    name = f'{kind}_{draw}'
                    inds = [s.cuts[name] for s in chosen]
                    if control == 'backbone':  # that of the whole video, cut
                        parts = [s.controls['backbone'][s.cuts[name]] for s in chosen]
                    else:
                        parts = [s.pred_cuts[name][control] for s in chosen]
                    parts = [part.numpy() for part in parts]
                    labels = [s.gt_label.numpy() for s in chosen]
                    progress = [
                        F.phase_progress(v, len(phases))[i]
                        for v, i in zip(labels, inds, strict=True)
                    ]
                    events = [
                        F.phase_boundaries(v[i], len(phases))
                        for v, i in zip(labels, inds, strict=True)
                    ]
                    per_draw['error'].append(F.alignment_error(parts, progress))
                    per_draw['event_error'].append(F.event_error(parts, events))
                for key, values in per_draw.items():
                    expected[key].append(np.mean(values))
            suffix = f'_{control}' if control else ''
            for key, values in expected.items():
                found = figures[f'alignment/{key}_{kind}{suffix}']
                assert found == pytest.approx(np.mean(values)), (key, kind, control)
    assert 'alignment/error_windowed' in results_table(figures)
    assert 'alignment/error_windowed (lower is better)' in results_table(figures)


def test_other_metrics_pass_cuts_over():
    for name in set(NAMES) - {'AlignmentError'}:
        plain, cut = evaluate(name, samples()), evaluate(name, with_cuts(samples()))
        np.testing.assert_equal(cut, plain)


def cut_to(item, name, inds):
    """Replace a video's cut."""
    cuts = {**item.cuts, name: inds}
    item.set_metainfo({'cuts': cuts})
    whole = {'': item.pred_embedding, **item.controls}
    item.pred_cuts[name] = {key: value[inds] for key, value in whole.items()}


def test_a_cut_too_short_for_an_event_is_left_out_of_its_draw_alone():
    data = [s for s in with_cuts(samples()) if s.action == 'jump']
    plain = evaluate('AlignmentError', data)
    test = [s for s in data if s.split == 'test']
    cut_to(test[0], 'warped_1', np.array([0, 1]))  # of its first phase
    one = evaluate('AlignmentError', data)
    assert one['alignment/event_error_warped'] != plain['alignment/event_error_warped']
    assert not math.isnan(one['alignment/event_error_warped'])
    cut_to(test[1], 'warped_1', np.array([0]))
    # One video with its events is left in that draw: the other draw is the mean.
    for item in test:
        del item.pred_cuts['warped_0']
    alone = evaluate('AlignmentError', data)
    assert math.isnan(alone['alignment/event_error_warped'])
    assert not math.isnan(alone['alignment/error_warped'])
    for item in test:
        cut_to(item, 'warped_0', np.arange(len(item.gt_label)))
    both = evaluate('AlignmentError', data)
    assert both['alignment/event_error_warped'] == both['alignment/event_error']


def test_one_video_and_videos_of_one_event():
    data = [s for s in with_cuts(samples()) if s.action == 'jump']
    single = [s for s in data if s.split == 'train' or s.sample_idx == 3]
    figures = evaluate('AlignmentError', single)
    for key in ('error', 'event_error', 'error_windowed', 'event_error_windowed'):
        assert math.isnan(figures[f'alignment/{key}'])
    for item in data:  # the last phase is never reached: one event of two
        item.gt_label[item.gt_label == 2] = -1
    figures = evaluate('AlignmentError', data)
    assert math.isnan(figures['alignment/event_error_windowed'])
    assert 0 < figures['alignment/error_windowed'] < 1
