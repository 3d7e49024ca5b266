"""What the gate lets in; see also tests/security/page."""

import pytest

pytest.importorskip('starlette')
pytest.importorskip('httpx')
from starlette.responses import JSONResponse  # noqa: E402
from starlette.testclient import TestClient  # noqa: E402
from starlette.websockets import WebSocketDisconnect  # noqa: E402

from carl_mm.app.access.gate import Gate  # noqa: E402
from carl_mm.app.access.settings import Access  # noqa: E402
from carl_mm.app.access.visitors import Visitors  # noqa: E402


async def app(scope, receive, send):
    content = {'visitor': scope['state']['visitor']}
    await JSONResponse(content, headers={'Cache-Control': 'max-age=9'})(
        scope, receive, send
    )


@pytest.fixture
def access():
    return Access('0.0.0.0', 80, ('lab.example',))


@pytest.fixture
def client(access):
    gate = Gate(app, access, Visitors(lambda visitor: None, 600))
    return TestClient(gate, base_url='http://10.1.2.3')


def test_the_way_in(client, access):
    assert client.get('/').status_code == 401
    entered = client.get('/', params={'token': access.token})
    assert entered.status_code == 200 and 'visitor' not in entered.text
    inside = client.get('/')
    assert len(inside.json()['visitor']) == 32
    assert inside.headers['cache-control'] == 'max-age=9'
    assert inside.headers['x-frame-options'] == 'DENY'
    assert client.get('/elsewhere').status_code == 404


def test_open_to_the_network_it_still_checks(client, access):
    """Bound to 0.0.0.0 too there are a token, a host and an origin to show."""
    token = {'Authorization': f'Bearer {access.token}'}
    assert client.get('/api/state').status_code == 401
    for host in ('10.1.2.3', 'lab.example', 'localhost'):
        answer = client.get('/api/state', headers={**token, 'Host': host})
        assert answer.status_code == 200
    for host in ('evil.example', '0.0.0.0', 'x.lab.example'):
        answer = client.get('/api/state', headers={**token, 'Host': host})
        assert answer.status_code == 400
        assert '--allow-host' in answer.text
    answer = client.get('/api/state', headers={**token, 'Origin': 'http://10.1.2.4'})
    assert answer.status_code == 403


def test_websockets_are_refused(client, access):
    headers = {'Authorization': f'Bearer {access.token}'}
    asked = client.websocket_connect('/api/events', headers=headers)
    with pytest.raises(WebSocketDisconnect), asked:
        pass
