"""Requests that are let in, and what browsers are told to do with the answers."""

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from carl_mm.app.access.addresses import is_open
from carl_mm.app.access.hosts import is_foreign, leads_here
from carl_mm.app.access.settings import Access
from carl_mm.app.access.tokens import Tokens
from carl_mm.app.access.visitors import Visitors

HEADERS = {
    'Content-Security-Policy': (
        "default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; "
        "style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'self'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    'X-Frame-Options': 'DENY',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Referrer-Policy': 'same-origin',
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'private',
}
# The page opens by a further request, which comes from here: a browser that followed a
# link of another site does not send the cookie with a redirected one.
ENTER = (
    '<!doctype html><meta http-equiv="refresh" content="0; url=./">'
    '<title>carl_mm</title>'
)
NO_HOST = 'This host name is not allowed; see --allow-host.'
FOREIGN = 'Requests of other sites are refused.'
NO_TOKEN = (
    'Open the address that was printed at start; it ends in ?token=... . Other clients '
    'send the header Authorization: Bearer TOKEN.'
)


class Gate:
    """Lets in who has the token, and no other site's pages.

    What is let in has the visitor's name in ``scope['state']['visitor']``.

    Args:
        app: Application that answers what is let in.
        access: Who may enter.
        visitors: Is told who is there.
    """

    def __init__(self, app: ASGIApp, access: Access, visitors: Visitors) -> None:
        self.app, self.access, self.visitors = app, access, visitors
        self.tokens = Tokens(access.token, access.port)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; see ASGI."""
        if scope['type'] == 'lifespan':
            await self.app(scope, receive, send)
        elif scope['type'] == 'http':
            await self._answer(scope, receive, _with_headers(send))
        else:  # the page has no WebSocket
            await send({'type': 'websocket.close', 'code': 1008})

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        visitor = self._visitor_or_answer(HTTPConnection(scope))
        if isinstance(visitor, Response):
            await visitor(scope, receive, send)
            return
        scope.setdefault('state', {})['visitor'] = visitor
        with self.visitors.present(visitor):
            await self.app(scope, receive, send)

    def _visitor_or_answer(self, request: HTTPConnection) -> str | Response:
        """Return who makes a request, or an answer to give in place of the page's."""
        answer = self._refusal_of_origin(request) or self._entry(request)
        if answer is not None:
            return answer
        visitor = self.tokens.visitor(request)
        if visitor is None:
            return PlainTextResponse(NO_TOKEN, 401)
        if not is_open(request.scope['method'], request.scope['path']):
            return PlainTextResponse('Not found.', 404)
        return visitor

    def _refusal_of_origin(self, request: HTTPConnection) -> Response | None:
        hosts = request.headers.getlist('host')
        names = self.access.host, self.access.allowed_hosts
        if len(hosts) != 1 or not leads_here(hosts[0], *names):
            return PlainTextResponse(NO_HOST, 400)
        if is_foreign(request):
            return PlainTextResponse(FOREIGN, 403)
        return None

    def _entry(self, request: HTTPConnection) -> Response | None:
        """Exchange a token in the address for a cookie."""
        if request.scope['path'] != '/' or 'token' not in request.query_params:
            return None
        if not self.tokens.admits(request.query_params['token']):
            return PlainTextResponse(f'Wrong token. {NO_TOKEN}', 401)
        headers = {'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer'}
        if self.tokens.visitor(request) is None:
            headers['Set-Cookie'] = self.tokens.new_cookie()
        return HTMLResponse(ENTER, headers=headers)


def _with_headers(send: Send) -> Send:
    async def sent(message: Message) -> None:
        if message['type'] == 'http.response.start':
            message.setdefault('headers', [])
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return sent
