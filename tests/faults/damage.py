"""Ways in which disks fail."""

import resource
from contextlib import contextmanager


@contextmanager
def full_disk(limit):
    """Let no file grow beyond so many bytes, as on a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def damaged(content, step=1):
    """Yield a file's bytes with each step-th of them changed in turn, in two ways."""
    for place, byte in list(enumerate(content))[::step]:
        for change in (1 << place % 8, 0xFF):
            yield content[:place] + bytes([byte ^ change]) + content[place + 1 :]


def blanked(content, places=12, size=4096):
    """Yield a file's bytes with a block of zeros, from the start to the end."""
    last = max(1, len(content) - size)
    for place in range(0, last + 1, max(1, last // places)):
        yield content[:place] + bytes(size) + content[place + size :]
