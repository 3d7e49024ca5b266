"""Make the next items while the current one is used."""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

Item = TypeVar('Item')


def prefetch(items: Iterable[Item], depth: int = 2) -> Iterator[Item]:
    """Iterate in a separate thread, ``depth`` items ahead.

    This pays if making an item releases Python's lock, as decoding does. An error of
    the iterable is raised here, in its place. The thread ends with this iterator.

    Args:
        items: Iterable to read.
        depth: Number of items that are made ahead, >= 1.
    """
    iterator, end = iter(items), object()
    pool = ThreadPoolExecutor(max_workers=1)
    try:
        waiting = deque(pool.submit(next, iterator, end) for _ in range(depth))
        while True:
            item: Any = waiting.popleft().result()
            if item is end:
                return
            waiting.append(pool.submit(next, iterator, end))
            yield item
    finally:
        pool.shutdown(cancel_futures=True)
