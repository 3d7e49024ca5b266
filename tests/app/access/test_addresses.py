"""The addresses that are open."""

import pytest

from carl_mm.app.access.addresses import is_open


@pytest.mark.parametrize('base', ['/', '/example/'])
@pytest.mark.parametrize(
    'path',
    [
        *('', 'static/main.js', 'static/texts/de.json', 'static/vendor/preact-htm.js'),
        *('api/state', 'api/events', 'api/video', 'api/labels/export'),
        *('api/exports/0f-_A', 'api/exports/0f/file', 'api/making'),
    ],
)
def test_read(base, path):
    assert is_open('GET', base + path) and is_open('HEAD', base + path)
    assert not is_open('PUT', base + path) and not is_open('OPTIONS', base + path)
    assert not is_open('DELETE', base + path)


@pytest.mark.parametrize('base', ['/', '/example/'])
def test_sent(base):
    for path in ('api/align', 'api/training/start', 'api/labels/import', 'api/exports'):
        assert is_open('POST', base + path)
        assert not is_open('PUT', base + path)
    for path in ('api/labels', 'api/choices', 'api/uploads'):
        assert is_open('PUT', base + path)


@pytest.mark.parametrize(
    'path',
    [
        *('', '//', '/file=/etc/passwd', '/static/', '/static/../x', '/staticx'),
        *('/static/%2e%2e/x', '/api/', '/apix', '/api/a=b', '/api/a\n', '/api/a b'),
        *('/example/example/', '/examples/', '/docs', '/openapi.json', '/.carl_mm/x'),
        *('/api/..', '//api/state', '/x/api/state', '/api/\0'),
    ],
)
def test_the_rest_is_closed(path):
    for method in ('GET', 'POST', 'PUT'):
        assert not is_open(method, path)
