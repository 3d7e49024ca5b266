"""Processes that wait for one another, and notice when one no longer works.

A collective operation waits for all processes, up to its timeout, and cannot tell a
slow process from one that stands still. Where shares of work take long and differ,
each process says that it makes progress by `beat`, and waits for the others by
`wait_for_all`, however long these take, as long as they do so. Without a process group
all of this does nothing.
"""

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import torch.distributed
from mmengine import dist
from torch.distributed import distributed_c10d
from torch.distributed.distributed_c10d import PrefixStore, Store

from carl_mm.run_stopped import RunStopped

DEFAULT_SILENCE_S = 600.0
BEAT_EVERY_S = 1.0


class _Pulse:
    """What this process has said so far."""

    max_silence_s = DEFAULT_SILENCE_S
    num_beats = 0
    num_waits = 0
    last_beat_s = float('-inf')


def set_max_silence(seconds: float) -> None:
    """Set how long a process may make no progress while others wait for it.

    Args:
        seconds: In seconds, > 0.

    Raises:
        ValueError: It is not positive.
    """
    if not seconds > 0:
        raise ValueError(f'max_silence_s must be positive, got {seconds}')
    _Pulse.max_silence_s = seconds


def beat() -> None:
    """Tell the other processes that this one makes progress; cheap to call often.

    Raises:
        RunStopped: The process that started them all is gone.
    """
    now = time.monotonic()
    if dist.get_world_size() == 1 or now - _Pulse.last_beat_s < BEAT_EVERY_S:
        return
    _Pulse.last_beat_s = now
    _Pulse.num_beats += 1
    told = f'{_Pulse.num_beats} process {os.getpid()} on {socket.gethostname()}'
    try:
        _store().set(f'beat/{dist.get_rank()}', told)
    except torch.distributed.DistError as error:
        raise RunStopped(
            'the process that keeps the list of all, torchrun or rank 0, is gone; end '
            'the others, and resume'
        ) from error


@contextmanager
def beating() -> Iterator[None]:
    """Beat while something works that cannot tell of its progress."""
    if dist.get_world_size() == 1:
        yield
        return
    ended = threading.Event()

    def go_on() -> None:
        with suppress(RunStopped):  # whoever beats or waits next is told
            while not ended.wait(BEAT_EVERY_S):
                beat()

    thread = threading.Thread(target=go_on, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def wait_for_all(work: str) -> None:
    """Wait until all processes have called this as often as this one.

    A collective operation must follow: else the process that keeps the list may end
    while others look into it.

    Args:
        work: What is waited for, for the message, as 'caching features'.

    Raises:
        RunStopped: A process has made no progress for too long; names it.
    """
    rank, world_size = dist.get_dist_info()
    if world_size == 1:
        return
    store = _store()
    _Pulse.num_waits += 1
    prefix = f'wait/{_Pulse.num_waits}'
    try:
        store.set(f'{prefix}/{rank}', 'done')
        others = [other for other in range(world_size) if other != rank]
        _wait(store, prefix, others, work)
    except torch.distributed.DistError as error:
        raise RunStopped(
            f'{work}: the process that keeps the list of all, usually rank 0, does not '
            f'answer ({str(error).splitlines()[0]:.200}). Look for it, end all '
            'processes, and resume'
        ) from error


def silent_processes(grace_s: float = 10.0) -> list[str]:
    """Name the processes that stand still, after an operation of all has timed out.

    The others have noticed that, too, and call this at about the same time.

    Args:
        grace_s: How long to wait for these, in seconds.

    Returns:
        Those that have not called it by then; none, if all were only slow.

    Raises:
        torch.distributed.DistError: The process that keeps the list does not answer.
    """
    rank, world_size = dist.get_dist_info()
    store, prefix = _store(), f'timed_out/{_Pulse.num_waits}'
    store.set(f'{prefix}/{rank}', 'here')
    until = time.monotonic() + grace_s
    others = list(range(world_size))
    while True:
        others = [other for other in others if not store.check([f'{prefix}/{other}'])]
        if not others or time.monotonic() > until:
            return [_name(other, _told(store, other)) for other in others]
        time.sleep(0.2)


def _wait(store: Store, prefix: str, awaited: list[int], work: str) -> None:
    limit = _Pulse.max_silence_s
    seen: dict[int, tuple[str, float]] = {}  # what each said last, and since when
    while True:
        awaited = [rank for rank in awaited if not store.check([f'{prefix}/{rank}'])]
        if not awaited:
            return
        now = time.monotonic()
        for rank in awaited:
            told = _told(store, rank)
            if rank not in seen or told != seen[rank][0]:
                seen[rank] = told, now
            elif now - seen[rank][1] > limit:
                raise RunStopped(
                    f'{work}: {_name(rank, told)} has made no progress for {limit:g} '
                    's, so the others stop. Find out why it stands still (a disk, a '
                    'stopped process), then resume; if it was only slow, set '
                    'HeartbeatHook.max_silence_s higher'
                )
        time.sleep(min(0.2, limit / 10))


def _store() -> Store:
    return PrefixStore('carl_mm', distributed_c10d._get_default_store())


def _told(store: Store, rank: int) -> str:
    key = f'beat/{rank}'
    return str(store.get(key).decode()) if store.check([key]) else ''


def _name(rank: int, told: str) -> str:
    who = told.split(' ', 1)[1] if told else 'which has said nothing yet'
    return f'rank {rank} ({who})'
