"""What launchers tell the processes that they start."""

import os
import subprocess
from typing import NamedTuple


class Launcher(NamedTuple):
    """Names of the environment variables that a launcher sets, and its command."""

    rank: str
    world_size: str
    local_rank: str
    command: str


LAUNCHERS = {
    'pytorch': Launcher('RANK', 'WORLD_SIZE', 'LOCAL_RANK', 'torchrun'),
    'slurm': Launcher('SLURM_PROCID', 'SLURM_NTASKS', 'SLURM_LOCALID', 'srun'),
    'mpi': Launcher(
        'OMPI_COMM_WORLD_RANK',
        'OMPI_COMM_WORLD_SIZE',
        'OMPI_COMM_WORLD_LOCAL_RANK',
        "Open MPI's mpirun",
    ),
}


def rank_of(launcher: str) -> int:
    """Return this process's rank before the processes know each other; 0 if alone."""
    names = LAUNCHERS.get(launcher)
    return int(os.environ.get(names.rank, 0)) if names else 0


def world_size_of(launcher: str) -> int:
    """Return the number of processes before they know each other; 1 if alone."""
    names = LAUNCHERS.get(launcher)
    return int(os.environ.get(names.world_size, 1)) if names else 1


def local_rank() -> int:
    """Return this process's rank on its machine, whoever started it; 0 if alone."""
    told = (os.environ.get(names.local_rank) for names in LAUNCHERS.values())
    return int(next(filter(None, told), 0))


def prepare_environment(launcher: str) -> None:
    """Say what torchrun would have said, where another launcher started the processes.

    Args:
        launcher: 'none', which changes nothing, or one of `LAUNCHERS`.

    Raises:
        ValueError: The launcher is unknown or did not start this process, or the
            machine of rank 0 is not known.
    """
    if launcher == 'none':
        return
    if launcher not in LAUNCHERS:
        raise ValueError(
            f'launcher must be none or one of {", ".join(LAUNCHERS)}, got {launcher!r}'
        )
    names, told = LAUNCHERS[launcher], os.environ
    for name in (names.rank, names.world_size, names.local_rank):
        if name not in told:
            raise ValueError(
                f'--launcher {launcher}: {name} is not set, so {names.command} did not '
                'start this process: start it so, or leave out --launcher'
            )
    told['RANK'] = told[names.rank]
    told['WORLD_SIZE'] = told[names.world_size]
    told['LOCAL_RANK'] = told[names.local_rank]
    if 'MASTER_ADDR' not in told:
        told['MASTER_ADDR'] = _first_machine(launcher)
    told.setdefault('MASTER_PORT', '29500')


def _first_machine(launcher: str) -> str:
    if launcher == 'slurm':
        nodes = os.environ['SLURM_NODELIST']
        return subprocess.getoutput(f'scontrol show hostname {nodes} | head -n1')
    size = os.environ['WORLD_SIZE']
    if launcher == 'mpi' and os.environ.get('OMPI_COMM_WORLD_LOCAL_SIZE') != size:
        raise ValueError(
            '--launcher mpi: on several machines MASTER_ADDR must name that of rank 0: '
            'mpirun -x MASTER_ADDR=HOST'
        )
    return '127.0.0.1'
