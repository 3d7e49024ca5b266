"""Run a function in two processes of one group: forked, so that it takes no second."""

import os
import tempfile
from pathlib import Path

import torch
from torch import multiprocessing

from tests.tools.processes import environment


def run_forked(function, *args, num_processes=2):
    """Return what each process returns of ``function(*args)``, in order of the ranks.

    The function asks torch.distributed for its rank. A default group of gloo is there.
    """
    with tempfile.TemporaryDirectory() as folder:
        port = environment()['PORT']
        multiprocessing.start_processes(
            _run_rank,
            (num_processes, port, folder, function, args),
            nprocs=num_processes,
            start_method='fork',
        )
        files = [Path(folder, f'{rank}.pth') for rank in range(num_processes)]
        return [torch.load(file, weights_only=False) for file in files]


def _run_rank(rank, num_processes, port, folder, function, args):
    torch.set_num_threads(1)  # the parent's other threads were not forked
    os.environ.update(MASTER_ADDR='127.0.0.1', MASTER_PORT=port, LOCAL_RANK=str(rank))
    torch.distributed.init_process_group('gloo', rank=rank, world_size=num_processes)
    torch.save(function(*args), Path(folder, f'{rank}.pth'))
    torch.distributed.barrier()
    torch.distributed.destroy_process_group()
    os._exit(0)  # gloo's threads may outlive the group
