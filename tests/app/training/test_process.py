import os
import signal
import subprocess
import sys
import time

import pytest

from carl_mm.app.training import process
from carl_mm.app.training.process import TrainingProcess

WAIT_S = 20


def until(condition):
    deadline = time.monotonic() + WAIT_S
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert condition()


@pytest.fixture
def start(monkeypatch):
    """Return a function that runs some code in place of the training."""
    monkeypatch.setattr(process, 'LOOK_EVERY_S', 0.01)
    popen, started = subprocess.Popen, []

    def start(code):
        def fake(command, **options):
            assert command[:3] == [sys.executable, '-m', 'carl_mm.app.training']
            return popen([sys.executable, '-c', code], **options)

        ended, looks = [], []
        monkeypatch.setattr(process.subprocess, 'Popen', fake)
        training = TrainingProcess(['x'], ended.append, lambda: looks.append(1))
        started.append(training)
        return training, ended, looks

    yield start
    for training in started:
        training.end()


def test_it_is_said_how_it_ended(start):
    training, ended, looks = start('pass')
    until(lambda: ended)
    assert ended == [None] and looks and not training.is_running
    _, ended, _ = start(
        "import sys; print('x'); sys.exit('first\\n\\nwhy it failed\\n')"
    )
    until(lambda: ended)
    assert ended == ['why it failed']
    _, ended, _ = start('raise SystemExit(3)')
    until(lambda: ended)
    assert ended == ['it ended with status 3']


def test_who_ends_it_is_not_told(start):
    """Nor does what it started live on."""
    code = (
        'import subprocess, sys, time; '
        'p = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]); '
        'sys.stderr.write(f"{p.pid}\\n"); sys.stderr.flush(); time.sleep(60)'
    )
    training, ended, looks = start(code)
    until(lambda: len(looks) > 20)
    training.end()
    training.end()
    assert not training.is_running
    assert training.seconds < WAIT_S
    time.sleep(0.1)
    assert ended == []


PARENT = """
import subprocess, sys
child = subprocess.Popen(
    [sys.executable, '-c', 'import time; '
     'from carl_mm.app.training.__main__ import end_with_parent; '
     'end_with_parent(); print("ready", flush=True); time.sleep(60)'],
    stdin=subprocess.PIPE, start_new_session=True)
print(child.pid, flush=True)
child.wait()
"""


def test_it_ends_with_a_server_that_is_killed():
    parent = subprocess.Popen(
        [sys.executable, '-c', PARENT], stdout=subprocess.PIPE, text=True
    )
    child = int(parent.stdout.readline())
    assert parent.stdout.readline() == 'ready\n'
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()

    def is_gone():
        try:
            with open(f'/proc/{child}/stat') as file:
                return file.read().split()[2] == 'Z'
        except FileNotFoundError:
            return True

    until(is_gone)
