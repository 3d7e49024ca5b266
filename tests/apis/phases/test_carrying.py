"""Phases carried by alignment."""

import numpy as np
import pytest

from carl_mm.apis import VideoEmbedding, align
from carl_mm.apis.phases.carrying import carry_phases, phases_in_order


def on_circle(angles, name='v.mp4', provenance=None):
    angle = np.deg2rad(np.asarray(angles, dtype=float))
    rows = np.stack([np.cos(angle), np.sin(angle)], 1).astype(np.float32)
    times = np.arange(len(angle)) / 10
    return VideoEmbedding(name, rows, times, 10.0, provenance or {})


SLOW, FAST = on_circle(range(0, 90, 3)), on_circle(range(0, 90, 9))
LABELS = np.repeat([0, 1], [12, 18])  # the second phase begins at 36 degrees


def spans(found):
    return [(s.first_frame, s.last_frame, s.phase) for s in found.segments]


def test_one_video_labels_another():
    found = carry_phases([SLOW], [LABELS], ['up', 'down'], FAST)
    assert spans(found) == [(0, 3, 'up'), (4, 9, 'down')]
    assert (found.source, found.score) == (0, align(SLOW, FAST).score)
    assert [(s.start_s, s.end_s) for s in found.segments] == [(0, 0.4), (0.4, 1)]
    assert [s.label for s in found.segments] == [0, 1]


def test_confidences_are_the_laplace_shares_of_the_phases():
    """Against slow loops: each frame of the source, and all beyond its ends."""
    found = carry_phases([SLOW], [LABELS], ['up', 'down'], FAST)
    matches = align(SLOW, FAST)
    expected = []
    for middle, sure in zip(matches.frame_inds_a, matches.confidence_b, strict=True):
        spread = max(1 / min(max(sure, 0.05), 1) - 1, 0.05)
        fine = np.arange(-4000, 4000) / 20 + 0.025
        weight = np.exp(-np.abs(fine - middle) / spread)
        expected.append(weight[fine > 11.5].sum() / weight.sum())
    shares = [1 - np.array(expected[:4]), np.array(expected[4:])]
    for segment, share in zip(found.segments, shares, strict=True):
        assert segment.confidence == pytest.approx(share.mean(), abs=2e-3)
    sure = np.concatenate(shares).mean()
    assert found.doubt == pytest.approx(1 - sure, abs=2e-3)


def test_the_video_that_aligns_best_counts_most():
    near, far = on_circle([0, 10, 20, 60, 70]), on_circle([180, 185, 190, 195, 200])
    new = on_circle([1, 11, 21, 22, 61, 62, 71])
    labels = [np.array([0, 0, 0, 1, 1]), np.array([2, 2, 2, 2, 2])]
    for order in (slice(None), slice(None, None, -1)):
        pair = [near, far][order]
        found = carry_phases(pair, labels[order], ['a', 'b', 'c'], new)
        assert spans(found) == [(0, 3, 'a'), (4, 6, 'b')]
        assert pair[found.source] is near


def test_several_videos_settle_it_together():
    """Two say that the second phase begins at 31 degrees, one at 58."""
    early, late = np.repeat([0, 1], [10, 20]), np.repeat([0, 1], [19, 11])
    found = carry_phases([SLOW] * 3, [late, early, early], ['a', 'b'], FAST)
    assert spans(found) == [(0, 3, 'a'), (4, 9, 'b')]
    alone = carry_phases([SLOW], [early], ['a', 'b'], FAST)
    assert found.doubt > alone.doubt + 0.05  # they do not agree


def test_unlabelled_frames_give_none():
    labels = LABELS.copy()
    labels[:6] = -1
    found = carry_phases([SLOW], [labels], ['a', 'b'], FAST)
    assert spans(found) == [(2, 3, 'a'), (4, 9, 'b')]


def test_phases_may_come_again():
    labels = np.repeat([0, 1, 0], 10)
    found = carry_phases([SLOW], [labels], ['a', 'b'], SLOW)
    assert spans(found) == [(0, 9, 'a'), (10, 19, 'b'), (20, 29, 'a')]


def test_single_frames():
    one = on_circle([20])
    found = carry_phases([one], [np.array([0])], ['a'], one)
    assert spans(found) == [(0, 0, 'a')]


@pytest.mark.parametrize(
    ('labels', 'phases', 'said'),
    [
        ([np.full(30, -1)], ['a'], 'no frame of 1 videos is labelled'),
        ([np.zeros(29, int)], ['a'], 'v.mp4: 30 frames, but labels'),
        ([np.ones(30, int)], ['a'], 'label 1 is not one of the 1 phases'),
    ],
)
def test_what_is_refused(labels, phases, said):
    with pytest.raises(ValueError, match=said):
        carry_phases([SLOW], labels, phases, FAST)


def test_other_models_are_refused():
    other = on_circle([0, 9], 'o.mp4', {'checkpoint_sha256': 'b', 'checkpoint': 'b'})
    first = on_circle([0, 9], 'f.mp4', {'checkpoint_sha256': 'a', 'checkpoint': 'a'})
    with pytest.raises(ValueError, match='model|checkpoint'):
        carry_phases([first], [np.array([0, 0])], ['a'], other)


def test_phases_are_in_the_order_of_their_mean_share():
    rows = {'a': [(0, 4, 'x'), (5, 9, 'y')], 'b': [(0, 9, 'z'), (60, 99, 'y')]}
    assert phases_in_order(rows, {'a': 10, 'b': 100}) == ['x', 'z', 'y']
