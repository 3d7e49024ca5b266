"""What the guard lets through, and what not."""

import asyncio
import json

import pytest

pytest.importorskip('starlette')
from carl_mm.app.guard import Guard, named_files  # noqa: E402

MINE = '/tmp/x/mine.mp4'


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
    scope['state'] = {'visitor': 'me'}
    guard = Guard(app, max_bytes, lambda who, path: (who, path) == ('me', MINE))
    asyncio.run(guard(scope, receive, send))
    return sent[0]['status'], came[0] if came else None


def test_a_body_comes_through_whole():
    body = json.dumps({'data': ['a.mp4', {'path': MINE}, 7, None, 'Ü']}).encode()
    for parts in (1, 3, 7):
        assert ask(body=body, parts=parts) == (200, body)
    assert ask(method='GET') == (200, b'')
    assert ask() == (200, b'')


def test_a_body_is_written_anew():
    """No other parser reads in it what was not checked."""
    twice = b'{"path": "/etc/passwd", "path": "' + MINE.encode() + b'"}'
    assert ask(body=twice) == (200, json.dumps({'path': MINE}).encode())
    wide = json.dumps({'path': '/etc/passwd'}).encode('utf-16')
    assert ask(body=wide) == (400, None)


@pytest.mark.parametrize(
    'wrap',
    [
        lambda file: {'data': [file]},
        lambda file: {'data': [[{'deep': [file]}]]},
        lambda file: {'event_data': {'files': {'a': file}}},
        lambda file: file,
        lambda file: [file, {'path': MINE}],
        lambda file: {'path': {'path': [file]}},
    ],
)
def test_files_of_others(wrap):
    for path in ('/tmp/a.mp4', '', 'a.mp4', MINE + 'x', '/t/../etc/passwd', 'a\0b'):
        assert ask(body=json.dumps(wrap({'path': path})).encode()) == (403, None), path
    assert ask(body=json.dumps(wrap({'path': MINE})).encode())[0] == 200


def test_urls():
    for path in ('http://x/a', 'HTTPS://x', ' ftp://x', '//x/a', 'file:///etc/passwd'):
        body = json.dumps({'data': [[{'deep': {'path': path}}]]}).encode()
        assert ask(body=body, parts=2) == (400, None), path


def test_what_names_files():
    assert list(named_files({'data': ['http://only a text', 3, None]})) == []
    assert list(named_files({'path': 3, 'a': [{'path': 'x'}]})) == ['x']


def test_what_is_not_json():
    for body in (b'not json', b'[' * 100_000, b'path=/etc/passwd', b'\xff\xfe\xfd'):
        assert ask(body=body) == (400, None)
    # Whatever it says it is.
    body = json.dumps({'path': '/etc/passwd'}).encode()
    for kind in (b'application/json; x=multipart', b'multipart/form-data', b''):
        assert ask(body=body, headers=[(b'content-type', kind)]) == (403, None)


def test_declared_sizes():
    upload = '/gradio_api/upload'
    for size, status in ((1000, 200), (1001, 413)):
        headers = [(b'content-length', str(size).encode())]
        assert ask(upload, headers=headers)[0] == status
    for path in (upload, '/gradio_api/queue/join'):
        assert ask(path, headers=[(b'content-length', b'-1')])[0] == 413
    assert ask(headers=[(b'content-length', str(33 * 2**20).encode())])[0] == 413


def test_json_that_is_too_large_without_a_declared_size(monkeypatch):
    monkeypatch.setattr('carl_mm.app.guard.MAX_JSON', 100)
    assert ask(body=b'[1]' * 100, parts=10) == (413, None)
