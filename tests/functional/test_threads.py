import numpy as np
from threadpoolctl import threadpool_info

from carl_mm.functional import _threads
from carl_mm.functional._threads import few_threads


def num_threads():
    return [pool['num_threads'] for pool in threadpool_info()]


def test_little_work_is_done_by_one_thread(monkeypatch):
    monkeypatch.setattr(_threads, 'MIN_SIZE', 6)
    before = num_threads()
    assert before
    with few_threads(np.ones((5, 1))):
        assert set(num_threads()) == {1}
    assert num_threads() == before
    with few_threads(np.ones((3, 2))):
        assert num_threads() == before
