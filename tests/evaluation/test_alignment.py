import math

import numpy as np
import pytest
import torch
from mmaction.registry import METRICS

import carl_mm.functional as F
from carl_mm.evaluation.results_table import lower_is_better
from tests.evaluation.predictions import (
    PHASES,
    arrays,
    evaluate,
    samples,
    viewed_samples,
    with_cuts,
)

MATCHINGS = {
    '': 'nearest',
    '_dtw': 'dtw',
    '_open': 'open',
    '_posterior': 'posterior',
}


def parts_of(videos, inds, cuts, control):
    """The cuts' embeddings; the backbone's are the whole videos', cut."""
    if control in ('backbone', 'centred'):
        wholes = [video.controls['backbone'] for video in videos]
        parts = [w[i].numpy() for w, i in zip(wholes, inds, strict=True)]
        # The mean that goes is the cut's.
        return parts if control == 'backbone' else [F.centred(part) for part in parts]
    if control:
        return [cut['controls'][control].numpy() for cut in cuts]
    return [cut['pred_embedding'].numpy() for cut in cuts]


def test_cuts_are_judged_by_the_whole_videos_progress():
    data = with_cuts(samples())
    backbone = [torch.rand(len(item.gt_label), 7) for item in data]
    for item, features in zip(data, backbone, strict=True):
        item.controls = {**item.controls, 'backbone': features}
    figures = evaluate('AlignmentError', data)
    plain = evaluate('AlignmentError', samples())
    assert {key: figures[key] for key in plain} == plain
    for kind in ('windowed', 'warped'):
        for control in ('', 'position', 'backbone', 'centred'):
            keys = ['error', *(f'event_error{suffix}' for suffix in MATCHINGS)]
            expected = {key: [] for key in keys}
            for action, phases in PHASES.items():
                chosen = [s for s in data if s.action == action and s.split == 'test']
                per_draw = {key: [] for key in expected}
                for draw in range(2):
                    inds = [s.cuts[kind][draw] for s in chosen]
                    cuts = [s.pred_cuts[kind][draw] for s in chosen]
                    parts = parts_of(chosen, inds, cuts, control)
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
                    for suffix, matching in MATCHINGS.items():
                        event = F.event_error(parts, events, matching)
                        per_draw[f'event_error{suffix}'].append(event)
                for key, values in per_draw.items():
                    expected[key].append(np.mean(values))
            suffix = f'_{control}' if control else ''
            for key, values in expected.items():
                found = figures[f'alignment/{key}_{kind}{suffix}']
                assert found == pytest.approx(np.mean(values)), (key, kind, control)


def cut_to(item, kind, draw, inds):
    """Replace a video's cut."""
    item.cuts[kind][draw] = inds
    item.pred_cuts[kind][draw] = {
        'pred_embedding': item.pred_embedding[inds],
        'controls': {name: value[inds] for name, value in item.controls.items()},
    }


def second_warp_alone(item):
    """Leave out all cuts of a test video but the second warp."""
    found = item.clone()
    if found.split == 'test':
        found.set_metainfo({'cuts': {'warped': found.cuts['warped'][1:]}})
        found.pred_cuts = {'warped': found.pred_cuts['warped'][1:]}
    return found


def test_a_cut_too_short_for_an_event_is_left_out_of_its_draw_alone():
    data = [s for s in with_cuts(samples()) if s.action == 'jump']
    plain = evaluate('AlignmentError', data)
    test = [s for s in data if s.split == 'test']
    cut_to(test[0], 'warped', 1, np.array([0, 1]))  # of its first phase
    one = evaluate('AlignmentError', data)
    assert one['alignment/event_error_warped'] != plain['alignment/event_error_warped']
    assert not math.isnan(one['alignment/event_error_warped'])
    cut_to(test[1], 'warped', 1, np.array([0]))
    # One video with its events is left in that draw: the other draw is the mean.
    alone_data = [second_warp_alone(item) for item in data]
    alone = evaluate('AlignmentError', alone_data)
    assert math.isnan(alone['alignment/event_error_warped'])
    assert not math.isnan(alone['alignment/error_warped'])
    for item in test:
        cut_to(item, 'warped', 0, np.arange(len(item.gt_label)))
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


def test_undefined_pairs_of_tau_count_as_the_policy_says():
    data = viewed_samples()
    for item in data:
        item.pred_embedding = torch.ones_like(item.pred_embedding)
    assert math.isnan(evaluate('KendallsTau', data)['alignment/kendalls_tau'])
    zero = evaluate('KendallsTau', data, nan_policy='zero')
    assert zero['alignment/kendalls_tau'] == 0
    assert zero['alignment/nan_share'] == 1


def test_a_bad_policy_is_named():
    with pytest.raises(ValueError, match="got 'drop'"):
        METRICS.build({'type': 'KendallsTau', 'nan_policy': 'drop'})


def gaps_in_loops(data, action, matching):
    """Errors in frames of each pair of videos that have every phase, with the rate."""
    embeddings, labels = arrays(data, action, 'test')
    rates = [s.fps for s in data if s.action == action and s.split == 'test']
    videos = []
    for embedding, label, rate in zip(embeddings, labels, rates, strict=True):
        events = F.phase_boundaries(label, len(PHASES[action]))
        if events is not None:
            videos.append((embedding, events, rate))
    gaps = F.event_gaps(*list(zip(*videos, strict=True))[:2], matching=matching)
    return [
        (gaps[i, e, j], videos[j][2])
        for i in range(len(videos))
        for j in range(len(videos))
        for e in range(gaps.shape[1])
        if i != j
    ]


@pytest.mark.parametrize('suffix', MATCHINGS)
def test_errors_in_frames_and_seconds_equal_loops(suffix):
    data = samples()
    for index, item in enumerate(data):
        item.set_metainfo({'fps': 20.0 + index})
    figures = evaluate('AlignmentError', data, in_frames=True)
    expected = {'frames': [], 'frames_mean': [], 'within_3': [], 's': []}
    for action in PHASES:
        gaps = gaps_in_loops(data, action, MATCHINGS[suffix])
        frames = [gap for gap, _ in gaps]
        expected['frames'].append(np.median(frames))
        expected['frames_mean'].append(sum(frames) / len(frames))
        expected['within_3'].append(sum(gap <= 3 for gap in frames) / len(frames))
        expected['s'].append(np.median([gap / rate for gap, rate in gaps]))
    for name, values in expected.items():
        found = figures[f'alignment/event_{name}{suffix}']
        assert found == pytest.approx(np.mean(values)), name
    assert f'alignment/event_frames{suffix}_position' in figures


def test_without_a_rate_there_are_no_seconds():
    figures = evaluate('AlignmentError', samples(), in_frames=True)
    assert 'alignment/event_frames_dtw' in figures
    assert not any(key.startswith('alignment/event_s') for key in figures)


def test_fewer_frames_and_seconds_are_better():
    for name in ('event_frames_dtw_windowed', 'event_s', 'event_error_open'):
        assert lower_is_better(f'alignment/{name}')
    assert not lower_is_better('alignment/event_within_3')
