import errno
import os
import re
import socket
import subprocess
import sys

import pytest

from carl_mm import locking
from carl_mm.locking import LOCK_NAME, LockedError, lock_beside, lock_folder
from tests.clean_processes import CONTEXT


def try_it(folder, queue):
    try:
        with lock_folder(folder, 'wait'):
            queue.put('')
    except LockedError as error:
        queue.put(str(error))


def in_another_process(folder):
    """What locking says there, a moment later."""
    queue = CONTEXT.Queue()
    process = CONTEXT.Process(target=try_it, args=(folder, queue))
    process.start()
    said = queue.get(timeout=30)
    process.join()
    return said


def test_another_process_is_refused_and_told_of_this_one(tmp_path):
    folder = tmp_path / 'new'
    with lock_folder(folder, 'wait'):
        said = in_another_process(folder)
    who = f'process {os.getpid()} on {re.escape(socket.gethostname())}'
    when = r'\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[+-]\d\d:\d\d'
    pattern = rf'\[Errno \d+\] {re.escape(str(folder))}: another process is writing '
    assert re.fullmatch(rf'{pattern}it \({who} since {when}\); wait', said), said
    assert in_another_process(folder) == ''


def test_after_an_error_the_lock_is_free_and_nothing_is_left(tmp_path):
    with pytest.raises(KeyError), lock_folder(tmp_path, 'wait'):
        raise KeyError
    assert in_another_process(tmp_path) == ''
    assert not list(tmp_path.iterdir())


def count_up(folder, times):
    """Add to a number that is read and written without care, under a lock."""
    done = 0
    while done < times:
        try:
            with lock_folder(folder, 'wait'):
                number = folder / 'number'
                number.write_text(str(int(number.read_text()) + 1))
                done += 1
        except LockedError:
            pass


def test_processes_that_take_it_in_turn_never_meet(tmp_path):
    """Though each removes the file at the end."""
    (tmp_path / 'number').write_text('0')
    several = [CONTEXT.Process(target=count_up, args=(tmp_path, 200)) for _ in range(3)]
    for process in several:
        process.start()
    for process in several:
        process.join(60)
        assert process.exitcode == 0
    assert (tmp_path / 'number').read_text() == '600'


def test_the_same_process_may_lock_again_and_keeps_the_lock(tmp_path):
    """Else a run of a tool would refuse its own parts."""
    with lock_folder(tmp_path, 'wait'):
        with lock_folder(tmp_path, 'wait'):
            pass
        assert 'another process' in in_another_process(tmp_path)


def test_two_locks_do_not_meet(tmp_path):
    with lock_folder(tmp_path / 'a', 'wait'):
        assert in_another_process(tmp_path / 'b') == ''


def test_a_lock_beside_a_file_is_of_this_file(tmp_path):
    with lock_beside(tmp_path / 'new' / 'a.npz', 'wait'):
        assert [path.name for path in (tmp_path / 'new').iterdir()] == ['.a.npz.lock']
        with lock_beside(tmp_path / 'new' / 'b.npz', 'wait'):
            pass


KILLED = """
import os, sys, time
from carl_mm.locking import lock_folder
with lock_folder(sys.argv[1], 'wait'):
    child = os.fork()
    if child:
        print(child, flush=True)
    time.sleep(60)
"""


def test_a_killed_process_leaves_no_lock_though_its_child_lives(tmp_path):
    """As those do that load data, for some seconds."""
    process = subprocess.Popen(
        [sys.executable, '-c', KILLED, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    child = int(process.stdout.readline())
    try:
        assert f'process {process.pid} ' in in_another_process(tmp_path)
        process.kill()
        process.wait()
        assert f'process {process.pid} ' in (tmp_path / LOCK_NAME).read_text()
        assert in_another_process(tmp_path) == ''
    finally:
        os.kill(child, 9)
        process.stdout.close()


@pytest.mark.parametrize('code', [errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP])
def test_a_file_system_without_locks_warns(tmp_path, monkeypatch, code):
    def fail(*_):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(locking.fcntl, 'lockf', fail)
    with (
        pytest.warns(UserWarning, match=f'{LOCK_NAME}: cannot be locked here'),
        lock_folder(tmp_path, 'wait'),
    ):
        pass


def test_a_system_without_locks_goes_on(tmp_path, monkeypatch):
    monkeypatch.setattr(locking, 'fcntl', None)
    with lock_folder(tmp_path, 'wait'):
        pass
