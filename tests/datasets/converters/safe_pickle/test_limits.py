import numpy as np
import pytest

from carl_mm.datasets.converters.safe_pickle.limits import (
    MemoryBudget,
    check_extent,
    check_keys,
)
from carl_mm.datasets.converters.safe_pickle.refusal import RefusedPickleError


def test_memory_is_counted():
    budget = MemoryBudget(10)
    for value in (b'12', np.ones(3), [1], 'text', 5):
        budget.spend_on(value)
    assert budget.left == 160 + 2**24 - 2 - 24 - 100
    with pytest.raises(RefusedPickleError, match='far more memory'):
        budget.spend_on(np.ones(2**22))


def test_keys_are_plain_and_small():
    check_keys(['a', 1, 2.5, None, True, b'x', (1, ('a', 2)), frozenset('ab')])
    check_keys([np.int64(3), np.str_('a')])
    for key in (2**65, (1,) * 64, ((), [1]), [1]):
        with pytest.raises(RefusedPickleError, match='a key '):
            check_keys([key])


def test_depth_and_written_out_size_have_limits():
    shared = [0] * 100
    check_extent([shared] * 1000)
    deep, wide = [], list(range(10))
    for _ in range(62):
        deep = [deep]
    check_extent([deep])
    with pytest.raises(RefusedPickleError, match='nested more than 64 deep'):
        check_extent([[deep]])
    for _ in range(7):
        wide = [wide] * 10
    with pytest.raises(RefusedPickleError, match='more than 10000000 elements'):
        check_extent(wide)
    circle = {}
    circle['a'] = [circle]
    with pytest.raises(RefusedPickleError, match='contains itself'):
        check_extent(circle)
