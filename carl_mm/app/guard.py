"""Requests that the page refuses."""

import json
import re
from typing import Any

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_JSON = 32 * 2**20  # bytes
FETCHING = re.compile(r'/(file=|file/|proxy=)\s*[a-z][a-z0-9+.-]*:/', re.IGNORECASE)
FETCHED = re.compile(r'\s*(/*[a-z][a-z0-9+.-]*:/|//)', re.IGNORECASE)
URLS_REFUSED = 'Addresses are refused: give a file.'


class Guard:
    """Refuses requests that are too large or hold URLs before Gradio sees them.

    Gradio would fetch a URL that is given in place of a file, wherever it leads.

    Args:
        app: Application that answers the other requests.
        max_bytes: Largest size of a request's body.
    """

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self.app, self.max_bytes = app, max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; see ASGI."""
        if scope['type'] != 'http':
            await self.app(scope, receive, send)
            return
        headers = {name.lower(): value for name, value in scope['headers']}
        declared = headers.get(b'content-length', b'0')
        is_json = b'json' in headers.get(b'content-type', b'')
        limit = MAX_JSON if is_json else self.max_bytes
        if not declared.isdigit() or int(declared) > limit:
            size = int(declared) / 2**20 if declared.isdigit() else 0
            message = f'Too large: {size:.0f} MB; at most {limit / 2**20:.0f} MB.'
            await PlainTextResponse(message, 413)(scope, receive, send)
        elif FETCHING.search(scope['path']) or '/proxy=' in scope['path']:
            await PlainTextResponse(URLS_REFUSED, 403)(scope, receive, send)
        elif scope['method'] == 'POST' and b'multipart' not in headers.get(
            b'content-type', b''
        ):
            await self._pass_checked(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _pass_checked(self, scope: Scope, receive: Receive, send: Send) -> None:
        body, more = b'', True
        while more and len(body) <= MAX_JSON:
            message = await receive()
            if message['type'] != 'http.request':
                return
            body += message.get('body', b'')
            more = message.get('more_body', False)
        if len(body) > MAX_JSON:
            await PlainTextResponse('Too large.', 413)(scope, receive, send)
            return
        if names_url(body):
            await PlainTextResponse(URLS_REFUSED, 400)(scope, receive, send)
            return
        given = False

        async def replay() -> Message:
            nonlocal given
            if given:
                return await receive()
            given = True
            return {'type': 'http.request', 'body': body, 'more_body': False}

        await self.app(scope, replay, send)


def names_url(body: bytes) -> bool:
    """Whether JSON holds a file whose path is a URL."""
    try:
        return _holds_url(json.loads(body))
    except (ValueError, RecursionError):
        return False  # not JSON: Gradio refuses it


def _holds_url(value: Any) -> bool:
    if isinstance(value, list):
        return any(map(_holds_url, value))
    if not isinstance(value, dict):
        return False
    path = value.get('path')
    if isinstance(path, str) and FETCHED.match(path):
        return True
    return any(map(_holds_url, value.values()))
