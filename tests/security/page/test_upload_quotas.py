"""Nobody fills the disk, and what was uploaded goes when its visitor does."""

import socket
import threading
import time

import pytest

pytest.importorskip('fastapi')
from carl_mm.datasets.video_io.video_writer import write_mp4  # noqa: E402
from tests.conftest import moving_square  # noqa: E402
from tests.security.page.conftest import (  # noqa: E402
    as_visitor,
    upload,
)

SMALL = {'file_mb': 1, 'visitor_files': 3, 'visitor_mb': 2, 'total_files': 5}
SMALL |= {'total_mb': 3}


def sizes(server):
    folders = (server.temp / 'received', server.temp / 'uploads')
    found = [path for folder in folders for path in folder.rglob('*')]
    copies = server.workspace.project.cache_dir / 'copies'
    found += [*copies.rglob('*')]
    return [path.stat().st_size for path in found if path.is_file()]


def video(folder, length=6, seed=0):
    write_mp4(folder / 'a.mp4', moving_square(length, 64, seed), 25)
    return (folder / 'a.mp4').read_bytes()


def eventually(condition):
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_numbers(start, tmp_path):
    server = start(limits=SMALL)
    server.prepare()
    content = video(tmp_path)
    with as_visitor(server) as one, as_visitor(server) as other:
        for _ in range(3):
            assert upload(one, content).status_code == 200
        answer = upload(one, content)
        assert answer.status_code == 413
        assert 'you would have uploaded 4 files' in answer.text
        assert '--visitor-quota' in answer.text
        assert upload(other, b'no video').status_code == 400  # and does not count
        for _ in range(2):
            assert upload(other, content).status_code == 200
        answer = upload(other, content)
        assert answer.status_code == 413
        assert 'all visitors would have uploaded 6 files' in answer.text
        assert len(sizes(server)) == 5


def test_bytes(start, tmp_path):
    server = start(limits=SMALL)
    server.prepare()
    large = video(tmp_path)
    large += b'\0' * (2**20 - 1000 - len(large))
    with as_visitor(server) as one, as_visitor(server) as other:
        assert upload(one, large).status_code == 200
        assert upload(one, large).status_code == 200
        answer = upload(one, large)
        assert answer.status_code == 413 and 'at most 3 of 2 MB' in answer.text
        assert upload(other, large).status_code == 200
        answer = upload(other, large)
        assert answer.status_code == 413 and 'at most 5 of 3 MB' in answer.text
        assert sum(sizes(server)) == 3 * len(large)


def test_broken_uploads_leave_nothing_and_hold_no_room(start, tmp_path):
    server = start(limits=SMALL)
    server.prepare()
    with as_visitor(server) as client:
        head = [
            'PUT /api/uploads?name=a.mp4 HTTP/1.1',
            f'Host: 127.0.0.1:{server.port}',
            f'Authorization: Bearer {server.access.token}',
            'Content-Length: 900000',
        ]
        for _ in range(8):  # more than the quota holds
            with socket.create_connection(('127.0.0.1', server.port), 20) as broken:
                broken.sendall('\r\n'.join([*head, '', '']).encode() + b'x' * 300_000)
                time.sleep(0.05)  # some arrives
        eventually(lambda: sizes(server) == [])
        content = video(tmp_path)
        eventually(lambda: upload(client, content).status_code == 200)


def test_uploads_go_when_their_visitor_has_left(start, tmp_path):
    server = start(limits={'file_mb': 1}, forget_after_s=0.3)
    server.prepare()
    folder_names = server.library.names
    content = video(tmp_path)
    with as_visitor(server) as one, as_visitor(server) as other:
        with one.stream('GET', '/api/events') as events:
            name = upload(one, content).json()['name']
            params = {'video': name}
            assert other.get('/api/video', params=params).status_code == 200
            time.sleep(0.6)  # the page is open
            assert name in server.library.names
            events.close()
        eventually(lambda: server.library.names == folder_names)
        eventually(lambda: sizes(server) == [])
        assert other.get('/api/video', params={'video': name}).status_code == 404


def test_what_is_embedded_for_a_visitor_who_has_left_goes_too(
    start, inferencer, tmp_path, monkeypatch
):
    server = start(forget_after_s=0.1)
    server.prepare()
    begun, may_end = threading.Event(), threading.Event()
    embed = inferencer.embed_file

    def embed_slowly(path, on_progress=None):
        begun.set()
        assert may_end.wait(20)
        return embed(path, on_progress)

    monkeypatch.setattr(inferencer, 'embed_file', embed_slowly)
    content = video(tmp_path)
    with as_visitor(server) as one:
        head = [
            'PUT /api/uploads?name=a.mp4 HTTP/1.1',
            f'Host: 127.0.0.1:{server.port}',
            f'Cookie: {next(iter(one.cookies.jar)).name}='
            f'{next(iter(one.cookies.jar)).value}',
            f'Content-Length: {len(content)}',
        ]
        with socket.create_connection(('127.0.0.1', server.port), 20) as leaving:
            leaving.sendall('\r\n'.join([*head, '', '']).encode() + content)
            assert begun.wait(20)
    time.sleep(0.3)  # the page is closed for longer than uploads are kept
    assert len(sizes(server)) == 1
    may_end.set()
    eventually(lambda: sizes(server) == [])
    assert not [name for name in server.library.names if 'uploaded' in name]
