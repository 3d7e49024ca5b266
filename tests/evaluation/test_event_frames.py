import numpy as np
import pytest

import carl_mm.functional as F
from carl_mm.evaluation.results_table import lower_is_better
from tests.evaluation.predictions import PHASES, arrays, evaluate, samples, with_cuts

KEYS = {'': 'nearest', '_dtw': 'dtw', '_posterior': 'posterior'}


def medians(embeddings, labels, num_phases):
    """Median gap over the pairs of complete videos, in loops, by matching."""
    found = {}
    for suffix, matching in KEYS.items():
        videos = []
        for embedding, label in zip(embeddings, labels, strict=True):
            events = F.phase_boundaries(label, num_phases)
            if events is not None:
                videos.append((embedding, events))
        gaps = F.event_gaps(*zip(*videos, strict=True), matching=matching)
        values = [
            gaps[i, e, j]
            for i in range(len(videos))
            for j in range(len(videos))
            for e in range(num_phases - 1)
            if i != j
        ]
        ordered = sorted(values)
        half = len(ordered) // 2
        odd = len(ordered) % 2
        middle = ordered[half] if odd else (ordered[half - 1] + ordered[half]) / 2
        found[suffix] = middle
    return found


def test_medians_of_whole_videos_and_of_cuts():
    data = with_cuts(samples())
    figures = evaluate('EventFrames', data)
    for suffix in KEYS:
        whole, windowed = [], []
        for action, phases in PHASES.items():
            whole.append(medians(*arrays(data, action, 'test'), len(phases))[suffix])
            test = [s for s in data if s.action == action and s.split == 'test']
            draws = []
            for draw in range(2):
                cuts = [s.pred_cuts['windowed'][draw] for s in test]
                embeddings = [cut['pred_embedding'].numpy() for cut in cuts]
                labels = [s.gt_label.numpy()[s.cuts['windowed'][draw]] for s in test]
                draws.append(medians(embeddings, labels, len(phases))[suffix])
            windowed.append(np.mean(draws))
        key = f'alignment/event_frames{suffix}'
        assert figures[key] == pytest.approx(np.mean(whole))
        assert figures[f'{key}_windowed'] == pytest.approx(np.mean(windowed))
        assert f'{key}_warped_position' in figures


def test_undefined_without_phases_or_pairs():
    data = samples()
    one = [s for s in data if s.split == 'train' or s.sample_idx in (3, 8)]
    assert np.isnan(evaluate('EventFrames', one)['alignment/event_frames'])
    for item in data:
        item.set_metainfo({'action': 'unnamed'})
    assert np.isnan(evaluate('EventFrames', data)['alignment/event_frames_dtw'])


def test_fewer_frames_are_better():
    assert lower_is_better('alignment/event_frames_dtw_windowed')
