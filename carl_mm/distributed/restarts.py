"""Processes that torchrun has started anew."""

import importlib
import os
from typing import Any

from torch._C._distributed_c10d import PrefixStore, Store


def separate_restarts() -> None:
    """Let processes that were started anew find each other, not the dead ones.

    Symptom: after a restart, now and then, 'Connection refused' by gloo, or processes
    that wait for ever.
    Upstream: torchrun keeps one store for all starts of a run with a fixed address, and
    what the dead processes wrote there is read before the new ones write theirs.
    Remove: when `torch.distributed.run` clears it, or adds the start to the keys.
    """
    count = os.environ.get('TORCHELASTIC_RESTART_COUNT', '0')
    # By its name: `torch.distributed.rendezvous` is also a function.
    rendezvous: Any = importlib.import_module('torch.distributed.rendezvous')
    create = getattr(rendezvous, '_create_c10d_store', None)
    if count == '0' or create is None:
        return

    def created(*args: Any, **options: Any) -> Store:
        return PrefixStore(f'restart {count}', create(*args, **options))

    rendezvous._create_c10d_store = created
