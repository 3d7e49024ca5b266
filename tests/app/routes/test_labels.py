"""The addresses of labels."""

import pytest

pytest.importorskip('fastapi')
from carl_mm.app.project.labels import SavedLabels  # noqa: E402
from carl_mm.app.routes import labels as module  # noqa: E402
from tests.app.circle_library import CircleLibrary  # noqa: E402
from tests.app.routes.serving import client_of  # noqa: E402

ROWS = [[0, 4, 'reach'], [5, 9, 'put']]
TABLE = 'filename,first_frame,last_frame,phase\n'


@pytest.fixture
def saved(tmp_path):
    library = CircleLibrary(**{n: range(10) for n in ('a.mp4', 'b, c.mp4')})
    return SavedLabels(tmp_path, library)


@pytest.fixture
def http(saved):
    return client_of(module.router(saved._library, saved))


def put(http, rows, revision=0, video='a.mp4'):
    body = {'video': video, 'rows': rows, 'revision': revision}
    return http.put('/api/labels', json=body)


def test_rows_are_put_and_come_back(http):
    revision = put(http, ROWS).json()['revision']
    state = http.get('/api/labels').json()
    assert state['phases'] == ['reach', 'put']
    assert state['videos'] == {
        'a.mp4': {
            'rows': ROWS,
            'origin': 'painted',
            'confidence': None,
            'revision': revision,
        }
    }


def test_a_stale_change_answers_409_with_the_present_rows(http):
    revision = put(http, ROWS).json()['revision']
    answer = put(http, [[0, 1, 'x']])
    assert answer.status_code == 409
    said = answer.json()
    assert said['detail'].startswith('a.mp4: its phases were changed')
    assert (said['rows'], said['revision']) == (ROWS, revision)
    assert put(http, [], revision).json() == {'revision': 0}


@pytest.mark.parametrize(
    'change',
    [
        {'rows': [['0', 1, 'x']]},
        {'rows': [[0.0, 1, 'x']]},
        {'rows': [[True, 1, 'x']]},
        {'rows': [[0, 1]]},
        {'rows': [[0, 1, 'x' * 1001]]},
        {'rows': [[0, 1, 'x']] * 20_001},
        {'video': ''},
        {'video': 'x' * 4097},
        {'revision': -1},
        {'revision': 2**60},
        {'more': 1},
    ],
)
def test_bodies_have_limits(http, saved, change):
    body = {'video': 'a.mp4', 'rows': [], 'revision': 0, **change}
    assert http.put('/api/labels', json=body).status_code == 422
    assert saved.painted() == {}


def test_rows_that_do_not_fit_are_told_all_at_once(http):
    answer = put(http, [[0, 12, 'x'], [-3, 2, 'x'], [5, 4, 'x'], [0, 1, 'a\nb']])
    assert answer.status_code == 400
    assert '4 problems' in answer.json()['detail']


def test_a_table_is_imported_and_exported(http, saved):
    put(http, ROWS, 0)
    content = f'{TABLE}"b, c.mp4",1,3,x\n"b, c.mp4",4,5,y\n'
    address = '/api/labels/import?name=mine.csv&first_frame=1'
    answer = http.post(address, content=content)
    assert answer.json()['videos'] == ['b, c.mp4']
    assert saved.painted() == {
        'a.mp4': ROWS,
        'b, c.mp4': [[0, 2, 'x'], [3, 4, 'y']],
    }
    answer = http.get('/api/labels/export?what=all&form=csv')
    assert answer.headers['content-type'].startswith('text/csv')
    assert 'attachment' in answer.headers['content-disposition']
    assert answer.text.splitlines()[3] == '"b, c.mp4",0,2,x'
    assert http.post('/api/labels/import?name=again.csv', content=answer.text).json()


def test_bad_tables_change_nothing(http, saved, monkeypatch):
    content = f'{TABLE}a.mp4,0,10,x\na.mp4,11,12,y\n'
    answer = http.post('/api/labels/import?name=mine.csv', content=content)
    assert answer.status_code == 400
    assert answer.json()['detail'].startswith('mine.csv: 2 problems')
    monkeypatch.setattr(module, 'MAX_TABLE_BYTES', 20)
    answer = http.post('/api/labels/import?name=mine.csv', content=content)
    assert answer.status_code == 413
    assert http.post('/api/labels/import', content=content).status_code == 422
    assert saved.painted() == {}


def test_phases_are_renamed_and_suggestions_accepted(http):
    put(http, ROWS)
    answer = http.post('/api/phases/rename', json={'old': 'put', 'new': 'place'})
    assert answer.json()['revision'] > 0
    assert http.get('/api/labels').json()['phases'] == ['reach', 'place']
    assert http.post('/api/labels/accept', json={}).status_code == 200
    answer = http.post('/api/labels/accept', json={'videos': ['a.mp4']})
    assert 'no phases are suggested' in answer.json()['detail']
