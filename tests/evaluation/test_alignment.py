import math

import numpy as np
import pytest
import torch
from mmaction.registry import METRICS

import carl_mm.functional as F
from tests.evaluation.predictions import (
    PHASES,
    evaluate,
    samples,
    viewed_samples,
    with_cuts,
)


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
            keys = ('error', 'event_error', 'event_error_dtw', 'event_error_posterior')
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
                    per_draw['event_error'].append(F.event_error(parts, events))
                    warped = F.event_error(parts, events, matching='dtw')
                    per_draw['event_error_dtw'].append(warped)
                    posterior = F.event_error(parts, events, matching='posterior')
                    per_draw['event_error_posterior'].append(posterior)
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
