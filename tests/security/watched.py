"""Run one call in a process of its own, and see what it takes."""

import resource
import time
from typing import NamedTuple

from tests.clean_processes import CONTEXT

MAX_SECONDS = 10


class Used(NamedTuple):
    """What a call took; ``error`` is empty if it returned."""

    seconds: float
    megabytes: float
    error: str


def peak_megabytes():
    """Largest memory of this process so far; a child starts from its parent's."""
    with open('/proc/self/status') as status:
        peak = next(line for line in status if line.startswith('VmHWM'))
    return int(peak.split()[1]) / 1024


def forget_peak():
    """Start measuring from here."""
    with open('/proc/self/clear_refs', 'w') as file:
        file.write('5')


def limit_memory(megabytes):
    """Let this process have so much more address space than it has now."""
    with open('/proc/self/statm') as file:
        now = int(file.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (now + megabytes * 2**20,) * 2)


def watched(function, *args, max_seconds=MAX_SECONDS, max_megabytes=3000):
    """Call in a child that may neither stall nor fill memory."""
    receiver, sender = CONTEXT.Pipe(duplex=False)
    child = CONTEXT.Process(
        target=_call, args=(sender, max_megabytes, function, args), daemon=True
    )
    child.start()
    sender.close()
    try:
        if not receiver.poll(max_seconds):
            return Used(max_seconds, 0.0, 'hang')
        return receiver.recv()
    except EOFError:
        child.join()
        return Used(0.0, 0.0, f'crash: exit status {child.exitcode}')
    finally:
        child.kill()
        child.join()


def _call(sender, max_megabytes, function, args):
    limit_memory(max_megabytes)
    forget_peak()
    before, start = peak_megabytes(), time.perf_counter()
    error = ''
    try:
        function(*args)
    except BaseException as raised:
        error = f'{type(raised).__name__}: {raised}'
    took = time.perf_counter() - start
    sender.send(Used(took, peak_megabytes() - before, error[:2000]))
