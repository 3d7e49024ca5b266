"""Uploads within the quota; see also tests/security/page."""

import pytest

pytest.importorskip('starlette')
pytest.importorskip('httpx')
from starlette.responses import JSONResponse, PlainTextResponse  # noqa: E402
from starlette.testclient import TestClient  # noqa: E402

from carl_mm.app.access.ledger import Ledger  # noqa: E402
from carl_mm.app.access.settings import UploadLimits  # noqa: E402
from carl_mm.app.access.upload_guard import UploadGuard  # noqa: E402


@pytest.fixture
def client(tmp_path):
    async def receiving(scope, receive, send):
        headers = dict(scope['headers'])
        assert b'accept-encoding' not in headers or scope['path'] == '/other'
        path = tmp_path / 'in' / 'x' / 'a.mp4'
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b'x')
        status = 400 if headers.get(b'x-bad') else 200
        await JSONResponse([str(path)], status)(scope, receive, send)

    async def plain(scope, receive, send):
        scope['state'] = {'visitor': 'me'}
        if scope['type'] == 'http':
            await client.guard(scope, receive, send)
        else:
            await PlainTextResponse('')(scope, receive, send)

    ledger = Ledger(tmp_path / 'in', tmp_path / 'kept', UploadLimits(visitor_files=1))
    client = TestClient(plain)
    client.guard, client.ledger = UploadGuard(receiving, ledger), ledger
    client.path = tmp_path / 'in' / 'x' / 'a.mp4'
    return client


def test_an_upload_is_noted(client):
    answer = client.post('/gradio_api/upload', content=b'abc')
    assert answer.json() == [str(client.path)]
    assert client.ledger.owns('me', str(client.path))
    answer = client.post('/gradio_api/upload', content=b'abc')
    assert answer.status_code == 413 and 'No room' in answer.text


def test_what_failed_is_not_noted(client):
    headers = {'x-bad': '1'}
    answer = client.post('/gradio_api/upload', content=b'abc', headers=headers)
    assert answer.status_code == 400
    assert not client.ledger.owns('me', str(client.path))


def test_a_length_is_needed(client):
    answer = client.post('/gradio_api/upload', content=iter([b'abc']))
    assert answer.status_code == 411


def test_other_requests_pass(client):
    for _ in range(3):
        assert client.post('/other', content=iter([b'abc'])).status_code == 200
