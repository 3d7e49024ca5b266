import importlib

import pytest
from torch.distributed import TCPStore

from carl_mm.distributed.restarts import separate_restarts

rendezvous = importlib.import_module('torch.distributed.rendezvous')


@pytest.fixture
def store_of(monkeypatch):
    """A function that opens torchrun's store as a process of some start."""
    server = TCPStore('127.0.0.1', 0, is_master=True, wait_for_workers=False)
    create = rendezvous._create_c10d_store
    told = {'RANK': '0', 'WORLD_SIZE': '1', 'MASTER_ADDR': '127.0.0.1'}
    told |= {'MASTER_PORT': f'{server.port}', 'TORCHELASTIC_USE_AGENT_STORE': 'True'}
    for name, value in told.items():
        monkeypatch.setenv(name, value)

    def store_of(count):
        monkeypatch.setattr(rendezvous, '_create_c10d_store', create)
        monkeypatch.setenv('TORCHELASTIC_RESTART_COUNT', f'{count}')
        separate_restarts()
        store, rank, world_size = next(rendezvous.rendezvous('env://'))
        assert (rank, world_size) == (0, 1)
        return store

    yield store_of
    del server  # until here it answers


def test_what_dead_processes_wrote_is_not_read(store_of):
    for count in range(3):
        store = store_of(count)
        assert not store.check(['address'])
        store.set('address', f'of start {count}')
        other = store_of(count)  # of a process of the same start
        assert other.get('address') == f'of start {count}'.encode()
