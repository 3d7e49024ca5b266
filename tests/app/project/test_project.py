import json
import subprocess
import sys

import pytest

from carl_mm.app.project.project import HIDDEN, Project
from carl_mm.locking import LockedError


def test_choices_survive(tmp_path):
    project = Project(tmp_path)
    assert project.folder == tmp_path / HIDDEN
    assert project.choices == {}
    project.choose({'pair': ['a', 'b'], 'zoom': 1.5, 'gone': 1})
    project.choose({'zoom': 2, 'gone': None})
    expected = {'pair': ['a', 'b'], 'zoom': 2}
    assert project.choices == Project(tmp_path).choices == expected
    content = json.loads((tmp_path / HIDDEN / 'project.json').read_text())
    assert content == {'version': 1, 'choices': expected}


def test_it_may_lie_elsewhere(tmp_path):
    project = Project(tmp_path / 'videos', tmp_path / 'state')
    project.choose({'a': 1})
    assert (tmp_path / 'state' / 'project.json').is_file()
    assert project.models_dir == tmp_path / 'state' / 'models'
    with pytest.raises(OSError, match='name another folder by --project'):
        Project(tmp_path, tmp_path / 'state' / 'project.json' / 'x')


@pytest.mark.parametrize(
    ('value', 'message'),
    [
        ('x' * 2**20, 'at most 1048576'),
        (float('nan'), 'JSON compliant'),
        (eval('[' * 70 + ']' * 70), 'nested more than 64 deep'),
    ],
)
def test_what_could_not_be_read_again_is_not_written(tmp_path, value, message):
    project = Project(tmp_path)
    project.choose({'kept': 1})
    with pytest.raises(ValueError, match=message):
        project.choose({'bad': value})
    assert project.choices == Project(tmp_path).choices == {'kept': 1}


@pytest.mark.parametrize(
    ('text', 'message'),
    [
        ('', 'project.json: broken'),
        ('{"version": 1}', 'project.json: broken'),
        ('[]', 'project.json: broken'),
        ('{"version": 2, "choices": {}}', 'version 2 is of a newer carl_mm'),
    ],
)
def test_a_broken_or_newer_file_is_named(tmp_path, text, message):
    (tmp_path / HIDDEN).mkdir()
    (tmp_path / HIDDEN / 'project.json').write_text(text)
    with pytest.raises(ValueError, match=message):
        Project(tmp_path)


OTHER = """
import sys
from carl_mm.app.project.project import Project
project = Project(sys.argv[1])
with project.held():
    project.tell_address('127.0.0.1', 7860)
    print('held', flush=True)
    sys.stdin.read()
"""


def test_a_second_page_on_the_folder_is_told_where_the_first_is(tmp_path):
    command = [sys.executable, '-c', OTHER, str(tmp_path)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout.readline() == 'held\n'
        project = Project(tmp_path)
        with pytest.raises(LockedError) as info, project.held():
            pass
        message = str(info.value)
        assert f'{tmp_path}: another page' in message and str(other.pid) in message
        assert 'It is at http://127.0.0.1:7860/' in message
        assert '\n' not in message
        other.kill()  # however it ends, the lock ends with it
        other.wait()
    with project.held():
        project.tell_address('127.0.0.1', 1)
    assert not (project.folder / 'address').exists()
