import numpy as np

from carl_mm.functional.repetitions.cycle_cuts import cut_by_example


def cut(video, example, price=0.1):
    """Cut letters by letters: alike or not, each a motion of 1 from the one before."""
    gains = np.array([[0.6 if a == b else -0.4 for b in example] for a in video])
    motion = np.array([0.0 if a == '.' else 1.0 for a in video])
    found = cut_by_example(gains, motion, np.arange(float(len(example))), 0.1, price)
    return [video[a : b + 1] for a, b in zip(found.firsts, found.lasts, strict=True)]


def test_segments_lie_between_pauses_at_any_speed():
    example = 'abcdefgh'
    video = '...abcdefgh....aabbccddeeffgghh..abcdefgh.'
    assert cut(video, example) == ['abcdefgh', 'aabbccddeeffgghh', 'abcdefgh']


def test_what_runs_backward_or_elsewhere_gains_nothing():
    assert cut('...hgfedcba...xyzxyzxyz', 'abcdefgh') == []


def test_a_value_worked_out_by_hand():
    """8 frames of gain 0.6 and motion 1, each for a price of 0.1."""
    gains = np.where(np.eye(8) > 0, 0.6, -0.4)
    found = cut_by_example(gains, np.ones(8), np.arange(8.0), 0.1, 0.1)
    assert found.firsts.tolist() == [0]
    assert found.lasts.tolist() == [7]
    np.testing.assert_allclose(found.values, [8 * 0.6 - 8 * 0.1])


def test_standing_still_earns_nothing_of_an_example_that_moves():
    found = cut_by_example(np.full((30, 8), 0.6), np.zeros(30), np.arange(8.0), 0, 0)
    assert not len(found.firsts)
