"""Requests that the page refuses for what they hold."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from carl_mm.app.access.addresses import UPLOAD
from carl_mm.json_files import parse_json

MAX_JSON = 32 * 2**20  # bytes
FETCHED = re.compile(r'\s*(/*[a-z][a-z0-9+.-]*:/|//)', re.IGNORECASE)
URLS_REFUSED = 'Addresses are refused: give a file.'


class Guard:
    """Refuses what is too large, and files that the visitor did not upload.

    Gradio would open any file of this machine that is named in place of an uploaded
    one, and fetch a URL, wherever it leads.

    Args:
        app: Application that answers the other requests.
        max_bytes: Largest size of an upload's body.
        owns: Whether a visitor, by name, uploaded the file of a path.
    """

    def __init__(
        self, app: ASGIApp, max_bytes: int, owns: Callable[[str, str], bool]
    ) -> None:
        self.app, self.max_bytes, self.owns = app, max_bytes, owns

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; see ASGI."""
        if scope['type'] != 'http':
            await self.app(scope, receive, send)
            return
        is_upload = scope['path'] == UPLOAD
        limit = self.max_bytes if is_upload else MAX_JSON
        declared = Headers(scope=scope).get('content-length', '0')
        if not declared.isdecimal() or int(declared) > limit:
            await _too_large(declared, limit)(scope, receive, send)
        elif is_upload or scope['method'] != 'POST':
            await self.app(scope, receive, send)
        else:
            await self._pass_checked(scope, receive, send)

    async def _pass_checked(self, scope: Scope, receive: Receive, send: Send) -> None:
        body, more = bytearray(), True
        while more and len(body) <= MAX_JSON:
            message = await receive()
            if message['type'] != 'http.request':
                return
            body += message.get('body', b'')
            more = message.get('more_body', False)
        if len(body) > MAX_JSON:
            await _too_large(f'{len(body)}', MAX_JSON)(scope, receive, send)
            return
        try:
            value = parse_json(bytes(body)) if body else None
        except ValueError:
            await PlainTextResponse('Not JSON.', 400)(scope, receive, send)
            return
        refusal = self._refusal(value, scope['state']['visitor'])
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        # Written anew, so that no other parser reads in it what was not checked.
        checked = json.dumps(value).encode() if body else b''
        headers = MutableHeaders(raw=list(scope['headers']))
        headers['content-length'] = f'{len(checked)}'
        scope = {**scope, 'headers': headers.raw}
        await self.app(scope, _replay(checked, receive), send)

    def _refusal(self, value: Any, visitor: str) -> PlainTextResponse | None:
        for path in named_files(value):
            if FETCHED.match(path):
                return PlainTextResponse(URLS_REFUSED, 400)
            if not self.owns(visitor, path):
                shown = path if len(path) <= 100 else f'{path[:100]}...'
                message = f'{shown!r} is not a file that you uploaded; upload it first.'
                return PlainTextResponse(message, 403)
        return None


def named_files(value: Any) -> Iterator[str]:
    """Yield the paths in all descriptions of files, however deep in JSON.

    Gradio describes a file by a dict with the key ``path``.
    """
    rest = [value]
    while rest:
        value = rest.pop()
        if isinstance(value, list):
            rest += value
        elif isinstance(value, dict):
            if isinstance(value.get('path'), str):
                yield value['path']
            rest += value.values()


def _too_large(declared: str, limit: int) -> PlainTextResponse:
    size = int(declared) / 2**20 if declared.isdecimal() else 0
    message = f'Too large: {size:.0f} MB; at most {limit / 2**20:.0f} MB.'
    return PlainTextResponse(message, 413)


def _replay(body: bytes, receive: Receive) -> Receive:
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {'type': 'http.request', 'body': body, 'more_body': False}

    return replay
