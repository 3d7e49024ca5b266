"""Who may enter: clients that show the token, and browsers that have shown it."""

import hmac
import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection


class Tokens:
    """Checks the token, and the cookies that it is exchanged for.

    A cookie is a visitor's random name and a code that only the token's holder can
    have made, so that nothing needs to be kept of it.

    Args:
        token: The secret.
        port: Port of the page; cookies are not told apart by it, so their name is.
    """

    def __init__(self, token: str, port: int) -> None:
        self._token = token.encode()
        self.cookie_name = f'carl_mm_{port}'

    def admits(self, shown: str) -> bool:
        """Whether this is the token."""
        return hmac.compare_digest(shown.encode(), self._token)

    def new_cookie(self) -> str:
        """Return the header's value that makes a browser a new visitor."""
        visitor = secrets.token_hex(16)
        value = f'{visitor}.{self._code(visitor)}'
        return f'{self.cookie_name}={value}; HttpOnly; SameSite=Strict; Path=/'

    def visitor(self, request: 'HTTPConnection') -> str | None:
        """Return the name of the visitor who makes a request, None without a token.

        Browsers show their cookie. Other clients send ``Authorization: Bearer TOKEN``,
        and are told apart by their IP addresses.
        """
        name, _, code = request.cookies.get(self.cookie_name, '').partition('.')
        if hmac.compare_digest(code.encode(), self._code(name).encode()):
            return name
        scheme, _, shown = request.headers.get('authorization', '').partition(' ')
        if scheme.lower() in ('bearer', 'token') and self.admits(shown.strip()):
            return f'client {request.client.host if request.client else ""}'
        return None

    def _code(self, visitor: str) -> str:
        return hmac.new(self._token, visitor.encode(), 'sha256').hexdigest()
