"""Where a video strays from good ones."""

import numpy as np
import pytest

from carl_mm.app.work.deviations import Judge
from tests.app.circle_library import CircleLibrary


def test_references_by_default_are_those_most_like_the_video():
    rng = np.random.default_rng(0)
    paths = {f'v{i:02d}': np.arange(0, 90, 3) + rng.normal(0, 2, 30) for i in range(14)}
    found = Judge(CircleLibrary(**paths)).deviations('v03')
    assert found['references'] == [f'v{i:02d}' for i in range(14) if i != 3]
    assert len(found['scores']) == 30
    assert found['warning'] == ''
    paths |= {f'w{i:02d}': paths['v00'] + 120 for i in range(9)}  # elsewhere
    found = Judge(CircleLibrary(**paths)).deviations('v03')
    assert len(found['references']) == 20
    assert found['references'][:13] == [f'v{i:02d}' for i in range(14) if i != 3]
    found = Judge(CircleLibrary(**paths)).deviations(
        'w00', [f'v{i:02d}' for i in range(8)]
    )
    assert 'none of the 8 references is like the video' in found['warning']
    chosen = ['v05', 'v03', 'v05', 'v06']
    found = Judge(CircleLibrary(**paths)).deviations('v03', chosen)
    assert found['references'] == ['v05', 'v06']
    with pytest.raises(ValueError, match='two references'):
        Judge(CircleLibrary(**paths)).deviations('v03', ['v03', 'v05'])


def test_references_are_suggested_and_detectors_kept_by_what_they_learnt_from():
    rng = np.random.default_rng(0)
    paths = {f'v{i}': np.arange(0, 60, 3) + rng.normal(0, 2, 20) for i in range(5)}
    library = CircleLibrary(**paths)
    judge = Judge(library)
    assert judge.suggest_references('v2')['references'] == ['v0', 'v1', 'v3', 'v4']
    first = judge.deviations('v2')
    assert judge.deviations('v2') == first
    assert len(judge._detectors) == 1
    library.add('v0', np.arange(0, 60, 3))
    judge.deviations('v2')
    assert len(judge._detectors) == 2


def test_scores_threshold_and_peaks_are_log_odds_of_one_scale():
    rng = np.random.default_rng(1)
    paths = {f'v{i}': np.arange(0, 90, 3) + rng.normal(0, 1, 30) for i in range(7)}
    paths['v6'][10:16] += 150
    found = Judge(CircleLibrary(**paths)).deviations('v6')
    assert found['segments']
    for segment in found['segments']:
        part = slice(segment['first_frame'], segment['last_frame'] + 1)
        assert segment['peak'] == max(found['scores'][part]) > found['threshold'] >= 0
