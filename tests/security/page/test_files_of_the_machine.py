"""Nobody makes the page open a file that he did not upload himself."""

import itertools
import os
import socket
from pathlib import Path

import pytest

pytest.importorskip('gradio')
from carl_mm.datasets.video_io.video_writer import write_mp4  # noqa: E402
from tests.conftest import moving_square  # noqa: E402
from tests.security.page.conftest import (  # noqa: E402
    as_visitor,
    file_data,
    upload,
)

SEEDS = itertools.count(100)  # so that each upload is another
WAYS = ('run', 'api', 'call', 'call/v2')


@pytest.fixture
def me(running):
    with as_visitor(running) as client:
        yield client


@pytest.fixture
def mine(me, tmp_path):
    """The path of a video that I uploaded."""
    write_mp4(tmp_path / 'mine.mp4', moving_square(9, 64, next(SEEDS)), 25)
    (path,) = upload(me, (tmp_path / 'mine.mp4').read_bytes(), 'mine.mp4').json()
    return Path(path)


@pytest.fixture
def foreign(running, video_folder, mine, tmp_path):
    """Paths that lead to a video outside, and to one of the folder itself."""
    secret = video_folder.parent / 'secret.mp4'
    linked, hidden = mine.parent / 'linked.mp4', running.temp / 'gradio' / 'in.mp4'
    linked.symlink_to(secret)
    hidden.write_bytes(secret.read_bytes())
    (mine.parent / 'folder').symlink_to(video_folder.parent)
    return {
        'absolute': secret,
        'the refused link of the folder': video_folder / 'link.mp4',
        'of the folder': video_folder / 'a.mp4',
        'relative': os.path.relpath(secret),
        'by ..': mine.parent / os.path.relpath(secret, mine.parent),
        'by /proc': f'/proc/self/root{secret}',
        'a link beside the upload': linked,
        'through a linked folder': mine.parent / 'folder' / 'secret.mp4',
        'in the upload folder, but not uploaded': hidden,
        'a folder': mine.parent,
        'nothing': '',
        'not there': mine.parent / 'none.mp4',
        'with a NUL': f'{mine}\0.mp4',
        'a device': '/dev/zero',
    }


def attempts(path):
    """Ways to smuggle a file into the arguments of an endpoint."""
    url = 'http://127.0.0.1/gradio_api/file=x'
    return [
        [file_data(path)],
        [{'path': str(path)}],
        [[file_data(path)]],
        [file_data(path, url=url, is_stream=True, orig_name='a.mp4')],
        [{'video': file_data(path), 'subtitles': None}],
    ]


def check_refused(answer, names):
    assert answer.status_code == 403, (names, answer.text)
    assert 'is not a file that you uploaded; upload it first.' in answer.text


def test_foreign_files_are_refused(running, me, foreign):
    names = running.library.names
    for kind, path in foreign.items():
        for data in attempts(path):
            answer = me.post('/gradio_api/run/add_video', json={'data': data})
            check_refused(answer, (kind, data))
    assert running.library.names == names


def test_foreign_files_are_refused_at_every_endpoint(me, foreign):
    endpoints = me.get('/gradio_api/info').json()['named_endpoints']
    assert '/add_video' in endpoints
    file = file_data(foreign['absolute'])
    body = {'data': [file], 'file': file, 'session_hash': 'x', 'fn_index': 0}
    event = {**body, 'data': [], 'event_data': file}
    posts = [(f'run{endpoint}', body) for endpoint in endpoints]
    posts += [(f'{way}/add_video', body) for way in WAYS]
    posts += [('queue/join', body), ('queue/join', event), ('run/align/', body)]
    posts += [('cancel', body), ('reset', body)]
    for address, sent in posts:
        check_refused(me.post(f'/gradio_api/{address}', json=sent), address)


def test_a_mere_string_is_no_file(running, me, foreign):
    names = running.library.names
    for path in (foreign['absolute'], foreign['of the folder']):
        for data in ([str(path)], [[str(path)]]):
            answer = me.post('/gradio_api/run/add_video', json={'data': data})
            assert answer.status_code >= 400, answer.text
    assert running.library.names == names


def test_nothing_is_hidden_from_the_check(running, me, foreign, mine):
    """Neither by its type nor its encoding, nor by a key that is there twice."""
    secret = f'{foreign["absolute"]}'
    kind = '"meta": {"_type": "gradio.FileData"}'
    bodies = [
        f'{{"data": [{{"path": "{mine}", {kind}, "path": "{secret}"}}]}}',
        f'{{"data": [{{"p\\u0061th": "{secret}", {kind}}}]}}',
        f'{{"data": [], "data": [{{"path": "{secret}", {kind}}}]}}',
    ]
    names = running.library.names
    for body in bodies:
        for encoding in ('utf-8', 'utf-16', 'utf-32-le'):
            for sent_as in (
                'application/json',
                'application/json; boundary=multipart/form-data',
                'multipart/form-data; boundary=x',
                'text/plain',
            ):
                answer = me.post(
                    '/gradio_api/run/add_video',
                    content=body.encode(encoding),
                    headers={'Content-Type': sent_as},
                )
                refused = 403 if encoding == 'utf-8' else 400  # which is not JSON
                assert answer.status_code == refused, (body, encoding, sent_as)
    assert running.library.names == names


def test_another_visitors_upload_is_refused(running, me, mine):
    body = {'data': [file_data(mine)]}
    with as_visitor(running) as other:
        assert other.post('/gradio_api/run/add_video', json=body).status_code == 403
    answer = running.http.post('/gradio_api/run/add_video', json=body)
    assert answer.status_code == 403
    answer = me.post('/gradio_api/run/add_video', json=body)
    assert answer.status_code == 200, answer.text
    (name,) = answer.json()['data']
    kept = running.library.path(name)
    for path in (mine, kept):  # once it is a video of the library, it is no upload
        body = {'data': [file_data(path)]}
        assert me.post('/gradio_api/run/add_video', json=body).status_code == 403


def test_own_addresses_serve_what_the_library_knows(running, me, foreign, video_folder):
    names = [
        *map(str, foreign.values()),
        'notes.txt',
        '../secret.mp4',
        '..\\secret.mp4',
    ]
    names += ['sub/../../secret.mp4', '%2e%2e/secret.mp4', str(video_folder), '.', '/']
    for name in names:
        for what in ('info', 'video', 'frame'):
            answer = me.get(f'/carl/{what}', params={'video': name, 'frame': 0})
            assert answer.status_code == 404, (what, name)


@pytest.mark.parametrize(
    ('method', 'address'),
    [
        ('GET', 'gradio_api/file=PATH'),
        ('HEAD', 'gradio_api/file=PATH'),
        ('GET', 'gradio_api/file/PATH'),
        ('GET', 'file=PATH'),
        ('GET', 'gradio_api/file=http://127.0.0.1:9/'),
        ('GET', 'gradio_api/proxy=http://127.0.0.1:9/'),
        ('GET', 'gradio_api/deep_link?session_hash=x'),
        ('GET', 'gradio_api/custom_component/a/client/component/..'),
        ('GET', 'gradio_api/stream/a/b/1/playlist-file'),
        ('POST', 'gradio_api/stream/x'),
        ('POST', 'gradio_api/component_server'),
        ('POST', 'gradio_api/process_recording'),
        ('POST', 'gradio_api/vibe-edit'),
        ('GET', 'gradio_api/vibe-code'),
        ('GET', 'gradio_api/dev/reload'),
        ('GET', 'gradio_api/runs'),
        ('GET', 'monitoring'),
        ('GET', 'monitoring/x'),
        ('POST', 'login'),
        ('GET', 'gradio_api/mcp/sse'),
        ('PUT', 'carl/video'),
        ('DELETE', 'gradio_api/upload'),
        ('GET', 'assets/../../../routes.py'),
        ('GET', 'static/%2e%2e/%2e%2e/routes.py'),
    ],
)
def test_addresses_that_the_page_does_not_need_are_closed(
    me, mine, foreign, method, address
):
    for path in (mine, foreign['absolute'], '/etc/passwd'):
        answer = me.request(method, '/' + address.replace('PATH', str(path)))
        assert answer.status_code == 404


def test_there_is_no_websocket(running):
    lines = ['GET /gradio_api/queue/join HTTP/1.1', 'Upgrade: websocket']
    lines += [f'Host: 127.0.0.1:{running.port}', 'Connection: Upgrade']
    lines += [
        'Sec-WebSocket-Version: 13',
        'Sec-WebSocket-Key: eHh4eHh4eHh4eHh4eHh4eA==',
    ]
    lines += [f'Authorization: Bearer {running.access.token}', '', '']
    with socket.create_connection(('127.0.0.1', running.port), 20) as connection:
        connection.sendall('\r\n'.join(lines).encode())
        status = connection.recv(4000).decode().split()[1]
    assert status in ('400', '403', '404')
