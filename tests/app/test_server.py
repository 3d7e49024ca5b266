"""The page's endpoints, and what it refuses."""

import csv
import io
import socket
from pathlib import Path

import numpy as np
import pytest

from carl_mm.apis import FrameIndex, align, deviations
from carl_mm.datasets.converters.formats.folder_csv import read_labels
from carl_mm.datasets.video_io.video_writer import write_mp4
from tests.app.conftest import LENGTHS
from tests.conftest import moving_square

gradio_client = pytest.importorskip('gradio_client')
httpx = pytest.importorskip('httpx')
NAMES = ['a.mp4', 'b.mp4', 'c.mp4', 'sub/d.mp4']


@pytest.fixture(scope='module')
def client(running):
    return gradio_client.Client(
        running.url, headers=running.headers, verbose=False, analytics_enabled=False
    )


def test_the_endpoints_are_the_documented_ones(client):
    named = client.view_api(return_format='dict')['named_endpoints']
    assert set(named) == {
        *('/videos', '/align', '/nearest', '/carry_phases', '/export_csv'),
        *('/deviations', '/add_video', '/rank'),
    }


def test_videos(client):
    state = client.predict(api_name='/videos')
    assert [name for name in state['videos'] if 'uploaded' not in name] == NAMES
    assert list(state['left_out']) == ['link.mp4']
    assert (state['ready'], state['done'], state['total']) == (True, 4, 4)


def test_align(client, running):
    found = client.predict('a.mp4', 'b.mp4', api_name='/align')
    a, b = running.library.video('a.mp4'), running.library.video('b.mp4')
    expected = align(a, b)
    assert found['frames_b'] == expected.frame_inds_b.tolist()
    assert found['frames_a'] == expected.frame_inds_a.tolist()
    np.testing.assert_allclose(found['warped_timestamps'], expected.warped_timestamps)
    assert found['score'] == pytest.approx(expected.score)
    by_itself = client.predict('a.mp4', 'b.mp4', 'nearest', api_name='/align')
    assert by_itself['frames_b'] == align(a, b, 'nearest').frame_inds_b.tolist()


def test_nearest(client, running):
    found = client.predict('a.mp4', 7, 5, 0.2, api_name='/nearest')
    index = FrameIndex(running.library.video(name) for name in NAMES)
    hits = [
        hit
        for hit in index.query('a.mp4', frame=7, k=100, gap_s=0.2)
        if 'uploaded' not in hit.filename
    ]
    assert [(hit['video'], hit['frame']) for hit in found['hits']] == [
        (hit.filename, hit.frame) for hit in hits[:5]
    ]
    assert all(hit['video'] != 'a.mp4' for hit in found['hits'])


def test_carry_phases_and_export(client, running, tmp_path):
    labels = {'a.mp4': [[0, 9, 'first'], [12, 19, 'then']]}
    carried = client.predict(labels, api_name='/carry_phases')['carried']
    assert set(carried) >= set(NAMES[1:]) and 'a.mp4' not in carried
    dense = np.array([0] * 10 + [-1] * 2 + [1] * 8)
    a, b = running.library.video('a.mp4'), running.library.video('b.mp4')
    expected = align(a, b).transfer(dense)
    got = np.full(LENGTHS[1], -1)
    for first, last, phase in carried['b.mp4']['rows']:
        got[first : last + 1] = ['first', 'then'].index(phase)
    assert got.tolist() == expected.tolist()
    rows = {name: found['rows'] for name, found in carried.items()}
    text = client.predict(labels | rows, api_name='/export_csv')
    table = list(csv.reader(io.StringIO(text)))
    assert table[0] == ['filename', 'first_frame', 'last_frame', 'phase']
    assert table[1:3] == [['a.mp4', '0', '9', 'first'], ['a.mp4', '12', '19', 'then']]
    path = tmp_path / 'phases.csv'
    path.write_text(text)
    known = sorted({*NAMES, *carried})
    assert len(read_labels(path, known, None, None).rows) == len(table) - 1


def test_deviations(client, running):
    found = client.predict('a.mp4', NAMES[1:], api_name='/deviations')
    others = [running.library.video(name) for name in NAMES[1:]]
    expected = deviations(others, running.library.video('a.mp4'))
    np.testing.assert_allclose(found['scores'], expected.scores)
    assert found['threshold'] == pytest.approx(expected.threshold)
    assert len(found['segments']) == len(expected.segments)


@pytest.mark.parametrize(
    ('endpoint', 'args', 'message'),
    [
        ('/align', ('a.mp4', '../secret.mp4'), 'outside the folder'),
        ('/align', ('a.mp4', '/etc/passwd'), 'outside the folder'),
        ('/align', ('a.mp4', 'link.mp4'), 'outside the folder'),
        ('/align', ('a.mp4', 'sub/../../secret.mp4'), 'outside the folder'),
        ('/align', ('a.mp4', 'b\0.mp4'), 'outside the folder'),
        ('/align', ('a.mp4', 'none.mp4'), 'no such video'),
        ('/align', ('a.mp4', 'notes.txt'), 'no such video'),
        ('/align', ('a.mp4', 'b.mp4', 'magic'), 'method must be one of'),
        ('/nearest', ('a.mp4', 20), 'no frame 20'),
        ('/nearest', ('a.mp4', 2, 0), 'between 1 and 100'),
        ('/carry_phases', ({},), 'no video is labelled'),
        ('/carry_phases', ({'a.mp4': [[0, 20, 'x']]},), 'past the end'),
        ('/export_csv', ({'a.mp4': [[0, 5, 'x'], [5, 6, 'y']]},), 'overlaps'),
        ('/export_csv', ({'a.mp4': [[0, 5, ' ']]},), 'the phase has no name'),
        ('/export_csv', ({'a.mp4': [['0', 5, 'x']]},), 'not a row of'),
        ('/export_csv', ({},), 'nothing to export'),
        ('/deviations', ('a.mp4', ['b.mp4']), 'two references'),
    ],
)
def test_bad_requests_say_what_is_wrong(client, endpoint, args, message):
    with pytest.raises(gradio_client.exceptions.AppError, match=message):
        client.predict(*args, api_name=endpoint)


def files_below(folder):
    """With a content: Gradio leaves an empty file of each upload."""
    found = (path for path in Path(folder).rglob('*') if path.is_file())
    return {path for path in found if path.stat().st_size}


def test_an_upload_is_embedded_and_used(client, running, tmp_path):
    write_mp4(tmp_path / 'new one.mp4', moving_square(12, 64, 9), 25)
    before = files_below(running.temp)
    file = gradio_client.handle_file(tmp_path / 'new one.mp4')
    name = client.predict(file, api_name='/add_video')
    assert name == 'uploaded_new_one.mp4'
    # Only where uploads are kept: not where Gradio put it.
    kept = running.temp / 'uploads' / name
    assert files_below(running.temp) - before == {kept}
    found = client.predict(name, 'b.mp4', api_name='/align')
    assert len(found['frames_b']) == 12
    answer = running.http.get('/carl/video', params={'video': name})
    assert answer.content == kept.read_bytes()
    again = client.predict(file, api_name='/add_video')
    assert again == 'uploaded_new_one_2.mp4'


@pytest.mark.parametrize(
    ('content', 'message'),
    [
        (b'Dear diary\n' * 20, 'not a video; upload mp4'),
        (b'', 'not a video; upload mp4'),
        (b'#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n', 'not a video; upload mp4'),
        (b'\0\0\0\x20ftypisom' + b'\0' * 500, 'not a video that can be read'),
    ],
)
def test_what_is_no_video_is_refused_and_removed(
    client, running, tmp_path, content, message
):
    (tmp_path / 'diary.mp4').write_bytes(content)
    before, names = files_below(running.temp), running.library.names
    file = gradio_client.handle_file(tmp_path / 'diary.mp4')
    with pytest.raises(gradio_client.exceptions.AppError, match=message) as info:
        client.predict(file, api_name='/add_video')
    assert 'uploaded_diary.mp4: ' in str(info.value)
    assert str(running.temp) not in str(info.value)
    assert files_below(running.temp) == before
    assert running.library.names == names


def raw_post(running, path, headers):
    """Send a head alone, as one does who declares a body that is not sent."""
    lines = [f'POST {path} HTTP/1.1', f'Host: 127.0.0.1:{running.port}', *headers]
    lines += [f'Authorization: Bearer {running.access.token}']
    lines.append('Connection: close')
    with socket.create_connection(('127.0.0.1', running.port), 20) as connection:
        connection.sendall(('\r\n'.join(lines) + '\r\n\r\n').encode())
        answer = b''
        while part := connection.recv(4000):
            answer += part
        return answer.decode()


def test_a_declared_5_gb_is_refused_before_it_is_sent(running):
    kind = 'Content-Type: multipart/form-data; boundary=x'
    length = f'Content-Length: {5 * 2**30}'
    answer = raw_post(running, '/gradio_api/upload', [kind, length])
    assert '413' in answer.splitlines()[0]
    assert 'Too large: 5120 MB; at most 2 MB.' in answer


def test_an_upload_that_is_too_large_but_not_declared_is_refused(running):
    def parts():
        yield b'--x\r\nContent-Disposition: form-data; name="files"; '
        yield b'filename="a.mp4"\r\nContent-Type: video/mp4\r\n\r\n'
        for _ in range(20):
            yield b'\0' * 2**17
        yield b'\r\n--x--\r\n'

    before = files_below(running.temp)
    answer = running.http.post(
        '/gradio_api/upload',
        content=parts(),
        headers={'Content-Type': 'multipart/form-data; boundary=x'},
    )
    assert answer.status_code == 411
    assert 'Content-Length' in answer.text
    assert files_below(running.temp) == before


@pytest.mark.parametrize('url', ['http://127.0.0.1:9/a.mp4', 'HTTPS://example.org/a'])
def test_addresses_are_refused(running, url):
    file = {'path': url, 'url': url, 'meta': {'_type': 'gradio.FileData'}}
    for path in ('call/add_video', 'run/add_video', 'call/v2/add_video', 'queue/join'):
        body = {'data': [file], 'fn_index': 0, 'session_hash': 'x'}
        answer = running.http.post(f'/gradio_api/{path}', json=body)
        assert (answer.status_code, answer.text[:9]) == (400, 'Addresses'), path
    for path in (f'file={url}', f'proxy={url}', f'file/{url}', f'file=%20{url}'):
        answer = running.http.get(f'/gradio_api/{path}')
        assert answer.status_code in (403, 404), (path, answer.text)


def test_no_file_outside_is_given_out(running, video_folder):
    secret = video_folder.parent / 'secret.txt'
    inside = video_folder / 'notes.txt'
    for path in (secret, inside, Path('/etc/passwd'), Path(__file__)):
        for route in ('gradio_api/file=', 'file=', 'gradio_api/file/'):
            answer = running.http.get(f'/{route}{path}')
            assert answer.status_code in (403, 404), (route, path)
            assert 'secret' not in answer.text.replace(str(path), '')
    for name in ('../secret.mp4', str(secret), 'link.mp4', 'notes.txt', '..%2fsecret'):
        for route in ('video', 'info', 'frame'):
            params = {'video': name, 'frame': 0}
            answer = running.http.get(f'/carl/{route}', params=params)
            assert answer.status_code == 404
            assert answer.json()['detail'].startswith(repr(name))


def test_another_host_name_is_refused(running):
    answer = running.http.get('/', headers={'Host': 'evil.example'})
    assert answer.status_code == 400


def test_the_port_is_taken(running):
    from carl_mm.app.server import listen

    match = f'cannot listen on 127.0.0.1:{running.port}'
    with pytest.raises(OSError, match=match):
        listen('127.0.0.1', running.port)


def test_the_server_asked_nothing_of_the_internet(client, running):
    """Neither when it was made nor in all that the tests above had it do."""
    client.predict('a.mp4', 'c.mp4', api_name='/align')
    assert set(running.looked_up) <= {'127.0.0.1', b'127.0.0.1', 'localhost', None}
