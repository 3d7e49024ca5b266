"""The page of the example videos: made when it is opened, and then as any other."""

import threading
import time

import pytest

fastapi = pytest.importorskip('fastapi')
from fastapi.testclient import TestClient  # noqa: E402

from carl_mm.app.example import Example  # noqa: E402


class Videos:
    """As `ExampleVideos`, made when a test lets them be."""

    num_made = 4

    def __init__(self, error=None):
        self.go, self.error, self.started = threading.Event(), error, 0
        self.is_closed = False

    def make(self):
        self.started += 1
        self.go.wait(20)
        if self.error:
            raise OSError(self.error)
        return 'folder'

    def close(self):
        self.is_closed = True
        self.go.set()


class Workspace:
    def __init__(self):
        self.did, self.project = [], self

    def __getattr__(self, name):
        return lambda: self.did.append(name)

    def held(self):
        return self

    def __enter__(self):
        self.did.append('held')

    def __exit__(self, *_):
        self.did.append('let go')


def application(workspace):
    app = fastapi.FastAPI()
    app.get('/')(lambda: 'the page')
    app.get('/api/state')(lambda: 'the state')
    return app


@pytest.fixture
def opened():
    return []


@pytest.fixture
def example(opened):
    def open_workspace(folder):
        opened.append((folder, Workspace()))
        return opened[-1][1]

    return Example(Videos(), open_workspace, application)


def wait_until(is_so):
    deadline = time.monotonic() + 10
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_nothing_is_made_before_it_is_opened(example):
    client = TestClient(example)
    assert client.get('/api/state').status_code == 503
    assert client.get('/static/example.js').status_code == 200
    assert client.post('/api/align', json={}).status_code == 503
    assert example.videos.started == 0


def test_it_says_so_while_they_are_made_and_then_opens(example, opened):
    client = TestClient(example)
    for _ in range(2):
        assert 'example.js' in client.get('/').text
    answer = client.get('/api/state')
    assert answer.json() == {'detail': 'the example videos are being made'}
    told = {'is_open': False, 'error': '', 'done': 4, 'total': 10}
    assert client.get('/api/making').json() == told
    assert example.videos.started == 1 and opened == []
    example.videos.go.set()
    wait_until(lambda: client.get('/api/state').status_code == 200)
    assert client.get('/').json() == 'the page'
    assert client.get('/api/making').json() == {**told, 'is_open': True}
    ((folder, workspace),) = opened
    assert (folder, workspace.did) == ('folder', ['held', 'prepare'])
    assert example.workspace is workspace
    example.close()
    assert workspace.did[2:] == ['close', 'let go']


def test_what_fails_is_told_and_tried_again_when_it_is_opened(example):
    client = TestClient(example)
    example.videos.error = 'no room'
    example.videos.go.set()
    client.get('/')
    wait_until(lambda: client.get('/api/making').json()['error'])
    answer = client.get('/api/state')
    assert (answer.status_code, answer.json()['detail']) == (503, 'no room')
    example.videos.error = None
    wait_until(lambda: not example._thread.is_alive())
    client.get('/')
    wait_until(lambda: client.get('/api/state').status_code == 200)
    assert example.videos.started == 2


def test_the_servers_end_ends_the_making(example, opened):
    TestClient(example).get('/')
    example.close()
    example._thread.join(10)
    assert example.videos.is_closed and opened == []
    example.start()
    assert example.videos.started == 1
