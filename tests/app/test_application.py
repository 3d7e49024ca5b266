import pytest

fastapi = pytest.importorskip('fastapi')
from fastapi.testclient import TestClient  # noqa: E402

from carl_mm.app.access.ledger import Ledger  # noqa: E402
from carl_mm.app.access.settings import UploadLimits  # noqa: E402
from carl_mm.app.application import make_application  # noqa: E402
from tests.app.conftest import make_workspace  # noqa: E402


@pytest.fixture
def app(inferencer, video_folder, tmp_path):
    workspace = make_workspace(inferencer, video_folder, tmp_path)
    ledger = Ledger(tmp_path / 'received', tmp_path / 'uploads', UploadLimits())
    made = make_application(workspace, ledger)
    made.workspace = workspace
    return made


def test_it_works_below_another_name(app):
    """So that the page of the example set is the same, mounted elsewhere."""
    outer = fastapi.FastAPI()
    outer.mount('/example', app)
    client = TestClient(outer)
    assert 'main.js' in client.get('/example/').text
    assert client.get('/example/static/style.css').status_code in (200, 404)
    assert client.get('/example/api/state').json()['folder'] == 'videos'
    assert client.get('/api/state').status_code == 404


def test_it_shows_no_description_of_itself(app):
    client = TestClient(app)
    for address in ('docs', 'redoc', 'openapi.json'):
        assert client.get(f'/{address}').status_code == 404


def test_other_windows_are_told_of_changes(app):
    told = []
    app.workspace.changes.tell = lambda: told.append(1)
    client = TestClient(app)
    client.get('/api/state')
    assert told == []
    client.put('/api/choices', json={'zoom': 2})
    assert told
