import threading
import time

import pytest

from carl_mm.prefetching import prefetch


@pytest.mark.parametrize('depth', [1, 2, 50])
def test_items_come_in_order(depth):
    assert list(prefetch(range(20), depth)) == list(range(20))
    assert list(prefetch([], depth)) == []
    assert list(prefetch([None, None], depth)) == [None, None]


def test_no_more_than_the_depth_is_made_ahead():
    made = []
    items = prefetch((made.append(i) or i for i in range(20)), depth=3)
    assert next(items) == 0
    deadline = time.monotonic() + 10
    while len(made) < 4 and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(0.05)
    assert made == [0, 1, 2, 3]


def test_an_error_is_raised_in_its_place():
    def fail():
        yield 1
        raise ValueError('the second')

    items = prefetch(fail())
    assert next(items) == 1
    with pytest.raises(ValueError, match='the second'):
        next(items)


def test_the_thread_ends_with_the_iterator():
    before = threading.active_count()
    items = prefetch(iter(range(100)))
    next(items)
    assert threading.active_count() == before + 1
    items.close()
    assert threading.active_count() == before
