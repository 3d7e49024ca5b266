"""Nobody fills the disk, and what was uploaded goes when its visitor does."""

import socket
import threading
import time
from pathlib import Path

import pytest

pytest.importorskip('gradio')
from carl_mm.app.access.ledger import Ledger  # noqa: E402
from carl_mm.datasets.video_io.video_writer import write_mp4  # noqa: E402
from tests.conftest import moving_square  # noqa: E402
from tests.security.page.conftest import (  # noqa: E402
    as_visitor,
    file_data,
    upload,
)

SMALL = {'file_mb': 1, 'visitor_files': 3, 'visitor_mb': 2, 'total_files': 5}
SMALL |= {'total_mb': 3}


def sizes(server):
    folders = (server.temp / 'gradio', server.temp / 'uploads', server.temp / 'copies')
    found = [path for folder in folders for path in folder.rglob('*')]
    return [path.stat().st_size for path in found if path.is_file()]


def eventually(condition):
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_numbers(start):
    server = start(limits=SMALL)
    with as_visitor(server) as one, as_visitor(server) as other:
        for number in range(3):
            assert upload(one, b'x' * number).status_code == 200
        answer = upload(one, b'xxxx')
        assert answer.status_code == 413
        assert 'you would have uploaded 4 files' in answer.text
        assert '--visitor-quota' in answer.text
        assert upload(other, b'y').status_code == 200
        two = [('files', ('a.mp4', b'yy')), ('files', ('b.mp4', b'yyy'))]
        answer = other.post('/gradio_api/upload', files=two)
        assert answer.status_code == 413
        assert 'all visitors would have uploaded 6 files' in answer.text
        assert len(sizes(server)) == 4  # of the two at once none is kept
        many = [('files', ('a.mp4', bytes([n]))) for n in range(100)]
        assert other.post('/gradio_api/upload', files=many).status_code == 413
        assert len(sizes(server)) == 4


def test_bytes(start):
    server = start(limits=SMALL)
    large = 2**20 - 1000
    with as_visitor(server) as one, as_visitor(server) as other:
        assert upload(one, b'a' * large).status_code == 200
        assert upload(one, b'b' * large).status_code == 200
        answer = upload(one, b'c' * large)
        assert answer.status_code == 413 and 'at most 3 of 2 MB' in answer.text
        assert upload(other, b'd' * large).status_code == 200
        answer = upload(other, b'e' * large)
        assert answer.status_code == 413 and 'at most 5 of 3 MB' in answer.text
        assert sum(sizes(server)) == 3 * large


def test_twenty_files_a_visitor_by_default(running):
    with as_visitor(running) as client:
        statuses = [upload(client, bytes([n]) * 2000).status_code for n in range(30)]
    assert statuses == [200] * 20 + [413] * 10


def test_broken_uploads_leave_nothing(start):
    server = start(limits=SMALL)
    part = b'--x\r\nContent-Disposition: form-data; name="NAME"; filename="a"\r\n\r\n'
    with as_visitor(server) as client:
        other = client.post('/gradio_api/upload', files={'other': ('a', b'x' * 9000)})
        assert other.status_code == 200 and other.json() == []
        head = [
            'POST /gradio_api/upload HTTP/1.1',
            f'Host: 127.0.0.1:{server.port}',
            f'Authorization: Bearer {server.access.token}',
            'Content-Type: multipart/form-data; boundary=x',
            'Content-Length: 900000',
        ]
        for _ in range(8):  # more than the quota holds
            with socket.create_connection(('127.0.0.1', server.port), 20) as broken:
                broken.sendall('\r\n'.join([*head, '', '']).encode())
                broken.sendall(part.replace(b'NAME', b'files') + b'x' * 300_000)
                time.sleep(0.05)  # some arrives
        eventually(lambda: sizes(server) == [])
        eventually(lambda: upload(client, b'x').status_code == 200)


def test_uploads_must_say_their_length(running):
    def parts():
        yield b'--x\r\nContent-Disposition: form-data; name="files"; filename="a"'
        yield b'\r\n\r\n'
        yield b'x\r\n--x--\r\n'

    kind = {'Content-Type': 'multipart/form-data; boundary=x'}
    with as_visitor(running) as client:
        answer = client.post('/gradio_api/upload', content=parts(), headers=kind)
        assert answer.status_code == 411


@pytest.mark.parametrize(
    'body',
    [
        b'--x\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\n1'
        b'\r\n--x--' + b'-' * 900_000,
        b'--x' + b'-' * 900_000,
        b'--x\r\nContent-Disposition: form-data; name="files"; filename="'
        + b'a' * 900_000
        + b'"\r\n\r\n1\r\n--x--\r\n',
        b'--x\r\n' + b'A: b\r\n' * 100_000 + b'\r\n1\r\n--x--\r\n',
        b'--x\r\nContent-Disposition: form-data; name="n"\r\n\r\n1\r\n' * 15_000,
    ],
    ids=['after the end', 'boundary', 'name', 'heads', 'fields'],
)
def test_forms_made_to_take_long_do_not(running, body):
    """CVE-2024-8966 and CVE-2025-0187 of Gradio."""
    kind = {'Content-Type': 'multipart/form-data; boundary=x'}
    with as_visitor(running) as client:
        before = time.monotonic()
        client.post('/gradio_api/upload', content=body, headers=kind)
        assert client.get('/carl/info?video=a.mp4').status_code == 200
        assert time.monotonic() - before < 5


def test_uploads_go_when_their_visitor_has_left(start, tmp_path):
    server = start(limits={'file_mb': 1}, forget_after_s=0.3)
    server.library.prepare()
    folder_names = server.library.names
    write_mp4(tmp_path / 'a.mp4', moving_square(6), 25)
    content = (tmp_path / 'a.mp4').read_bytes()
    with as_visitor(server) as one, as_visitor(server) as other:
        with one.stream('GET', '/gradio_api/heartbeat/x') as heartbeat:
            (path,) = upload(one, content).json()
            body = {'data': [file_data(path)]}
            (name,) = one.post('/gradio_api/run/add_video', json=body).json()['data']
            upload(one, b'not used')
            (equal,) = upload(other, b'not used').json()
            assert other.get('/carl/video', params={'video': name}).status_code == 200
            time.sleep(0.6)  # the page is open
            assert name in server.library.names
            heartbeat.close()
        eventually(lambda: server.library.names == folder_names)
        eventually(lambda: sizes(server) == [] and not Path(equal).exists())
        assert other.get('/carl/video', params={'video': name}).status_code == 404


def test_what_is_embedded_for_a_visitor_who_has_left_goes_too(
    start, inferencer, tmp_path, monkeypatch
):
    server = start(forget_after_s=0.1)
    server.library.prepare()
    begun, has_left = threading.Event(), threading.Event()
    embed, leave = inferencer.embed_file, Ledger.leave

    def embed_slowly(path, on_progress=None):
        begun.set()
        assert has_left.wait(20)
        return embed(path, on_progress)

    def note_leaving(ledger, visitor):
        kept = leave(ledger, visitor)
        if begun.is_set():
            has_left.set()
        return kept

    monkeypatch.setattr(inferencer, 'embed_file', embed_slowly)
    monkeypatch.setattr(Ledger, 'leave', note_leaving)
    write_mp4(tmp_path / 'a.mp4', moving_square(6), 25)
    with as_visitor(server) as one, one.stream('GET', '/gradio_api/heartbeat/x'):
        (path,) = upload(one, (tmp_path / 'a.mp4').read_bytes()).json()
        body = {'data': [file_data(path)]}
        one.post('/gradio_api/call/add_video', json=body)
        assert begun.wait(20)
        assert len(sizes(server)) == 1  # the video, and nothing of Gradio's button
    assert has_left.wait(20)
    eventually(lambda: sizes(server) == [])
    assert not [name for name in server.library.names if 'uploaded' in name]
