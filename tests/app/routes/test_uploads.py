import socket
import time

import pytest

pytest.importorskip('fastapi')


def test_a_broken_one_leaves_nothing(running):
    folder = running.temp / 'received'
    head = [
        'PUT /api/uploads?name=a.mp4 HTTP/1.1',
        f'Host: 127.0.0.1:{running.port}',
        f'Authorization: Bearer {running.access.token}',
        'Content-Length: 900000',
    ]
    with socket.create_connection(('127.0.0.1', running.port), 20) as broken:
        broken.sendall('\r\n'.join([*head, '', '']).encode() + b'x' * 300_000)
        deadline = time.monotonic() + 10
        while not list(folder.glob('*')) and time.monotonic() < deadline:
            time.sleep(0.01)
        assert list(folder.iterdir())
    while list(folder.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not list(folder.iterdir())


@pytest.mark.parametrize('name', ['', 'x' * 1001])
def test_names_have_a_length(running, name):
    answer = running.http.put('/api/uploads', params={'name': name}, content=b'x')
    assert answer.status_code == 422
