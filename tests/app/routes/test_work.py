"""The addresses of what is done with videos."""

import time
from types import SimpleNamespace

import pytest

pytest.importorskip('fastapi')
from carl_mm.app.project.labels import SavedLabels  # noqa: E402
from carl_mm.app.routes import work as module  # noqa: E402
from tests.app.circle_library import with_files  # noqa: E402
from tests.app.routes.serving import client_of  # noqa: E402

LENGTHS = {'a.mp4': 12, 'sub/b.mp4': 8, 'c.mp4': 10}


@pytest.fixture
def saved(tmp_path):
    return SavedLabels(tmp_path / '.carl_mm', with_files(LENGTHS, tmp_path))


@pytest.fixture
def http(saved, tmp_path):
    project = SimpleNamespace(folder=tmp_path / '.carl_mm')
    return client_of(module.router(saved._library, project, saved))


def answer(http, address, **body):
    found = http.post(f'/api/{address}', json=body)
    assert found.status_code == 200, found.text
    return found.json()


def test_each_address_answers_as_its_function(http):
    aligned = answer(http, 'align', a='a.mp4', b='sub/b.mp4')
    assert len(aligned['frames_b']) == 12 and 'doubt' in aligned
    assert len(answer(http, 'rank', video='a.mp4')['ranking']) == 2
    hits = answer(http, 'find', video='a.mp4', first=3, last=3, count=2)['hits']
    assert {hit['video'] for hit in hits} == {'sub/b.mp4', 'c.mp4'}
    hits = answer(http, 'find', video='a.mp4', first=3, last=8, count=2)['hits']
    assert all(hit['last'] > hit['first'] for hit in hits)
    assert len(answer(http, 'timeline', videos=None)['videos']) == 3
    found = answer(http, 'suggest_references', video='a.mp4')
    assert found['references'] == ['c.mp4', 'sub/b.mp4']
    assert len(answer(http, 'deviations', video='a.mp4')['scores']) == 12


def test_what_is_carried_is_saved_as_suggested(http, saved):
    refused = http.post('/api/carry', json={})
    assert refused.status_code == 400
    assert 'no video is labelled yet' in refused.json()['detail']
    saved.put('a.mp4', [[0, 5, 'up'], [6, 11, 'down']], 0)
    carried = answer(http, 'carry')['carried']
    assert set(carried) == {'sub/b.mp4', 'c.mp4'}
    videos = saved.state()['videos']
    for name, found in carried.items():
        assert videos[name]['rows'] == [row[:3] for row in found['rows']]
        assert videos[name]['origin'] == 'suggested'
    events = answer(http, 'timeline')['events']
    assert [(event['name'], event['marked_in']) for event in events] == [('down', 1)]


def test_unknown_videos_and_odd_bodies_are_4xx(http):
    for address, body, status in (
        ('align', {'a': 'x', 'b': 'c.mp4'}, 400),
        ('align', {'a': 'c.mp4'}, 422),
        ('find', {'video': 'c.mp4', 'first': 99, 'last': 99}, 400),
        ('timeline', {'videos': ['c.mp4']}, 400),
        ('deviations', {'video': 'c.mp4', 'references': ['a.mp4']}, 400),
        ('exports', {'kind': 'pair', 'a': 'a.mp4'}, 400),
        ('exports', {'kind': 'pair', 'a': 'a.mp4', 'b': '../x'}, 400),
        ('exports', {'kind': 'all'}, 422),
    ):
        assert http.post(f'/api/{address}', json=body).status_code == status, body


@pytest.mark.parametrize(
    ('body', 'name'),
    [
        ({'kind': 'pair', 'a': 'a.mp4', 'b': 'c.mp4', 'labels': True}, 'a - c.mp4'),
        ({'kind': 'grid', 'videos': None, 'speed': 2}, '3 videos in step.mp4'),
    ],
)
def test_videos_are_exported(http, saved, body, name):
    saved.put('a.mp4', [[0, 5, 'up']], 0)
    export = answer(http, 'exports', **body)['id']
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        state = http.get(f'/api/exports/{export}').json()
        if state['state'] in ('done', 'failed'):
            break
        time.sleep(0.01)
    assert (state['state'], state['share'], state['error']) == ('done', 1, '')
    file = http.get(f'/api/exports/{export}/file')
    assert file.headers['content-type'] == 'video/mp4'
    shown = file.headers['content-disposition']
    assert shown.startswith('attachment') and name.replace(' ', '%20') in shown
    assert file.content[4:8] == b'ftyp'
    assert http.get('/api/exports/none/file').status_code == 400
