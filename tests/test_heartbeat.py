"""Processes wait for one another as long as each makes progress."""

import os
import signal
import subprocess
import sys
import time

import pytest

from carl_mm import heartbeat
from tests.tools.processes import environment

WORK = """
import os, signal, sys, time
import torch.distributed
from carl_mm import heartbeat

torch.distributed.init_process_group('gloo')
heartbeat.set_max_silence(2)
heartbeat.BEAT_EVERY_S = 0.1
rank = torch.distributed.get_rank()
heartbeat.beat()
heartbeat.wait_for_all('starting')
if rank == 1:
    kind = sys.argv[1]
    if kind == 'stopped':
        os.kill(os.getpid(), signal.SIGSTOP)
    until = time.monotonic() + 4
    if kind == 'slow':
        while time.monotonic() < until:
            time.sleep(0.05)
            heartbeat.beat()
    if kind == 'computing':
        with heartbeat.beating():
            time.sleep(4)
    if kind == 'hanging':
        time.sleep(30)
start = time.monotonic()
try:
    heartbeat.wait_for_all('caching features')
except heartbeat.RunStopped as error:
    print('STOPPED', round(time.monotonic() - start), os.getpid(), error, flush=True)
    os._exit(1)
print('DONE', rank, flush=True)
torch.distributed.barrier()
torch.distributed.destroy_process_group()
"""


def run_two(tmp_path, kind):
    """Run rank 0 and rank 1; what they printed, once rank 0 has ended."""
    (tmp_path / 'work.py').write_text(WORK)
    env = environment()
    env |= {'MASTER_ADDR': '127.0.0.1', 'MASTER_PORT': env['PORT'], 'WORLD_SIZE': '2'}
    both = [
        subprocess.Popen(
            [sys.executable, str(tmp_path / 'work.py'), kind],
            env=env | {'RANK': str(rank)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for rank in (0, 1)
    ]
    try:
        said = both[0].communicate(timeout=120)[0]
        if both[0].returncode == 0:
            said += both[1].communicate(timeout=120)[0]
        return both, said
    finally:
        for process in both:
            process.send_signal(signal.SIGKILL)
            process.communicate()


@pytest.mark.slow
@pytest.mark.parametrize('kind', ['stopped', 'hanging'])
def test_a_process_that_stands_still_is_named(tmp_path, kind):
    both, said = run_two(tmp_path, kind)
    assert both[0].returncode == 1
    (line,) = (line for line in said.splitlines() if line.startswith('STOPPED'))
    assert f'caching features: rank 1 (process {both[1].pid} on ' in line
    assert 'has made no progress for 2 s' in line
    assert 1 <= int(line.split()[1]) <= 10


@pytest.mark.slow
@pytest.mark.parametrize('kind', ['slow', 'computing'])
def test_a_slow_process_is_waited_for(tmp_path, kind):
    """Twice as long as the bound of its silence."""
    both, said = run_two(tmp_path, kind)
    assert both[0].returncode == both[1].returncode == 0, said
    assert said.count('DONE') == 2


def test_one_process_waits_for_nobody(monkeypatch):
    monkeypatch.setattr(heartbeat, '_store', lambda: pytest.fail('no process group'))
    heartbeat.beat()
    with heartbeat.beating():
        pass
    heartbeat.wait_for_all('nothing')


class Store(dict):
    """What processes share, in one of them."""

    def set(self, key, value):
        self[key] = value.encode()

    def get(self, key):
        return self[key]

    def check(self, keys):
        return all(key in self for key in keys)


@pytest.fixture
def store(monkeypatch):
    """This is rank 0 of 3; each look at the others takes no time."""
    shared = Store()
    monkeypatch.setattr(heartbeat, '_store', lambda: shared)
    monkeypatch.setattr(heartbeat.dist, 'get_world_size', lambda: 3)
    monkeypatch.setattr(heartbeat.dist, 'get_rank', lambda: 0)
    monkeypatch.setattr(heartbeat.dist, 'get_dist_info', lambda: (0, 3))
    for name in ('max_silence_s', 'num_beats', 'num_waits', 'last_beat_s'):
        monkeypatch.setattr(heartbeat._Pulse, name, getattr(heartbeat._Pulse, name))
    heartbeat._Pulse.num_waits = 0
    return shared


def test_the_silent_one_of_several_is_named(store):
    heartbeat.set_max_silence(0.1)
    store.set('wait/1/1', 'done')
    store.set('beat/2', '7 process 12 on there')
    with pytest.raises(heartbeat.RunStopped, match=r'rank 2 \(process 12 on there\)'):
        heartbeat.wait_for_all('judging')
    assert store['wait/1/0'] == b'done'


def test_one_that_never_spoke_is_named_too(store):
    heartbeat.set_max_silence(0.1)
    with pytest.raises(heartbeat.RunStopped, match=r'rank 1 \(which has said nothing'):
        heartbeat.wait_for_all('judging')


def test_all_that_have_come_are_not_waited_for_again(store):
    for wait in (1, 2):
        for rank in (1, 2):
            store.set(f'wait/{wait}/{rank}', 'done')
        start = time.monotonic()
        heartbeat.wait_for_all('judging')
        assert time.monotonic() - start < 1


def test_after_a_timeout_those_that_do_not_answer_are_named(store):
    store.set('beat/1', '9 process 11 on there')
    store.set('timed_out/0/2', 'here')
    assert heartbeat.silent_processes(0.3) == ['rank 1 (process 11 on there)']
    store.set('timed_out/0/1', 'here')
    assert heartbeat.silent_processes(30) == []


def test_a_beat_is_not_sent_more_than_once_a_second(store):
    heartbeat._Pulse.last_beat_s = float('-inf')
    for _ in range(100):
        heartbeat.beat()
    number, rest = store['beat/0'].decode().split(' ', 1)
    assert rest.startswith(f'process {os.getpid()} on ')
    heartbeat.beat()
    assert store['beat/0'].decode().split(' ', 1)[0] == number


def test_a_store_that_does_not_answer_is_told(store):
    def fail(*_):
        raise heartbeat.torch.distributed.DistStoreError('timed out')

    store.check = fail
    with pytest.raises(heartbeat.RunStopped, match='usually rank 0, does not answer'):
        heartbeat.wait_for_all('judging')


def test_a_process_whose_launcher_is_gone_stops(store):
    """Else it would go on writing, while another run resumes."""

    def fail(*_):
        raise heartbeat.torch.distributed.DistNetworkError('connection closed')

    store.set = fail
    heartbeat._Pulse.last_beat_s = float('-inf')
    with pytest.raises(heartbeat.RunStopped, match='torchrun or rank 0, is gone'):
        heartbeat.beat()


def test_beside_long_work_that_is_no_traceback(store, monkeypatch):
    """The work goes on to its end, and the next to wait says it in one line."""

    def fail(*_):
        failed.append(True)
        raise heartbeat.torch.distributed.DistNetworkError('connection closed')

    failed, shown = [], []
    store.set = fail
    monkeypatch.setattr(heartbeat, 'BEAT_EVERY_S', 0.01)
    monkeypatch.setattr(heartbeat.threading, 'excepthook', shown.append)
    with heartbeat.beating():
        time.sleep(0.2)
    assert failed
    assert not shown
    with pytest.raises(heartbeat.RunStopped, match='usually rank 0, does not answer'):
        heartbeat.wait_for_all('judging')


@pytest.mark.parametrize('seconds', [0, -1, float('nan')])
def test_a_bound_that_is_none_is_refused(seconds):
    with pytest.raises(ValueError, match='must be positive'):
        heartbeat.set_max_silence(seconds)
