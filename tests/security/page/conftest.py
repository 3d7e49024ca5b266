from contextlib import contextmanager

import httpx
import pytest

from tests.app.conftest import Running, inferencer, running, video_folder

__all__ = ['inferencer', 'running', 'video_folder']


@contextmanager
def as_visitor(server):
    """A client that came in as a browser does, with a cookie."""
    with httpx.Client(base_url=server.url, timeout=60) as client:
        entered = client.get('/', params={'token': server.access.token})
        assert entered.status_code == 200 and len(client.cookies) == 1
        yield client


def upload(client, content, name='a.mp4'):
    return client.put('/api/uploads', params={'name': name}, content=content)


@pytest.fixture
def start(inferencer, video_folder, tmp_path):
    """Start a server with other limits."""
    started = []

    def start(**settings):
        server = Running(inferencer, video_folder, tmp_path / 'temp', **settings)
        started.append(server.__enter__())
        return server

    yield start
    for server in started:
        server.__exit__()
