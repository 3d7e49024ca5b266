"""The folder's page and the example's beside it."""

import pytest

pytest.importorskip('fastapi')
from fastapi.testclient import TestClient  # noqa: E402

from carl_mm.app import pages as module  # noqa: E402
from carl_mm.app.access.ledger import Ledger  # noqa: E402
from carl_mm.app.access.settings import Access, UploadLimits  # noqa: E402
from carl_mm.app.pages import Pages  # noqa: E402
from carl_mm.datasets.video_io.video_writer import write_mp4  # noqa: E402
from tests.app.conftest import make_workspace  # noqa: E402
from tests.app.test_example import wait_until  # noqa: E402
from tests.conftest import moving_square  # noqa: E402

BASES = ('', '/example')


@pytest.fixture
def pages(inferencer, video_folder, tmp_path, monkeypatch):
    example = tmp_path / 'example'
    for name in ('x.mp4', 'y.mp4'):
        write_mp4(example / 'videos' / name, moving_square(12, 64), 25)
    monkeypatch.setattr(module, 'example_folder', lambda: example)
    monkeypatch.setattr(module.ExampleVideos, 'make', lambda self: self.videos_dir)
    workspace = make_workspace(inferencer, video_folder, tmp_path)
    uploads = workspace.library.uploads_dir
    limits = UploadLimits(visitor_files=2)
    ledger = Ledger(tmp_path / 'received', uploads, limits)

    def open_example(folder):
        opened = make_workspace(inferencer, folder, uploads)
        opened.library.measure()
        return opened

    made = Pages(workspace, ledger, Access(port=4321), open_example)
    yield made
    made.end_streams()
    made.close()
    workspace.close()


def open_example(pages):
    async def as_a_visitor(scope, receive, send):  # the gate notes who it is
        scope.setdefault('state', {})['visitor'] = 'someone'
        await pages.app(scope, receive, send)

    client = TestClient(as_a_visitor)
    assert client.get('/example/').status_code == 200
    wait_until(lambda: client.get('/example/api/state').status_code == 200)
    return client


def test_each_shows_its_own_videos(pages):
    client = TestClient(pages.app)
    assert client.get('/').status_code == 200
    assert client.get('/api/state').json()['folder'] == 'videos'
    assert len(pages.workspaces) == 1
    open_example(pages)
    example = pages.workspaces[1].project
    assert (example.folder / 'page.lock').exists()  # held, as the folder's is
    assert 'http://127.0.0.1:4321/' in (example.folder / 'address').read_text()
    assert 'main.js' in client.get('/example/').text
    assert client.get('/example').url.path == '/example/'
    assert client.get('/example/static/main.js').status_code == 200
    for base, names in (('', 'a.mp4'), ('/example', 'x.mp4')):
        listed = client.get(f'{base}/api/videos').json()['videos']
        assert listed[0]['name'] == names
    assert client.get('/example/api/info?video=a.mp4').status_code == 404
    body = {'zoom': 2}
    assert client.put('/example/api/choices', json=body).status_code == 200
    assert 'zoom' not in client.get('/api/state').json()['choices']


def test_the_uploads_of_both_are_one_account(pages, tmp_path):
    client = open_example(pages)
    for each in pages.workspaces:
        each.embedder.use('given')
    before = [client.get(f'{base}/api/state').json()['videos'] for base in BASES]
    write_mp4(tmp_path / 'new.mp4', moving_square(12, 64, 9), 25)
    content = (tmp_path / 'new.mp4').read_bytes()
    for base in BASES:
        answer = client.put(f'{base}/api/uploads?name=new.mp4', content=content)
        assert answer.json() == {'name': 'uploaded_new.mp4'}, base
    answer = client.put('/example/api/uploads?name=more.mp4', content=content)
    assert answer.status_code >= 400 and 'No room' in answer.json()['detail']
    kept = set(pages._ledger._kept['someone'])
    assert [path.exists() for path in kept] == [True, True]
    pages.forget('someone')
    assert [path.exists() for path in kept] == [False, False]
    for base, videos in zip(BASES, before, strict=True):
        now = client.get(f'{base}/api/state').json()['videos']
        assert now['total'] == videos['total'], base


def test_its_streams_end_with_the_server(pages):
    open_example(pages)
    pages.end_streams()
    assert [each.changes.is_closed for each in pages.workspaces] == [True, True]


def test_without_an_example_its_address_leads_back(inferencer, video_folder, tmp_path):
    workspace = make_workspace(inferencer, video_folder, tmp_path)
    uploads = workspace.library.uploads_dir
    client = TestClient(
        Pages(workspace, Ledger(tmp_path, uploads, UploadLimits()), Access()).app
    )
    assert client.get('/example/').url.path == '/'
