"""The README's way from a folder of videos to phases, each command as it stands."""

import csv
import json
import re
import shlex
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from carl_mm.datasets import open_video
from tests.tools.processes import ROOT, environment

HEADING = '## Use your own videos'


def tutorial():
    """Its commands, without those that make the environment."""
    text = (ROOT / 'README.md').read_text()
    (block,) = re.findall(rf'{HEADING}.*?```bash\n(.*?)```', text, re.DOTALL)
    lines = [line.split('  #')[0].strip() for line in block.splitlines()]
    return [line for line in lines if line.startswith(('python ', 'carl-mm '))]


def of_python(command):
    """The tool of a command, and Python's arguments that do the same."""
    program, name, *rest = shlex.split(command)
    if program == 'python':
        return Path(name).stem, [name, *rest]
    code = 'from carl_mm.apis.command import main; main()'
    return name, ['-c', code, name, *rest]


@pytest.fixture
def workplace(tmp_path):
    """A folder as after the clone, with my_videos and labels of five of them."""
    for name in ('tools', 'configs'):
        (tmp_path / name).symlink_to(ROOT / name)
    make = 'tools/make_synthetic_videos.py --out made --num-train 8 --num-test 2'
    run(make.split(), tmp_path)
    made = json.loads((tmp_path / 'made' / 'annotations.json').read_text())
    (tmp_path / 'my_videos').mkdir()
    rows = []
    (phases,) = made['metainfo']['phases'].values()
    for letter, entry in zip('abcdefghij', made['data_list'], strict=True):
        source = tmp_path / 'made' / 'videos' / entry['filename']
        source.rename(tmp_path / 'my_videos' / f'{letter}.mp4')
        if letter < 'f':
            for first, last, label in entry['phases']:
                rows.append(f'{letter}.mp4,{first},{last},{phases[label]}')
    text = '\n'.join(['filename,first_frame,last_frame,phase', *rows])
    (tmp_path / 'labels.csv').write_text(text + '\n')
    return tmp_path


def run(arguments, folder):
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert done.returncode == 0, f'{arguments}: {done.stdout}{done.stderr}'
    return done.stdout


def first_page(arguments, folder):
    """Start the page, read it once, stop it."""
    said = folder / 'page.log'
    with said.open('wb') as stream:
        process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=folder,
            env=environment(PYTHONUNBUFFERED='1'),
            stdout=stream,
            stderr=subprocess.STDOUT,
        )
    try:
        deadline = time.monotonic() + 300
        while time.monotonic() < deadline and process.poll() is None:
            if found := re.search(
                r'(http://[\d.]+:\d+)/\?token=(\S+)', said.read_text()
            ):
                headers = {'Authorization': f'Bearer {found[2]}'}
                asked = urllib.request.Request(found[1], headers=headers)
                return urllib.request.urlopen(asked, timeout=60).read().decode()
            time.sleep(0.5)
        raise AssertionError(said.read_text())
    finally:
        process.terminate()
        process.wait(30)


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_each_command_runs_as_it_stands(workplace):
    commands = [of_python(command) for command in tutorial()]
    tools = [tool for tool, _ in commands]
    expected = ['folder', 'train', 'embed', 'align', 'retrieve', 'label_phases']
    assert tools == [*expected, 'deviations', 'app']
    for tool, arguments in commands:
        if tool == 'train':  # two epochs instead of fifty
            arguments += ['--cfg-options', 'max_epochs=2']
        if tool == 'app':
            pytest.importorskip('fastapi')
            assert 'main.js' in first_page(arguments, workplace)
        else:
            run(arguments, workplace)
    aligned = open_video(workplace / 'aligned' / 'b.mp4')
    assert aligned.num_frames > 20
    with open(workplace / 'phases.csv') as file:
        rows = list(csv.DictReader(file))
    assert {row['filename'] for row in rows} == {f'{name}.mp4' for name in 'fghij'}
    assert all(0 <= float(row['confidence']) <= 1 for row in rows)
    assert (workplace / 'found' / 'hits.png').is_file()
    assert list((workplace / 'strays').glob('*.png'))
