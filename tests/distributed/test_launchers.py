"""Each launcher's variables become torchrun's; what is missing is told in a line."""

import os
import sys

import pytest

from carl_mm.distributed import launchers
from carl_mm.distributed.launchers import (
    LAUNCHERS,
    local_rank,
    prepare_environment,
    rank_of,
    world_size_of,
)
from tests.tools.processes import ROOT

NAMES = ('RANK', 'WORLD_SIZE', 'LOCAL_RANK', 'MASTER_ADDR', 'MASTER_PORT')
MPI = {
    'OMPI_COMM_WORLD_RANK': '3',
    'OMPI_COMM_WORLD_SIZE': '4',
    'OMPI_COMM_WORLD_LOCAL_RANK': '3',
    'OMPI_COMM_WORLD_LOCAL_SIZE': '4',
}
SLURM = {
    'SLURM_PROCID': '5',
    'SLURM_NTASKS': '8',
    'SLURM_LOCALID': '1',
    'SLURM_NODELIST': 'node[7-8]',
}


@pytest.fixture
def environ(monkeypatch):
    """Without what any launcher says; changes are undone, ours too."""
    kept = {n: v for n, v in os.environ.items() if n not in (*NAMES, *MPI, *SLURM)}
    monkeypatch.setattr(os, 'environ', kept)
    return kept


def test_without_a_launcher_there_is_one_process(environ):
    prepare_environment('none')
    assert not set(NAMES) & set(environ)
    assert (rank_of('none'), world_size_of('none')) == (0, 1)
    assert [rank_of(name) for name in LAUNCHERS] == [0, 0, 0]
    assert [world_size_of(name) for name in LAUNCHERS] == [1, 1, 1]
    assert local_rank() == 0


def test_open_mpi(environ):
    environ |= MPI
    assert local_rank() == 3
    environ['LOCAL_RANK'] = '0'  # another launcher's
    prepare_environment('mpi')
    found = [environ[name] for name in NAMES]
    assert found == ['3', '4', '3', '127.0.0.1', '29500']
    assert (rank_of('mpi'), world_size_of('mpi')) == (3, 4)


def test_open_mpi_on_several_machines_needs_the_first_ones_name(environ):
    environ |= MPI | {'OMPI_COMM_WORLD_LOCAL_SIZE': '2'}
    with pytest.raises(ValueError, match='mpirun -x MASTER_ADDR=HOST'):
        prepare_environment('mpi')
    environ |= {'MASTER_ADDR': 'node7', 'MASTER_PORT': '31000'}
    prepare_environment('mpi')
    assert [environ[name] for name in NAMES[3:]] == ['node7', '31000']


def test_slurm(environ, monkeypatch):
    environ |= SLURM
    assert local_rank() == 1
    asked = []
    monkeypatch.setattr(
        launchers.subprocess, 'getoutput', lambda line: asked.append(line) or 'node7'
    )
    prepare_environment('slurm')
    assert [environ[name] for name in NAMES] == ['5', '8', '1', 'node7', '29500']
    assert asked == ['scontrol show hostname node[7-8] | head -n1']


@pytest.mark.parametrize('launcher', LAUNCHERS)
def test_a_process_that_another_started_is_told(environ, launcher):
    name = LAUNCHERS[launcher].rank
    with pytest.raises(ValueError, match=f'--launcher {launcher}: {name} is not set'):
        prepare_environment(launcher)


def test_an_unknown_launcher_is_named(environ):
    with pytest.raises(ValueError, match="got 'pbs'"):
        prepare_environment('pbs')


START = """
import os, subprocess, sys
size = 2
shared = os.environ | {'OMPI_COMM_WORLD_SIZE': '2', 'OMPI_COMM_WORLD_LOCAL_SIZE': '2'}
ranks = [
    {'OMPI_COMM_WORLD_RANK': str(rank), 'OMPI_COMM_WORLD_LOCAL_RANK': str(rank)}
    for rank in range(size)
]
started = [subprocess.Popen(sys.argv[1:], env=shared | rank) for rank in ranks]
sys.exit(max(process.wait() for process in started))
"""


@pytest.mark.slow
def test_two_processes_of_open_mpi_train(make_videos):
    """As mpirun starts them; it is not needed here."""
    from tests.tools.processes import environment, load, python_tool, run, write_config

    folder = make_videos(lengths=(30, 24, 36, 20), test_share=0.5)
    config = write_config(folder, batch_size=1, max_epochs=1)
    env = environment()
    env |= {'MASTER_PORT': env['PORT']}
    command = [*python_tool('train'), config, '--launcher', 'mpi']
    run(sys.executable, '-c', START, *command, cwd=folder, env=env)
    meta = load(folder / 'work' / 'epoch_1.pth')['meta']
    assert (meta['iter'], meta['world_size']) == (1, 2)
    assert (ROOT / 'tools' / 'train.py').is_file()
