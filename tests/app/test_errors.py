"""Errors that become one line."""

import pytest

fastapi = pytest.importorskip('fastapi')
from fastapi.testclient import TestClient  # noqa: E402
from pydantic import BaseModel  # noqa: E402

from carl_mm.app.errors import add_error_answers  # noqa: E402


class Body(BaseModel):
    number: int


@pytest.fixture
def client():
    app = fastapi.FastAPI()
    add_error_answers(app)

    @app.get('/fail')
    def fail(kind: str):
        raise {
            'value': ValueError('a <b> is not "c"'),
            'file': FileNotFoundError(2, 'No such file', '/x'),
            'key': KeyError('secret'),
        }[kind]

    @app.post('/take')
    def take(body: Body):
        return body.number

    return TestClient(app, raise_server_exceptions=False)


@pytest.mark.parametrize(
    ('kind', 'line'), [('value', 'a <b> is not "c"'), ('file', '/x: No such file')]
)
def test_expected_errors_are_one_line(client, kind, line):
    answer = client.get('/fail', params={'kind': kind})
    assert (answer.status_code, answer.json()) == (400, {'detail': line})


def test_one_that_nobody_expects_is_the_servers(client):
    answer = client.get('/fail', params={'kind': 'key'})
    assert answer.status_code == 500 and 'secret' not in answer.text


def test_a_bad_body_is_one_line(client):
    answer = client.post('/take', json={'number': 'x'})
    assert answer.status_code == 422
    assert answer.json()['detail'].startswith('body.number: Input should be a valid')
    for content in (b'{', b'[' * 100_000, b'\xff'):
        answer = client.post('/take', content=content)
        assert answer.status_code in (400, 422)
        assert isinstance(answer.json()['detail'], str)
