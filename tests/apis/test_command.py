"""carl-mm NAME runs tools/NAME.py."""

import subprocess
import sys

import pytest

from carl_mm.apis import command
from carl_mm.apis.shipped_files import shipped


def test_all_tools_are_listed_with_what_they_do(capsys):
    assert command.main([]) == 0
    said = capsys.readouterr().out
    files = [p for p in shipped('tools').glob('*.py') if not p.name.startswith('_')]
    lines = said.splitlines()
    for file in files:
        name = file.stem.replace('_', '-')
        (line,) = [line for line in lines if line.split()[:1] == [name]]
        assert len(line.split()) > 2, line
    assert any(line.split()[:1] == ['folder'] for line in lines)
    assert command.main(['--help']) == 0
    assert capsys.readouterr().out == said


def test_it_imports_nothing_heavy():
    code = (
        'import sys; from carl_mm.apis.command import main; main([]); '
        'assert not {"torch", "mmengine", "numpy"} & set(sys.modules)'
    )
    subprocess.run([sys.executable, '-c', code], check=True, capture_output=True)


@pytest.mark.parametrize(
    ('name', 'hint'),
    [('tain', 'do you mean train'), ('../x', 'carl-mm lists'), ('xyz', 'carl-mm')],
)
def test_a_misspelt_name_is_one_line(name, hint, capsys):
    assert command.main([name]) == 2
    said = capsys.readouterr().err
    assert said.startswith('error: there is no ') and hint in said
    assert said.count('\n') == 1


@pytest.mark.parametrize('name', ['label-phases', 'label_phases', 'folder'])
def test_a_tool_gets_its_arguments(name, capsys, monkeypatch):
    monkeypatch.setattr(sys, 'argv', ['carl-mm', name, '--help'])
    with pytest.raises(SystemExit) as info:
        command.main()
    assert not info.value.code
    assert f'usage: {name.replace("-", "_")}.py' in capsys.readouterr().out


def test_shipped_configs_are_found_by_their_names(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    here = str(shipped('configs') / 'carl_folder.py')
    assert command.find_config('carl_folder.py') == here
    (tmp_path / 'carl_folder.py').touch()  # the user's own comes first
    assert command.find_config('carl_folder.py') == 'carl_folder.py'
    assert command.find_config('none.py') == 'none.py'
