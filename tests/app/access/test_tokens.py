"""Who may enter."""

import pytest

from carl_mm.app.access.tokens import Tokens

starlette = pytest.importorskip('starlette.requests')
TOKEN = 'a long and secret token'


def visitor(tokens, client=('10.0.0.1', 9), **headers):
    pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {'type': 'http', 'headers': pairs, 'client': client}
    return tokens.visitor(starlette.HTTPConnection(scope))


def test_a_cookie_names_its_visitor():
    tokens = Tokens(TOKEN, 80)
    first, second = (tokens.new_cookie().split(';')[0] for _ in range(2))
    names = [visitor(tokens, cookie=cookie) for cookie in (first, second, first)]
    assert names[0] == names[2] != names[1]
    assert len(names[0]) == 32
    assert visitor(Tokens(TOKEN, 80), cookie=f'a=b; {first}') == names[0]
    assert visitor(Tokens('another long token', 80), cookie=first) is None
    assert visitor(Tokens(TOKEN, 81), cookie=first) is None
    assert visitor(tokens, cookie=first.replace(names[0], names[1])) is None


def test_the_header():
    tokens = Tokens(TOKEN, 80)
    for value in (f'Bearer {TOKEN}', f'bearer {TOKEN}', f'token  {TOKEN}'):
        assert visitor(tokens, authorization=value) == 'client 10.0.0.1'
    other = visitor(tokens, ('10.0.0.2', 9), authorization=f'Bearer {TOKEN}')
    assert other == 'client 10.0.0.2'
    for value in (TOKEN, 'Bearer', f'Basic {TOKEN}', f'Bearer {TOKEN}x', ''):
        assert visitor(tokens, authorization=value) is None
    assert visitor(tokens) is None


def test_admits():
    tokens = Tokens(TOKEN, 80)
    assert tokens.admits(TOKEN)
    assert not any(map(tokens.admits, ('', TOKEN[:-1], TOKEN + '\0', 'Ü')))
