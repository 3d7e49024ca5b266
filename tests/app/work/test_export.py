"""Exports: one at a time, with progress, and old ones removed."""

import threading
import time

import pytest

from carl_mm.app.work import export as module
from carl_mm.app.work.export import Exports


def wait(exports, name, *states):
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        found = exports.state(name)
        if found['state'] in states:
            return found
        time.sleep(0.005)
    raise AssertionError(found)


def quick(path, _):
    path.write_bytes(b'video')


def test_one_is_written_after_the_other_and_progress_is_told(tmp_path):
    exports = Exports(tmp_path / 'exports')
    go, half, running = threading.Event(), threading.Event(), []

    def slow(path, on_progress):
        running.append(path)
        on_progress(0.25)
        on_progress(0.25)
        half.set()
        assert go.wait(20)
        quick(path, None)

    first, second = (exports.start(f'{i}.mp4', slow) for i in range(2))
    assert half.wait(20)
    assert exports.state(first) == {
        'id': first,
        'filename': '0.mp4',
        'state': 'running',
        'share': 0.5,
        'error': '',
    }
    assert exports.state(second)['state'] == 'waiting'
    assert len(running) == 1
    with pytest.raises(ValueError, match='0.mp4: is running; wait'):
        exports.file(first)
    go.set()
    for name in (first, second):
        assert wait(exports, name, 'done')['share'] == 1
        path, shown = exports.file(name)
        assert path.read_bytes() == b'video' and shown.endswith('.mp4')


def test_failures_are_told_and_the_next_one_is_written(tmp_path, capsys):
    exports = Exports(tmp_path)

    def bad(path, _):
        raise ValueError('a.mp4: has 3 frames, its embedding 4; embed it again')

    def broken(path, _):
        raise KeyError('secret')

    names = [exports.start('x.mp4', write) for write in (bad, broken, quick)]
    assert wait(exports, names[0], 'failed')['error'].startswith('a.mp4: has 3 frames')
    said = wait(exports, names[1], 'failed')['error']
    assert said == 'failed inside the server; its log says why'
    assert 'secret' in capsys.readouterr().err
    assert wait(exports, names[2], 'done')
    with pytest.raises(ValueError, match='x.mp4: a.mp4: has 3 frames'):
        exports.file(names[0])
    with pytest.raises(ValueError, match='no such export'):
        exports.state('../x')


def test_old_ones_are_removed_and_those_of_a_server_before(tmp_path, monkeypatch):
    monkeypatch.setattr(module, 'MAX_KEPT', 2)
    (tmp_path / 'left.mp4').write_bytes(b'x')
    exports = Exports(tmp_path)
    assert not tmp_path.exists()
    names = []
    for _ in range(4):
        names.append(exports.start('x.mp4', quick))
        wait(exports, names[-1], 'done')
    assert len(list(tmp_path.iterdir())) == 2
    with pytest.raises(ValueError, match='no such export; only the last 2'):
        exports.file(names[1])
    assert exports.file(names[3])[0].exists()


def test_too_many_at_once_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(module, 'MAX_WAITING', 2)
    exports, go = Exports(tmp_path), threading.Event()
    started = threading.Event()

    def slow(*_):
        started.set()
        go.wait(20)

    exports.start('x.mp4', slow)
    assert started.wait(20)
    for _ in range(2):
        exports.start('x.mp4', slow)
    with pytest.raises(ValueError, match='2 videos are waiting'):
        exports.start('x.mp4', slow)
    go.set()
