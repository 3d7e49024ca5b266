import numpy as np
import pytest

from carl_mm.apis import choose_references
from tests.apis.deviation.test_setting import video


def test_those_of_the_same_setting_are_chosen_the_nearest_first():
    candidates = [video(i, scene) for i, scene in enumerate((2, 0, 2, 0.5, 0, 2))]
    chosen = choose_references(candidates, video(9), 3)
    assert sorted(chosen[:2]) == [1, 4]
    assert chosen[2] == 3


def test_all_are_taken_in_order_if_there_are_not_more():
    candidates = [video(i, scene) for i, scene in enumerate((2, 0, 1))]
    assert choose_references(candidates, video(9), 3) == [0, 1, 2]
    assert choose_references([], video(9)) == []


@pytest.mark.parametrize(
    ('number', 'candidates', 'message'),
    [
        (1, [video(0)], 'at least 2, got 1'),
        (2, [video(0), video(1)[:0], video(2)], 'no frame'),
        (2, [video(0), video(1) * np.nan, video(2)], 'not finite|30 of 30'),
    ],
)
def test_bad_input_is_named(number, candidates, message):
    with pytest.raises(ValueError, match=message):
        choose_references(candidates, video(9), number)
