"""Names that lead to the page, and requests of other sites."""

import pytest

from carl_mm.app.access.hosts import is_foreign, is_loopback, leads_here

starlette = pytest.importorskip('starlette.requests')


@pytest.mark.parametrize(
    ('bound', 'allowed', 'passing', 'refused'),
    [
        (
            '127.0.0.1',
            (),
            ['127.0.0.1', '127.0.0.1:80', 'localhost:7860', 'LocalHost', '[::1]:9'],
            ['', 'evil', '0.0.0.0', '10.0.0.1', '[::]', 'localhost.evil', 'a b', ':80'],
        ),
        (
            '0.0.0.0',
            ('Lab.Example',),
            ['localhost', '10.0.0.1:80', '[2001:db8::1]', 'lab.example:9'],
            ['evil', '0.0.0.0', '[::]:80', 'x.lab.example', 'lab.example.', '10.0.0'],
        ),
        ('::', (), ['10.0.0.1', '[::1]'], ['evil', '[::]', '0.0.0.0']),
        ('192.168.0.7', (), ['192.168.0.7', '10.0.0.1'], ['evil']),
        ('machine', (), ['machine:80', 'MACHINE'], ['evil']),
        ('127.0.0.9', (), ['127.0.0.9', '127.0.0.1'], ['127.0.0.8', '10.0.0.1']),
    ],
)
def test_leads_here(bound, allowed, passing, refused):
    assert all(leads_here(host, bound, allowed) for host in passing)
    for host in [*refused, 'a@localhost', 'localhost/x', 'localhost:x', '[::1', '::1']:
        assert not leads_here(host, bound, allowed), host


def test_is_loopback():
    assert all(map(is_loopback, ('127.0.0.1', 'localhost', '::1', '127.3.2.1')))
    assert not any(map(is_loopback, ('0.0.0.0', '::', '10.0.0.1', 'localhost.x', '')))


def request(path='/x', method='GET', **headers):
    pairs = [(b'host', b'a:80')]
    for name, value in headers.items():
        pairs.append((name.replace('_', '-').encode(), value.encode()))
    scope = {'type': 'http', 'path': path, 'method': method, 'headers': pairs}
    return starlette.HTTPConnection(scope)


def test_is_foreign():
    assert not is_foreign(request())
    assert not is_foreign(request(origin='http://a:80'))
    for origin in ('http://a', 'http://b:80', 'null', '', 'http://a:80@b', 'a:80'):
        assert is_foreign(request(origin=origin)), origin
    for site in ('same-origin', 'none'):
        assert not is_foreign(request(sec_fetch_site=site))
        assert is_foreign(request(sec_fetch_site=site, origin='http://b'))
    link = {'sec_fetch_mode': 'navigate', 'sec_fetch_dest': 'document'}
    for site in ('same-site', 'cross-site', ''):
        assert is_foreign(request(sec_fetch_site=site))
        assert is_foreign(request(sec_fetch_site=site, **link))
        assert is_foreign(request('/', 'POST', sec_fetch_site=site, **link))
        assert is_foreign(request('/', sec_fetch_site=site, origin='null', **link))
        assert not is_foreign(request('/', sec_fetch_site=site, **link))
