import threading
import time

import pytest

from carl_mm.app.work.kept import Kept


def test_the_last_used_are_kept():
    kept, made = Kept(2), []

    def get(key):
        return kept.get(key, lambda: made.append(key) or key.upper())

    assert [get(key) for key in 'abacab'] == list('ABACAB')
    # c took the place of b, which had not been asked for longest; b that of c.
    assert made == list('abcb')
    assert len(kept) == 2


def test_what_fails_is_not_kept():
    kept = Kept(1)
    with pytest.raises(ZeroDivisionError):
        kept.get('a', lambda: 1 / 0)
    assert kept.get('a', lambda: 3) == 3


def test_one_thread_makes_it():
    kept, made = Kept(3), []

    def make():
        time.sleep(0.05)
        made.append(1)
        return len(made)

    got = []
    ask = lambda: got.append(kept.get('a', make))  # noqa: E731
    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (made, got) == ([1], [1] * 4)
