"""Which host names lead to the page, and which requests other sites make."""

from collections.abc import Collection
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection

LOOPBACK = ('127.0.0.1', 'localhost', '::1')


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches what listens on an address."""
    return host == 'localhost' or (_is_ip(host) and ip_address(host).is_loopback)


def leads_here(header: str, bound: str, allowed: Collection[str]) -> bool:
    """Whether a ``Host`` header names the page.

    A page of another site can have its own name lead to this machine (DNS rebinding);
    the browser then takes both for one site. So only known names pass, and, where other
    machines are let in, IP addresses, which no name server gives out.

    Args:
        header: Value of the header, a host with or without a port.
        bound: Address that the server listens on.
        allowed: Further names.
    """
    try:
        parts = urlsplit(f'//{header}')
        host, _ = parts.hostname or '', parts.port
    except ValueError:
        return False
    if '@' in header or '/' in header:
        return False
    known = {name.lower() for name in (*LOOPBACK, bound, *allowed)}
    known -= {'0.0.0.0', '::'}  # they stand for all addresses, and name none
    return host in known or (not is_loopback(bound) and _is_ip(host))


def is_foreign(request: 'HTTPConnection') -> bool:
    """Whether a page of another origin makes a request.

    Browsers say so by ``Origin`` and ``Sec-Fetch-Site``. A link that opens the page in
    a tab is no such request.

    Args:
        request: Request whose ``Host`` leads here.
    """
    headers = request.headers
    for origin in headers.getlist('origin'):
        if urlsplit(origin).netloc.lower() != headers['host'].lower():
            return True
    is_link = (
        request.scope['path'] == '/'
        and request.scope['method'] == 'GET'
        and headers.get('sec-fetch-mode') == 'navigate'
        and headers.get('sec-fetch-dest') == 'document'
    )
    sites = set(headers.getlist('sec-fetch-site'))
    return not (sites <= {'same-origin', 'none'} or is_link)


def _is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return host not in ('0.0.0.0', '::')
