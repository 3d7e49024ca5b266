"""Bodies of requests, up to a size."""

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_JSON = 32 * 2**20  # bytes
UPLOADS = '/api/uploads'


class BodyLimit:
    """Refuses bodies that are too large, before they are read if they say so.

    Args:
        app: Application that answers the other requests.
        max_upload: Largest size of an upload, in bytes.
    """

    def __init__(self, app: ASGIApp, max_upload: int) -> None:
        self.app, self.max_upload = app, max_upload

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; see ASGI."""
        if scope['type'] != 'http':
            await self.app(scope, receive, send)
            return
        limit = self.max_upload if scope['path'].endswith(UPLOADS) else MAX_JSON
        declared = Headers(scope=scope).get('content-length', '0')
        if not declared.isdecimal() or int(declared) > limit:
            await _too_large(declared, limit)(scope, receive, send)
            return
        came, answered = 0, False

        async def counted() -> Message:
            nonlocal came
            message = await receive()
            came += len(message.get('body', b''))
            if came > limit:  # it was not declared
                raise _TooLargeError
            return message

        async def noted(message: Message) -> None:
            nonlocal answered
            answered = True
            await send(message)

        try:
            await self.app(scope, counted, noted)
        except _TooLargeError:
            if not answered:
                await _too_large(f'{came}', limit)(scope, receive, send)


class _TooLargeError(Exception):
    """More has come than may."""


def _too_large(declared: str, limit: int) -> JSONResponse:
    size = int(declared) / 2**20 if declared.isdecimal() else 0
    message = f'Too large: {size:.0f} MB; at most {limit / 2**20:.0f} MB.'
    return JSONResponse({'detail': message}, 413)
