import time

import numpy as np

from carl_mm.quoting import clip, quote


def test_small_values_are_written_as_python_writes_them():
    for value in ('a', 3, -2.5, None, [1, 'b'], {'k': 1}, (1,), b'x'):
        assert quote(value) == repr(value)


def test_large_values_take_neither_time_nor_room():
    deep = []
    for _ in range(10**5):
        deep = [deep]
    start = time.perf_counter()
    for value in (
        *('x' * 10**8, b'x' * 10**8, bytearray(10**8), 1 << 10**7, [[1] * 10**6] * 9),
        *({i: 'x' * 99 for i in range(10**5)}, deep, np.ones(10**6)),
    ):
        assert len(quote(value)) <= 100
    assert time.perf_counter() - start < 2


def test_a_text_is_clipped_to_one_line():
    assert clip('a\n b\t c') == 'a b c'
    assert clip('x' * 101) == 'x' * 97 + '...'
    assert clip(ValueError('x'), 5) == 'x'
