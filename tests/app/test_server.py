"""The page's addresses over HTTP, and what the server refuses."""

import csv
import io
import socket
import time
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip('fastapi')
from carl_mm.apis import FrameIndex, align, deviations  # noqa: E402
from carl_mm.app.server import listen, open_workspace  # noqa: E402
from carl_mm.datasets.converters.formats.folder_csv import read_labels  # noqa: E402
from carl_mm.datasets.video_io.video_writer import write_mp4  # noqa: E402
from tests.conftest import moving_square  # noqa: E402

NAMES = ['a.mp4', 'b.mp4', 'c.mp4', 'sub/d.mp4']


@pytest.fixture
def ask(running):
    def ask(address, **body):
        answer = running.http.post(f'/api/{address}', json=body)
        return answer.status_code, answer.json()

    return ask


def test_the_page_itself(running):
    answer = running.http.get('/')
    assert answer.headers['content-type'].startswith('text/html')
    assert 'main.js' in answer.text
    script = running.http.get('/static/main.js')
    assert 'javascript' in script.headers['content-type']


def test_align(ask, running):
    _, found = ask('align', a='a.mp4', b='b.mp4')
    a, b = running.library.video('a.mp4'), running.library.video('b.mp4')
    expected = align(a, b)
    assert found['frames_b'] == expected.frame_inds_b.tolist()
    assert found['score'] == pytest.approx(expected.score)
    _, by_itself = ask('align', a='a.mp4', b='b.mp4', method='nearest')
    assert by_itself['frames_b'] == align(a, b, 'nearest').frame_inds_b.tolist()


def test_find(ask, running):
    _, found = ask('find', video='a.mp4', first=7, last=7, count=5, gap_s=0.2)
    videos = [running.library.video(name) for name in running.library.names]
    hits = FrameIndex(videos).query('a.mp4', frame=7, k=5, gap_s=0.2)
    assert [(hit['video'], hit['first']) for hit in found['hits']] == [
        (hit.filename, hit.frame) for hit in hits
    ]


def test_phases_are_painted_carried_and_exported(ask, running, tmp_path):
    before = running.http.get('/api/labels').json()
    rows = [[0, 9, 'first'], [12, 19, 'then']]
    body = {'video': 'a.mp4', 'rows': rows, 'revision': 0}
    answer = running.http.put('/api/labels', json=body)
    assert answer.status_code in (200, 409)
    if answer.status_code == 409:  # its revision is not 0
        body['revision'] = answer.json()['revision']
        assert running.http.put('/api/labels', json=body).status_code == 200
    state = running.http.get('/api/labels').json()
    assert state['videos']['a.mp4']['rows'] == rows
    assert state['revision'] != before['revision']
    listed = running.http.get('/api/videos').json()['videos']
    assert {v['name']: v['labelled'] for v in listed}['a.mp4'] == 'painted'
    status, found = ask('carry')
    assert status == 200
    assert set(found['carried']) >= set(NAMES[1:]) and 'a.mp4' not in found['carried']
    text = running.http.get('/api/labels/export', params={'what': 'all'}).text
    table = list(csv.reader(io.StringIO(text)))
    assert table[0] == ['filename', 'first_frame', 'last_frame', 'phase']
    assert table[1:3] == [['a.mp4', '0', '9', 'first'], ['a.mp4', '12', '19', 'then']]
    path = tmp_path / 'phases.csv'
    path.write_text(text)
    known = sorted({*NAMES, *found['carried']})
    assert len(read_labels(path, known, None, None).rows) == len(table) - 1
    kept = running.workspace.project.folder / 'labels.csv'
    assert list(csv.reader(kept.open()))[1][:4] == ['a.mp4', '0', '9', 'first']


def test_deviations(ask, running):
    _, found = ask('deviations', video='a.mp4', references=NAMES[1:])
    others = [running.library.video(name) for name in NAMES[1:]]
    expected = deviations(others, running.library.video('a.mp4'))
    np.testing.assert_allclose(found['scores'], expected.scores)
    assert found['threshold'] == pytest.approx(expected.threshold)


@pytest.mark.parametrize(
    ('address', 'body', 'message'),
    [
        ('align', {'a': 'a.mp4', 'b': '../secret.mp4'}, 'outside the folder'),
        ('align', {'a': 'a.mp4', 'b': '/etc/passwd'}, 'outside the folder'),
        ('align', {'a': 'a.mp4', 'b': 'link.mp4'}, 'outside the folder'),
        ('align', {'a': 'a.mp4', 'b': 'b\0.mp4'}, 'outside the folder'),
        ('align', {'a': 'a.mp4', 'b': 'none.mp4'}, 'no such video'),
        ('align', {'a': 'a.mp4', 'b': 'b.mp4', 'method': 'magic'}, 'posterior'),
        ('align', {'a': 'a.mp4'}, 'body.b: Field required'),
        ('align', {'a': 'a.mp4', 'b': 'b.mp4', 'x': 1}, 'body.x: Extra inputs'),
        ('find', {'video': 'a.mp4', 'first': 20, 'last': 20}, '20'),
        ('find', {'video': 'a.mp4', 'first': 1, 'last': 2, 'count': 0}, 'count'),
        ('deviations', {'video': 'a.mp4', 'references': ['b.mp4']}, 'two references'),
        ('models/choose', {'name': '../x'}, 'no such model'),
        ('training/pause', {}, 'no training is under way'),
        ('exports', {'kind': 'pair'}, 'two videos'),
    ],
)
def test_bad_requests_say_what_is_wrong(ask, address, body, message):
    status, answer = ask(address, **body)
    assert 400 <= status < 500
    assert message in answer['detail'] and '\n' not in answer['detail']


def files_below(folder):
    return {path for path in Path(folder).rglob('*') if path.is_file()}


def put(running, content, name='new one.mp4', **more):
    return running.http.put(
        '/api/uploads', params={'name': name}, content=content, **more
    )


def test_an_upload_is_embedded_and_used(ask, running, tmp_path):
    write_mp4(tmp_path / 'new one.mp4', moving_square(12, 64, 9), 25)
    content = (tmp_path / 'new one.mp4').read_bytes()
    before = files_below(running.temp / 'received') | files_below(
        running.temp / 'uploads'
    )
    answer = put(running, content)
    assert answer.json() == {'name': 'uploaded_new_one.mp4'}
    after = files_below(running.temp / 'received') | files_below(
        running.temp / 'uploads'
    )
    assert after - before == {running.temp / 'uploads' / 'uploaded_new_one.mp4'}
    _, found = ask('align', a='uploaded_new_one.mp4', b='b.mp4')
    assert len(found['frames_b']) == 12
    params = {'video': 'uploaded_new_one.mp4'}
    assert running.http.get('/api/video', params=params).content == content
    assert put(running, content).json() == {'name': 'uploaded_new_one_2.mp4'}


@pytest.mark.parametrize(
    ('content', 'message'),
    [
        (b'Dear diary\n' * 20, 'not a video; upload mp4'),
        (b'', 'not a video; upload mp4'),
        (b'#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n', 'not a video; upload mp4'),
        (b'\0\0\0\x20ftypisom' + b'\0' * 500, 'not a video that can be read'),
    ],
)
def test_what_is_no_video_is_refused_and_removed(running, content, message):
    before, names = files_below(running.temp), running.library.names
    answer = put(running, content, 'diary.mp4')
    assert answer.status_code == 400
    said = answer.json()['detail']
    assert message in said and said.startswith('uploaded_diary.mp4: ')
    assert str(running.temp) not in said
    assert files_below(running.temp) == before
    assert running.library.names == names


def raw(running, lines):
    """Send a head alone, as one does who declares a body that is not sent."""
    lines += [f'Host: 127.0.0.1:{running.port}', 'Connection: close']
    lines += [f'Authorization: Bearer {running.access.token}']
    with socket.create_connection(('127.0.0.1', running.port), 20) as connection:
        connection.sendall(('\r\n'.join(lines) + '\r\n\r\n').encode())
        answer = b''
        while part := connection.recv(4000):
            answer += part
        return answer.decode()


def test_a_declared_5_gb_is_refused_before_it_is_sent(running):
    length = f'Content-Length: {5 * 2**30}'
    for line, most in (
        ('PUT /api/uploads?name=a HTTP/1.1', 1),
        ('POST /api/align HTTP/1.1', 32),
        ('POST /api/labels/import?name=a HTTP/1.1', 32),
    ):
        answer = raw(running, [line, length])
        assert '413' in answer.splitlines()[0]
        assert f'Too large: 5120 MB; at most {most} MB.' in answer


def test_an_upload_must_say_its_length(running):
    before = files_below(running.temp)
    answer = put(running, (b'\0' * 2**17 for _ in range(3)))
    assert (answer.status_code, 'Content-Length' in answer.text) == (411, True)
    assert files_below(running.temp) == before


def test_the_port_is_taken(running):
    with pytest.raises(OSError, match=f'cannot listen on 127.0.0.1:{running.port}'):
        listen('127.0.0.1', running.port)


def test_no_project_is_made_in_what_has_no_videos(tmp_path):
    with pytest.raises(FileNotFoundError, match='contains no video'):
        open_workspace(tmp_path, tmp_path / 'temp')
    assert list(tmp_path.iterdir()) == []


def test_it_answers_while_it_embeds(running, video_folder):
    """A label saved is not to wait for a video of an hour."""
    lock = running.workspace.embedder._device
    with lock:
        before = time.monotonic()
        for address in ('state', 'videos', 'labels', 'info?video=a.mp4'):
            assert running.http.get(f'/api/{address}').status_code == 200
        assert time.monotonic() - before < 5


def test_the_server_asked_nothing_of_the_internet(ask, running):
    """Neither when it was made nor in all that the tests above had it do."""
    ask('align', a='a.mp4', b='c.mp4')
    assert set(running.looked_up) <= {'127.0.0.1', b'127.0.0.1', 'localhost', None}
