"""tools/app.py as users call it."""

import re
import signal
import subprocess
import urllib.error
import urllib.request

import pytest

from tests.apis.trained import make_work_dir
from tests.tools.processes import environment, python_tool, run_here

pytest.importorskip('fastapi')


@pytest.fixture(scope='module')
def work_dir(tmp_path_factory):
    return make_work_dir(tmp_path_factory.mktemp('trained'))


@pytest.mark.parametrize(
    ('args', 'message'),
    [
        (['none'], 'none: no such folder of videos'),
        (['empty'], 'empty: contains no video'),
        (['VIDEOS', '--embeddings', 'none'], 'none: no such folder of embeddings'),
        (['VIDEOS', '--model', 'none'], 'none: no such work dir or checkpoint'),
        (['VIDEOS', '--device', 'cuda:77'], "'cuda:77' is not"),
        (['VIDEOS', '--port', '99999'], 'port must be'),
        (['VIDEOS', '--host', '203.0.113.7'], 'choose another'),
        (
            ['VIDEOS', '--total-quota', '9', '0'],
            'total_mb must be >= 1, got 0; see --max-upload',
        ),
        (['VIDEOS', '--forget-after', '-1'], 'forget_after_s must'),
        (['VIDEOS', '--max-upload', '0'], 'file_mb must be'),
        (['VIDEOS', '--project', 'file'], 'name another folder by --project'),
        (['VIDEOS', '--example'], 'not both'),
        ([], 'name a FOLDER of videos, or --example'),
    ],
)
def test_bad_input_is_one_line(
    work_dir, video_folder, tmp_path, monkeypatch, capsys, args, message
):
    (tmp_path / 'empty').mkdir()
    (tmp_path / 'file').touch()
    monkeypatch.chdir(tmp_path)
    named = {'WORK': work_dir, 'VIDEOS': video_folder}
    handler = signal.getsignal(signal.SIGTERM)
    with pytest.raises(SystemExit) as info:
        given = [named.get(arg, arg) for arg in args]
        if '--project' not in args:
            given += ['--project', tmp_path / 'project']
        run_here(monkeypatch, 'app', *given)
    signal.signal(signal.SIGTERM, handler)
    said = capsys.readouterr()
    assert info.value.code == 1
    assert said.err.startswith('error: ')
    assert said.err.count('\n') == 1, said.err
    assert message in said.err


@pytest.mark.slow
@pytest.mark.parametrize('number', [signal.SIGTERM, signal.SIGINT])
def test_it_serves_on_this_machine_alone_and_leaves_nothing_behind(
    work_dir, video_folder, tmp_path, number
):
    (tmp_path / 'temporary').mkdir()
    command = [*python_tool('app'), str(video_folder), '--model', str(work_dir)]
    command += ['--project', str(tmp_path / 'project')]
    env = environment(TMPDIR=str(tmp_path / 'temporary'))
    log = (tmp_path / 'log').open('w+')
    started = subprocess.Popen(
        [*command, '--port', env['PORT'], '--device', 'cpu'],
        cwd=tmp_path,
        env=env,
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
    )
    try:
        url = started.stdout.readline().strip()
        address, token = url.split('/?token=')
        assert address == f'http://127.0.0.1:{env["PORT"]}'
        headers = {'Authorization': f'Bearer {token}'}
        asked = urllib.request.Request(address, headers=headers)
        with urllib.request.urlopen(asked, timeout=60) as answer:
            assert b'main.js' in answer.read()
        (folder,) = (tmp_path / 'temporary').glob('carl_mm_app_*')
        table = subprocess.run(
            ['cat', f'/proc/{started.pid}/net/tcp', f'/proc/{started.pid}/net/tcp6'],
            capture_output=True,
            text=True,
        ).stdout
        port = f'{int(env["PORT"]):04X}'
        # State 0A listens; 0100007F is 127.0.0.1.
        assert re.findall(rf': (\w+):{port} \w+:0000 0A', table) == ['0100007F']
    finally:
        started.send_signal(number)
        rest, _ = started.communicate(timeout=60)
    assert not folder.exists()
    assert not (tmp_path / 'project' / 'address').exists()
    log.seek(0)
    assert 'Traceback' not in log.read()


@pytest.mark.slow
def test_it_says_what_it_opens_to_the_network(work_dir, video_folder, tmp_path):
    command = [*python_tool('app'), str(work_dir), '--videos', str(video_folder)]
    command += ['--project', str(tmp_path / 'project')]  # and the former call
    env = environment(TMPDIR=str(tmp_path))
    command += ['--host', '0.0.0.0', '--allow-host', 'lab.example']
    log = (tmp_path / 'log').open('w+')
    started = subprocess.Popen(
        [*command, '--port', env['PORT'], '--device', 'cpu'],
        cwd=tmp_path,
        env=env,
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
    )
    try:
        address, token = started.stdout.readline().strip().split('/?token=')
        assert address == f'http://127.0.0.1:{env["PORT"]}'
        for host, key, status in (
            ('127.0.0.1', 'none', 401),
            ('lab.example', 'none', 401),
            ('evil.example', token, 400),
            ('lab.example', token, 200),
        ):
            headers = {'Authorization': f'Bearer {key}', 'Host': host}
            asked = urllib.request.Request(f'{address}/api/state', headers=headers)
            try:
                got = urllib.request.urlopen(asked, timeout=60).status
            except urllib.error.HTTPError as error:
                got = error.code
            assert got == status, host
    finally:
        started.terminate()
        started.communicate(timeout=60)
    log.seek(0)
    said = log.read()
    for part in (
        'call app.py FOLDER --model MODEL',
        '--host 0.0.0.0 opens port',
        'every machine',
        str(video_folder),
        'lab',
    ):
        assert part in said
    assert token not in said
