"""What the guard lets through, and what not."""

import asyncio
import json

import pytest

pytest.importorskip('starlette')
from carl_mm.app.guard import Guard, names_url  # noqa: E402


def ask(path='/', body=b'', headers=(), method='POST', max_bytes=1000, parts=1):
    """Status of the answer, and the body that came through, or None."""
    came, sent = [], []
    size = -(-len(body) // parts) or 1
    chunks = [body[i : i + size] for i in range(0, len(body), size)] or [b'']

    async def app(scope, receive, send):
        content, more = b'', True
        while more:
            message = await receive()
            content, more = content + message['body'], message.get('more_body', False)
        came.append(content)
        await send({'type': 'http.response.start', 'status': 200, 'headers': []})
        await send({'type': 'http.response.body', 'body': b''})

    async def receive():
        part = chunks.pop(0)
        return {'type': 'http.request', 'body': part, 'more_body': bool(chunks)}

    async def send(message):
        sent.append(message)

    scope = {'type': 'http', 'method': method, 'path': path, 'headers': list(headers)}
    asyncio.run(Guard(app, max_bytes)(scope, receive, send))
    return sent[0]['status'], came[0] if came else None


def test_a_body_comes_through_whole():
    body = json.dumps({'data': ['a.mp4', {'path': '/tmp/a.mp4'}, 7]}).encode()
    for parts in (1, 3, 7):
        assert ask(body=body, parts=parts) == (200, body)
    assert ask(method='GET') == (200, b'')


def test_addresses_in_bodies():
    for path in ('http://x/a', 'HTTPS://x', ' ftp://x', '//x/a', 'file:///etc/passwd'):
        body = json.dumps({'data': [[{'deep': {'path': path}}]]}).encode()
        assert names_url(body), path
        assert ask(body=body, parts=2) == (400, None)
    for path in ('/tmp/http.mp4', 'a:b.mp4', 'http.mp4', '/tmp/a//b.mp4'):
        assert not names_url(json.dumps({'path': path}).encode()), path
    assert not names_url(b'not json')
    assert not names_url(b'[' * 100_000)
    assert not names_url(json.dumps({'data': ['http://only a text']}).encode())


def test_addresses_in_paths():
    for path in ('/gradio_api/file=http://x/a', '/gradio_api/proxy=anything'):
        assert ask(path, method='GET') == (403, None)
    assert ask('/gradio_api/file=/tmp/a.mp4', method='GET')[0] == 200


def test_declared_sizes():
    for size, status in ((1000, 200), (1001, 413)):
        headers = [(b'content-length', str(size).encode())]
        kind = (b'content-type', b'multipart/form-data; boundary=x')
        assert ask(headers=[*headers, kind])[0] == status
    assert ask(headers=[(b'content-length', b'-1')])[0] == 413


def test_json_that_is_too_large_without_a_declared_size(monkeypatch):
    monkeypatch.setattr('carl_mm.app.guard.MAX_JSON', 100)
    assert ask(body=b'[1]' * 100, parts=10) == (413, None)
