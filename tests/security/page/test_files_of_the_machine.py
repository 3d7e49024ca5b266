"""Nothing but the videos that the library knows is given out, by any address."""

import os
import socket
from pathlib import Path

import pytest

pytest.importorskip('fastapi')
from tests.security.page.conftest import as_visitor  # noqa: E402


@pytest.fixture
def me(running):
    with as_visitor(running) as client:
        yield client


@pytest.fixture
def foreign(running, video_folder):
    """Names that lead to files outside, to the project's and to other kinds of file."""
    secret = video_folder.parent / 'secret.mp4'
    project = running.workspace.project.folder
    return [
        *('', '.', '/', '..', 'notes.txt', 'sub', 'link.mp4', 'none.mp4', '/dev/zero'),
        *('../secret.mp4', 'sub/../../secret.mp4', '%2e%2e/secret.mp4', 'a.mp4\0'),
        *('..\\secret.mp4', 'a.mp4/../../secret.mp4', './a.mp4', 'sub//d.mp4'),
        *(str(secret), os.path.relpath(secret), f'/proc/self/root{secret}'),
        *(str(video_folder), str(video_folder / 'a.mp4'), f'file://{secret}'),
        *(str(project / 'project.json'), os.path.relpath(project, video_folder)),
        *('http://127.0.0.1:9/a.mp4', 'concat:a.mp4|b.mp4', 'é' * 5000),
    ]


def test_what_is_read(me, foreign):
    for name in foreign:
        for what in ('info', 'video', 'frame', 'thumbnail'):
            answer = me.get(f'/api/{what}', params={'video': name, 'frame': 0})
            assert answer.status_code == 404, (what, name)
            assert answer.headers['content-type'] == 'application/json'


def bodies(name):
    """Every address that takes the name of a video, with one of no video."""
    yield 'POST', 'align', {'a': name, 'b': 'a.mp4'}
    yield 'POST', 'align', {'a': 'a.mp4', 'b': name}
    yield 'POST', 'rank', {'video': name}
    yield 'POST', 'find', {'video': name, 'first': 0, 'last': 0}
    yield 'POST', 'timeline', {'videos': [name, 'a.mp4', 'b.mp4']}
    yield 'POST', 'deviations', {'video': name}
    yield 'POST', 'deviations', {'video': 'a.mp4', 'references': [name, 'b.mp4']}
    yield 'POST', 'suggest_references', {'video': name}
    yield 'PUT', 'labels', {'video': name, 'rows': [[0, 1, 'x']], 'revision': 0}
    yield 'POST', 'labels/accept', {'videos': [name]}
    yield 'POST', 'exports', {'kind': 'pair', 'a': name, 'b': 'a.mp4'}
    yield 'POST', 'exports', {'kind': 'grid', 'videos': [name, 'a.mp4']}
    yield 'POST', 'models/choose', {'name': name or 'x'}


def test_what_is_sent(me, foreign, running):
    before = {path for path in running.temp.rglob('*') if path.is_file()}
    for name in foreign:
        for method, address, body in bodies(name):
            answer = me.request(method, f'/api/{address}', json=body)
            assert 400 <= answer.status_code < 500, (address, name, answer.text)
            assert set(answer.json()) == {'detail'}, (address, name)
    assert {path for path in running.temp.rglob('*') if path.is_file()} <= before


def test_labels_of_a_table_name_known_videos_alone(me, foreign):
    for name in foreign:
        if name in ('', './a.mp4', 'sub//d.mp4', 'a.mp4\0'):
            continue
        table = f'filename,first_frame,last_frame,phase\n"{name}",0,1,x\n'
        answer = me.post('/api/labels/import?name=x.csv', content=table.encode())
        assert answer.status_code == 400, (name, answer.text)


@pytest.mark.parametrize(
    ('method', 'address'),
    [
        *(('GET', f'static/{path}') for path in ('..%2fserver.py', '%2e%2e/server.py')),
        *(('GET', f'static/{path}') for path in ('../server.py', '/etc/passwd', '')),
        *(('GET', f'api/exports/{name}') for name in ('..', 'x', '../labels.csv')),
        *(('GET', f'api/exports/{name}/file') for name in ('..', 'x', '%2e%2e')),
        *(('GET', path) for path in ('.carl_mm/project.json', 'project.json')),
        *(('GET', path) for path in ('docs', 'openapi.json', 'redoc', 'a.mp4')),
        *(('GET', path) for path in ('file=/etc/passwd', 'gradio_api/info')),
        *(('DELETE', path) for path in ('api/labels', 'api/uploads', 'api/video')),
        *(('PUT', path) for path in ('api/video', 'static/main.js', 'api/state')),
        *(('TRACE', path) for path in ('', 'api/state')),
        *(('PATCH', path) for path in ('api/labels', 'api/choices')),
    ],
)
def test_other_addresses_are_closed(me, method, address):
    answer = me.request(method, f'/{address}')
    assert answer.status_code in (400, 404, 405), answer.text
    assert 'root:' not in answer.text and 'import' not in answer.text


def test_an_export_is_found_by_its_unguessable_name_alone(me, running):
    made = [
        me.post('/api/exports', json={'kind': 'pair', 'a': 'a.mp4', 'b': 'b.mp4'})
        for _ in range(2)
    ]
    ids = [answer.json()['id'] for answer in made]
    assert ids[0] != ids[1] and all(len(each) >= 20 for each in ids)


def test_there_is_no_websocket(running):
    lines = ['GET /api/events HTTP/1.1', 'Upgrade: websocket']
    lines += [f'Host: 127.0.0.1:{running.port}', 'Connection: Upgrade']
    lines += [
        'Sec-WebSocket-Version: 13',
        'Sec-WebSocket-Key: eHh4eHh4eHh4eHh4eHh4eA==',
    ]
    lines += [f'Authorization: Bearer {running.access.token}', '', '']
    with socket.create_connection(('127.0.0.1', running.port), 20) as connection:
        connection.sendall('\r\n'.join(lines).encode())
        status = connection.recv(4000).decode().split()[1]
    assert status != '101'


def test_the_page_never_makes_text_to_markup():
    """Names of files and phases are anybody's."""
    static = Path(__file__).parents[3] / 'carl_mm' / 'app' / 'static'
    scripts = [path for path in static.rglob('*.js') if 'vendor' not in path.parts]
    assert len(scripts) > 20
    for script in scripts:
        text = script.read_text()
        for word in ('innerHTML', 'outerHTML', 'insertAdjacentHTML', 'document.write'):
            assert word not in text, (script, word)
        assert 'eval(' not in text and 'new Function' not in text, script
