import socket
import threading
import time
from pathlib import Path

import pytest

from carl_mm.apis import FramewiseInferencer
from carl_mm.datasets.video_io.video_writer import write_mp4
from tests.apis.trained import make_work_dir
from tests.conftest import moving_square

LENGTHS = (20, 31, 26, 18)


@pytest.fixture(scope='session')
def inferencer(tmp_path_factory):
    work_dir = make_work_dir(tmp_path_factory.mktemp('trained'))
    return FramewiseInferencer(work_dir, device='cpu')


@pytest.fixture(scope='session')
def video_folder(tmp_path_factory):
    """Four videos, one in a subfolder, and what must not be reached."""
    root = tmp_path_factory.mktemp('shown')
    folder = root / 'videos'
    for index, length in enumerate(LENGTHS):
        name = 'sub/d.mp4' if index == 3 else f'{"abc"[index]}.mp4'
        write_mp4(folder / name, moving_square(length, 64, index), 25)
    write_mp4(root / 'secret.mp4', moving_square(10), 25)
    (root / 'secret.txt').write_text('secret')
    (folder / 'link.mp4').symlink_to(root / 'secret.mp4')
    (folder / 'notes.txt').write_text('no video')
    return folder


def make_workspace(inferencer, folder, temp, **options):
    """A workspace whose model is in memory already."""
    from carl_mm.app.models.project_models import GIVEN
    from carl_mm.app.project.project import Project
    from carl_mm.app.project.workspace import Workspace

    given = Path(inferencer.provenance['checkpoint'])
    project = Project(folder, temp / 'project')
    workspace = Workspace(project, temp / 'uploads', given, **options)
    workspace.models._loaded = GIVEN, inferencer
    return workspace


class Running:
    """A server in a thread of this process."""

    def __init__(self, inferencer, folder, temp, limits=None, **access):
        pytest.importorskip('fastapi')
        import httpx

        from carl_mm.app.access.settings import Access, UploadLimits
        from carl_mm.app.server import listen, make_server

        self.looked_up, self.building = [], True
        self._getaddrinfo = socket.getaddrinfo
        socket.getaddrinfo = self._note
        listening = listen('127.0.0.1', 0)
        self.port = listening.getsockname()[1]
        self.url = f'http://127.0.0.1:{self.port}'
        self.temp = Path(temp)
        self.workspace = make_workspace(inferencer, folder, self.temp)
        self.library = self.workspace.library
        limits = UploadLimits(**(limits or {'file_mb': 1}))
        self.access = Access(port=self.port, limits=limits, **access)
        self.headers = {'Authorization': f'Bearer {self.access.token}'}
        self.http = httpx.Client(base_url=self.url, headers=self.headers, timeout=60)
        self.server = make_server(self.workspace, temp, self.access)
        self.thread = threading.Thread(
            target=self.server.run, args=([listening],), daemon=True
        )

    def _note(self, host, *args, **kwargs):
        # Once it runs, the main thread is its clients, some of which ask elsewhere.
        if self.building or threading.current_thread() is not threading.main_thread():
            self.looked_up.append(host)
        return self._getaddrinfo(host, *args, **kwargs)

    def prepare(self):
        """Embed the videos, and wait until that is done."""
        self.library.measure()
        self.workspace.embedder.use('given')
        assert self.workspace.state()['embedding']['error'] == ''

    def __enter__(self):
        self.building = False
        self.thread.start()
        deadline = time.monotonic() + 60
        while not self.server.started and time.monotonic() < deadline:
            time.sleep(0.02)
        assert self.server.started
        return self

    def __exit__(self, *_):
        socket.getaddrinfo = self._getaddrinfo
        self.http.close()
        self.server.should_exit = True
        self.thread.join(30)


@pytest.fixture(scope='module')
def running(inferencer, video_folder, tmp_path_factory):
    """A server whose videos are embedded; uploads of at most 1 MB."""
    temp = tmp_path_factory.mktemp('temporary')
    with Running(inferencer, video_folder, temp) as server:
        server.prepare()
        yield server
