"""Uploads, as long as there is room."""

import json

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from carl_mm.app.access.addresses import UPLOAD
from carl_mm.app.access.ledger import Ledger, QuotaError

NO_LENGTH = 'An upload must say its length in Content-Length.'


class UploadGuard:
    """Refuses uploads beyond the quota, and notes whose the others are.

    Args:
        app: Application that receives the uploads and answers with their paths.
        ledger: Notes them.
    """

    def __init__(self, app: ASGIApp, ledger: Ledger) -> None:
        self.app, self.ledger = app, ledger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; see ASGI."""
        if scope['type'] != 'http' or scope['path'] != UPLOAD:
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        length = headers.get('content-length', '')
        if not length.isdecimal() or 'transfer-encoding' in headers:
            await PlainTextResponse(NO_LENGTH, 411)(scope, receive, send)
            return
        visitor = scope['state']['visitor']
        try:
            with self.ledger.room(visitor, int(length)):
                answer = await self._receive(scope, receive)
            if answer and answer[0].get('status') == 200:
                body = b''.join(message.get('body', b'') for message in answer)
                self.ledger.note(visitor, json.loads(body))
        except QuotaError as error:
            await PlainTextResponse(str(error), 413)(scope, receive, send)
            return
        for message in answer:
            await send(message)

    async def _receive(self, scope: Scope, receive: Receive) -> list[Message]:
        answer: list[Message] = []

        async def hold(message: Message) -> None:
            answer.append(message)

        # So that the answer, which is read here, is not compressed.
        headers = [pair for pair in scope['headers'] if pair[0] != b'accept-encoding']
        await self.app({**scope, 'headers': headers}, receive, hold)
        return answer
