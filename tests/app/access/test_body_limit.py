import asyncio

import pytest

from carl_mm.app.access import body_limit
from carl_mm.app.access.body_limit import BodyLimit


async def echo(scope, receive, send):
    body, more = b'', True
    while more:
        message = await receive()
        body, more = body + message['body'], message.get('more_body', False)
    await send({'type': 'http.response.start', 'status': 200, 'headers': []})
    await send({'type': 'http.response.body', 'body': body})


def ask(path, parts, headers=(), app=echo):
    """Send parts of a body; return the status, the body, and how many were read."""
    messages = [
        {'type': 'http.request', 'body': part, 'more_body': place < len(parts) - 1}
        for place, part in enumerate(parts)
    ]
    left, sent = list(messages), []

    async def receive():
        return left.pop(0)

    async def send(message):
        sent.append(message)

    pairs = [(name.encode(), value.encode()) for name, value in headers]
    scope = {'type': 'http', 'path': path, 'headers': pairs, 'method': 'POST'}
    asyncio.run(BodyLimit(app, 200)(scope, receive, send))
    body = b''.join(message.get('body', b'') for message in sent)
    return sent[0]['status'], body, len(messages) - len(left)


@pytest.fixture(autouse=True)
def small(monkeypatch):
    monkeypatch.setattr(body_limit, 'MAX_JSON', 100)


@pytest.mark.parametrize(('path', 'most'), [('/api/align', 100), ('/api/uploads', 200)])
def test_what_is_declared_is_refused_before_it_is_read(path, most):
    for size, status in ((most, 200), (most + 1, 413)):
        parts = [b'x' * (size - 1), b'x']
        found = ask(path, parts, [('content-length', f'{size}')])
        assert found[0] == status
        assert found[2] == (2 if status == 200 else 0)
    assert ask(path, [b''], [('content-length', '1e3')])[0] == 413
    assert ask(path, [b''], [('content-length', '-1')])[0] == 413


def test_what_is_not_declared_is_refused_once_it_is_too_much():
    status, body, read = ask('/api/align', [b'x' * 60] * 9)
    assert (status, read) == (413, 2)
    assert b'at most 0 MB' in body
    assert ask('/api/align', [b'x' * 50] * 2)[0] == 200


def test_an_answer_that_has_begun_is_broken_off():
    async def early(scope, receive, send):
        await send({'type': 'http.response.start', 'status': 200, 'headers': []})
        await echo(scope, receive, send)

    status, body, _ = ask('/api/align', [b'x' * 60] * 9, app=early)
    assert (status, body) == (200, b'')
