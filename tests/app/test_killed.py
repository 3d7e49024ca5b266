"""Nothing that was shown as saved is lost when the server is killed."""

import contextlib
import json
import os
import signal
import subprocess
import sys

import httpx
import pytest

from carl_mm.datasets.video_io.video_writer import write_mp4
from tests.app.browser.people import (
    NEEDS_CHROMIUM,
    add_phases,
    button,
    chromium,
    drag,
    opened,
    saved,
    strip,
    tab,
)
from tests.conftest import moving_square
from tests.tools.processes import environment

pytestmark = [pytest.mark.slow, NEEDS_CHROMIUM]

SERVE = """
import contextlib
import sys
from pathlib import Path

from carl_mm.app.access.settings import Access
from carl_mm.app.server import open_workspace, serve

folder, temp, port = sys.argv[1:]
workspace = open_workspace(Path(folder), Path(temp), device='cpu', epochs=3)
access = Access(port=int(port))
with contextlib.suppress(KeyboardInterrupt):
    serve(workspace, Path(temp), access, lambda known: print(known.url, flush=True))
"""


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / 'clips'
    for index, length in enumerate((20, 24, 22)):
        write_mp4(made / f'{"abc"[index]}.mp4', moving_square(length, 64, index), 25)
    return made


@contextlib.contextmanager
def serving(folder, temp, port='0'):
    """A server in a process of its own; its address, and the process."""
    env = environment(OMP_NUM_THREADS='2')
    command = [sys.executable, '-c', SERVE, str(folder), str(temp), port]
    with subprocess.Popen(
        command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process.stdout.readline().strip(), process
        finally:
            process.kill()


def is_alive(number):
    """Whether a process runs; one that has ended and waits to be told of does not."""
    try:
        with open(f'/proc/{number}/stat') as file:
            return file.read().rpartition(')')[2].split()[0] != 'Z'
    except FileNotFoundError:
        return False


def trainers(folder):
    """Processes that train on a folder."""
    found = []
    for number in filter(str.isdecimal, os.listdir('/proc')):
        with (
            contextlib.suppress(OSError),
            open(f'/proc/{number}/cmdline', 'rb') as file,
        ):
            words = file.read().split(b'\0')
            if b'carl_mm.app.training' in words and str(folder).encode() in words:
                found.append(int(number))
    return [number for number in found if is_alive(number)]


def test_what_was_saved_stays_and_training_goes_on(folder, tmp_path):
    with chromium() as browser:
        with serving(folder, tmp_path / 'one') as (url, process):
            page = opened(browser, url)
            button(page, 'Skip the tour').click()
            page.get_by_text('c.mp4').first.wait_for()
            tab(page, 'Phases')
            add_phases(page, 'reach', 'pour')
            drag(page, strip(page), 0.1, 0.5)
            saved(page)
            tab(page, 'Train')
            button(page, 'Train on this folder').click()
            page.get_by_role('heading', name='Training', exact=True).wait_for(
                timeout=180_000
            )
            models = folder / '.carl_mm' / 'models' / 'trained-1'
            for _ in range(600):
                if list(models.glob('*.pth')):
                    break
                page.wait_for_timeout(200)
            assert trainers(folder)
            tab(page, 'Phases')
            drag(page, strip(page), 0.6, 0.8)
            saved(page)
            process.send_signal(signal.SIGKILL)
            process.wait()
            page.get_by_role('alert').get_by_text('does not answer').wait_for()
            for _ in range(50):
                if not trainers(folder):
                    break
                page.wait_for_timeout(100)
            assert trainers(folder) == []
            page.context.close()
        labels = (folder / '.carl_mm' / 'labels.csv').read_text()
        assert labels.splitlines()[1:] == ['a.mp4,2,9,pour', 'a.mp4,12,15,pour']
        with serving(folder, tmp_path / 'two') as (url, _):
            page = opened(browser, url)
            tab(page, 'Phases')
            page.get_by_role('img', name='pour 2 to 9, pour 12 to 15').wait_for()
            button(page, 'reach').wait_for()
            tab(page, 'Train')
            page.get_by_role('heading', name='Training is paused').wait_for()
            button(page, 'Resume').click()
            page.get_by_role('heading', name='Training is done').wait_for(
                timeout=240_000
            )
            model = page.get_by_role('combobox', name='Model')
            page.get_by_text('trained on 3 videos').wait_for(timeout=60_000)
            assert model.input_value() == 'trained-1'
            assert page.errors == []
            page.context.close()
    record = json.loads((models / 'training.json').read_text())
    assert record['status'] == 'done'
    logs = [path.read_text() for path in models.rglob('*.log')]
    assert any('resumed epoch' in log for log in logs), 'it began anew'


def test_a_second_server_says_where_the_first_is(folder, tmp_path):
    with serving(folder, tmp_path / 'one') as (url, first):
        address, token = url.split('?token=')
        with serving(folder, tmp_path / 'two') as (nothing, second):
            said = second.communicate(timeout=60)[1].strip().splitlines()[-1]
        assert nothing == ''
        assert 'another page' in said
        assert address in said
        headers = {'Authorization': f'Bearer {token}'}
        with httpx.stream('GET', f'{address}api/events', headers=headers) as events:
            next(events.iter_lines())
            first.send_signal(signal.SIGINT)
            log = first.communicate(timeout=60)[1]
    assert (first.returncode, log) == (0, '')
