from collections import Counter

import numpy as np
import pytest

from carl_mm.functional.sampling.label_subsets import stratified_share

LABELS = np.random.default_rng(0).permutation([0] * 200 + [1] * 50 + [2] * 3).tolist()


@pytest.mark.parametrize(
    ('share', 'counts'),
    [
        (1.0, {0: 200, 1: 50, 2: 3}),
        (0.1, {0: 20, 1: 5, 2: 1}),
        (0.01, {0: 2, 1: 1, 2: 1}),  # half a video of class 1, and one at the least
    ],
)
def test_every_class_gives_the_same_share(share, counts):
    chosen = stratified_share(LABELS, share)
    assert Counter(LABELS[place] for place in chosen) == counts
    assert chosen == sorted(set(chosen))


def test_a_larger_share_holds_the_smaller():
    small, large = (set(stratified_share(LABELS, s)) for s in (0.1, 0.4))
    assert small < large


def test_the_seed_decides_the_draw():
    first = stratified_share(LABELS, 0.1, seed=3)
    assert stratified_share(LABELS, 0.1, seed=3) == first
    assert stratified_share(LABELS, 0.1, seed=4) != first
    # A class's draw does not depend on the others.
    alone = stratified_share([0] * 200, 0.1, seed=3)
    places = np.flatnonzero(np.array(LABELS) == 0)
    assert [int(places[i]) for i in alone] == [i for i in first if LABELS[i] == 0]


@pytest.mark.parametrize('share', [0.0, -0.1, 1.5])
def test_a_bad_share_is_named(share):
    with pytest.raises(ValueError, match=str(share)):
        stratified_share(LABELS, share)
