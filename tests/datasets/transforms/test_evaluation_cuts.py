import numpy as np
import pytest

from carl_mm.datasets import EvaluationCuts

ENTRY = {
    'name': 'a.mp4',
    'total_frames': 40,
    'phases': [[0, 9, 0], [10, 29, 1], [30, 39, 2]],
    'split': 'test',
}


def cuts_of(step, **changes):
    return step({**ENTRY, **changes}).get('cuts')


def test_cuts_are_drawn_by_the_videos_name_and_number():
    cuts = cuts_of(EvaluationCuts(num_windows=2, num_warps=1))
    assert {kind: len(draws) for kind, draws in cuts.items()} == {
        'windowed': 2,
        'warped': 1,
    }
    more = cuts_of(EvaluationCuts(num_windows=3, num_warps=3))
    for kind, draws in cuts.items():
        for draw, again in zip(draws, more[kind], strict=False):
            np.testing.assert_array_equal(draw, again)  # whatever else is drawn
            assert 0 <= draw[0] <= draw[-1] < 40
    other = cuts_of(EvaluationCuts(), name='b.mp4')
    assert other['warped'][0].tolist() != cuts['warped'][0].tolist()


def test_windows_hold_all_events():
    for draw in cuts_of(EvaluationCuts(num_windows=20))['windowed']:
        assert draw[0] <= 9
        assert draw[-1] >= 30


@pytest.mark.parametrize('changes', [{'split': 'train'}, {'phases': []}])
def test_train_and_unlabelled_videos_have_no_cut(changes):
    assert cuts_of(EvaluationCuts(), **changes) is None


def test_negative_numbers_are_refused():
    with pytest.raises(ValueError, match='got -1 and 3'):
        EvaluationCuts(num_windows=-1)
