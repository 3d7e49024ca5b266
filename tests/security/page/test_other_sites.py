"""No page of another site, and nobody without the token, gets anything."""

import socket

import httpx
import pytest

pytest.importorskip('fastapi')
from carl_mm.app.access.gate import HEADERS  # noqa: E402
from tests.security.page.conftest import as_visitor, upload  # noqa: E402

ADDRESSES = [
    ('GET', '/'),
    ('HEAD', '/'),
    ('GET', '/static/main.js'),
    ('GET', '/api/video?video=a.mp4'),
    ('GET', '/api/frame?video=a.mp4&frame=0'),
    ('GET', '/api/info?video=a.mp4'),
    ('GET', '/api/thumbnail?video=a.mp4'),
    ('GET', '/api/state'),
    ('GET', '/api/videos'),
    ('GET', '/api/labels'),
    ('GET', '/api/labels/export'),
    ('GET', '/api/exports/x'),
    ('POST', '/api/align'),
    ('GET', '/api/exports/x/file'),
    ('GET', '/example/'),
    ('GET', '/no/such/address'),
    ('POST', '/api/rank'),
    ('POST', '/api/find'),
    ('POST', '/api/timeline'),
    ('POST', '/api/carry'),
    ('POST', '/api/deviations'),
    ('POST', '/api/suggest_references'),
    ('POST', '/api/labels/import?name=x.csv'),
    ('POST', '/api/labels/accept'),
    ('POST', '/api/phases/rename'),
    ('POST', '/api/models/choose'),
    ('POST', '/api/training/estimate'),
    ('POST', '/api/training/start'),
    ('POST', '/api/training/pause'),
    ('POST', '/api/training/resume'),
    ('POST', '/api/training/stop'),
    ('POST', '/api/training/discard'),
    ('POST', '/api/exports'),
    ('PUT', '/api/labels'),
    ('PUT', '/api/choices'),
    ('PUT', '/api/uploads?name=a.mp4'),
    ('OPTIONS', '/api/uploads'),
    ('OPTIONS', '/api/align'),
    ('PUT', '/'),
]

SOME = ADDRESSES[:1] + ADDRESSES[3:4] + ADDRESSES[12:13]  # for each of many attacks


@pytest.fixture
def me(running):
    with as_visitor(running) as client:
        yield client


def test_another_site_is_refused_everywhere(me):
    for method, address in ADDRESSES:
        for status, headers in (
            (403, {'Origin': 'http://evil.example'}),
            (403, {'Sec-Fetch-Site': 'cross-site'}),
            (400, {'Host': 'evil.example'}),
        ):
            answer = me.request(method, address, headers=headers)
            assert answer.status_code == status, (method, address, headers)
            assert 'access-control-allow-origin' not in answer.headers


@pytest.mark.parametrize(
    'origin',
    [
        'http://evil.example',
        'https://evil.example',
        'null',
        'file://',
        '',
        'http://127.0.0.1',
        'http://127.0.0.1:1',
        'http://localhost:PORT',
        'http://127.0.0.1.evil.example:PORT',
        'http://evil@127.0.0.1:PORT',
        'chrome-extension://abcdef',
    ],
)
def test_a_foreign_origin_is_refused(running, me, origin):
    origin = origin.replace('PORT', str(running.port))
    for method, address in SOME:
        answer = me.request(method, address, headers={'Origin': origin})
        assert answer.status_code == 403, (method, address)
    answer = me.get('/api/info?video=a.mp4', headers={'Origin': running.url})
    assert answer.status_code == 200
    two = [('Origin', running.url), ('Origin', 'http://evil.example')]
    assert me.get('/api/info?video=a.mp4', headers=two).status_code == 403


@pytest.mark.parametrize('site', ['cross-site', 'same-site', 'something new'])
def test_what_browsers_say_is_of_another_site_is_refused(me, site):
    headers = {'Sec-Fetch-Site': site}
    frame = {'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'iframe'}
    link = {'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document'}
    for method, address in SOME:
        for more in ({}, frame, link):
            answer = me.request(method, address, headers={**headers, **more})
            is_link = more is link and (method, address) == ('GET', '/')
            expected = 200 if is_link else 403
            assert answer.status_code == expected, (method, address, more)


@pytest.mark.parametrize(
    'host',
    [
        *(
            'evil.example',
            'evil.example:PORT',
            '0.0.0.0:PORT',
            '127.0.0.1.evil.example',
        ),
        *('evil@127.0.0.1:PORT', '127.0.0.1:PORT@evil.example', '127.0.0.1/evil', ''),
        *('[::ffff:127.0.0.1]:PORT', '127.0.0.2:PORT', '192.168.0.1', '127.0.0.1:x'),
        *('localhost.', '127.1', '2130706433', '[::1', 'localhost:PORT, evil.example'),
    ],
)
def test_a_foreign_host_is_refused(running, me, host):
    host = host.replace('PORT', str(running.port))
    for method, address in SOME:
        answer = me.request(method, address, headers={'Host': host})
        assert answer.status_code == 400, (method, address)


def test_own_hosts(running, me):
    for host in ('127.0.0.1', 'localhost', 'LOCALHOST', '[::1]', 'localhost:9'):
        answer = me.get('/api/info?video=a.mp4', headers={'Host': host})
        assert answer.status_code == 200, host


@pytest.mark.parametrize('head', ['', 'Host: a\r\nHost: 127.0.0.1\r\n'])
def test_requests_without_one_host_are_refused(running, head):
    text = (
        f'GET / HTTP/1.0\r\n{head}Authorization: Bearer {running.access.token}\r\n\r\n'
    )
    with socket.create_connection(('127.0.0.1', running.port), 20) as connection:
        connection.sendall(text.encode())
        assert connection.recv(4000).decode().split()[1] == '400'


def test_nobody_enters_without_the_token(running, me):
    good = next(iter(me.cookies.jar))
    visitor, code = good.value.split('.')
    cookies = [
        '',
        'x',
        '.',
        visitor,
        f'{visitor}.',
        f'{visitor}.{code[:-1]}',
        f'.{code}',
    ]
    cookies += [f'{visitor[:-1]}.{code}', f'{visitor}.{code}0', f'{visitor}.Ü']
    shown = [{'Cookie': f'{good.name}={value}'.encode()} for value in cookies]
    shown += [{'Cookie': f'carl_mm_1={good.value}'}]
    token = running.access.token
    for value in (
        '',
        token,
        'Bearer',
        f'Bearer {token[:-1]}',
        f'Basic {token}',
    ):
        shown.append({'Authorization': value})
    nobody = httpx.Client(base_url=running.url, timeout=60)
    for headers in shown:
        answer = nobody.get('/api/info?video=a.mp4', headers=headers)
        assert answer.status_code == 401, headers
    for method, address in ADDRESSES:
        mark = '&' if '?' in address else '?'
        # The token in an address opens the page, and nothing else.
        for more in ('', f'{mark}token=wrong', f'{mark}token={token}'):
            if address == '/' and more.endswith(token):
                continue
            answer = nobody.request(method, f'{address}{more}')
            assert answer.status_code == 401, (method, address, more)
            assert 'set-cookie' not in answer.headers


def test_the_token_becomes_a_cookie(running):
    answer = httpx.get(running.access.url)
    cookie = answer.headers['set-cookie']
    assert cookie.startswith(f'carl_mm_{running.port}=')
    assert cookie.endswith('; HttpOnly; SameSite=Strict; Path=/')
    token = running.access.token
    assert len(token) >= 43 and token not in cookie and token not in answer.text
    assert answer.headers['cache-control'] == 'no-store'
    assert answer.headers['referrer-policy'] == 'no-referrer'
    assert answer.headers['x-frame-options'] == 'DENY'
    assert 'refresh' in answer.text  # to the address without it
    with as_visitor(running) as one, as_visitor(running) as other:
        assert dict(one.cookies) != dict(other.cookies)
        before = dict(one.cookies)
        one.get(running.access.url)  # who comes again stays the same visitor
        assert dict(one.cookies) == before


def test_every_answer_tells_browsers_to_keep_others_out(running, me):
    answers = [
        me.request(method, address)
        for method, address in ADDRESSES
        if 'training' not in address and address != '/api/carry'
    ]
    answers += [httpx.get(running.url), upload(me, b'')]
    answers += [me.get('/', headers={'Host': 'evil.example'})]
    assert {answer.status_code for answer in answers} >= {200, 400, 401, 404}
    for answer in answers:
        for name, value in HEADERS.items():
            if name != 'Cache-Control':
                assert answer.headers[name] == value, (answer.url, name)
    policy = HEADERS['Content-Security-Policy']
    assert "frame-ancestors 'none'" in policy and "default-src 'self';" in policy
    assert 'unsafe-eval' not in policy and 'script-src' not in policy
    assert HEADERS['X-Frame-Options'] == 'DENY'
    assert HEADERS['Cross-Origin-Resource-Policy'] == 'same-origin'
    assert HEADERS['Referrer-Policy'] == 'same-origin'


def test_the_list_above_has_every_address(running):
    """A new one is to be guarded, too."""
    from fastapi.routing import APIRoute

    app = running.server.config.app.app.app
    listed = {(method, address.split('?')[0]) for method, address in ADDRESSES}
    for route in app.routes:
        if isinstance(route, APIRoute):
            path = route.path.replace('{export_id}', 'x')
            for method in route.methods - {'HEAD'}:
                if path != '/api/events':  # which does not end
                    assert (method, path) in listed
