"""The addresses that are open."""

import pytest

from carl_mm.app.access.addresses import is_open


@pytest.mark.parametrize(
    'path',
    [
        *('/', '/config', '/theme.css', '/assets/a/b.js', '/carl/video'),
        *('/gradio_api/info', '/gradio_api/queue/data', '/gradio_api/heartbeat/a1'),
        *('/gradio_api/call/align/0f', '/gradio_api/call/v2/align/0f'),
    ],
)
def test_read(path):
    assert is_open('GET', path) and is_open('HEAD', path)
    assert not is_open('PUT', path) and not is_open('OPTIONS', path)


@pytest.mark.parametrize(
    'path',
    ['upload', 'queue/join', 'run/align', 'call/align/', 'call/v2/align/', 'api/a'],
)
def test_sent(path):
    assert is_open('POST', f'/gradio_api/{path}')
    assert not is_open('GET', f'/gradio_api/{path}')


@pytest.mark.parametrize(
    'path',
    [
        *('', '//', '/file=/etc/passwd', '/gradio_api/file=a', '/gradio_api/proxy=a'),
        *('/assets/../x', '/gradio_api/call/a/..', '/gradio_api/call/a/b/c', '/carl/'),
        *('/config/x', '/configx', '/gradio_api/component_server', '/assets/'),
        *('/gradio_api//upload', '/x/config', '/config\n', '/gradio_api/run/a=b'),
    ],
)
def test_the_rest_is_closed(path):
    assert not is_open('GET', path) and not is_open('POST', path)
