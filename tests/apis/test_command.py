"""carl-mm NAME is tools/NAME.py."""

import subprocess
import sys

import pytest

from carl_mm.apis import command, shipped_files
from tests.tools.processes import ROOT, environment

CODE = 'import sys; from carl_mm.apis.command import main; sys.exit(main({!r}))'


def start(*argv):
    code = CODE.format(list(argv))
    command = [sys.executable, '-c', code]
    return subprocess.run(command, env=environment(), capture_output=True, text=True)


def test_every_tool_has_a_name():
    files = set((ROOT / 'tools').rglob('*.py'))
    assert set(command.tools().values()) == files
    assert command.tools()['folder'] == ROOT / 'tools/dataset_converters/folder.py'
    assert {'app', 'align', 'label-phases', 'cvrl-checkpoint'} <= set(command.tools())


@pytest.mark.parametrize('argv', [[], ['--help'], ['-h']])
def test_alone_it_lists_all_tools(argv, capsys):
    assert command.main(argv) == 0
    said = capsys.readouterr().out
    for name in command.tools():
        (line,) = [ln for ln in said.splitlines() if ln.strip().startswith(f'{name} ')]
        assert line.endswith('.') and 'python' not in line


def test_the_list_appears_at_once():
    code = 'import sys; from carl_mm.apis.command import main; main([])\n'
    code += 'print("imported:", *sys.modules)'
    command = [sys.executable, '-c', code]
    done = subprocess.run(command, env=environment(), stdout=-1, text=True)
    imported = done.stdout.partition('imported:')[2].split()
    assert 'carl_mm.apis.command' in imported
    assert not {'torch', 'numpy', 'cv2', 'mmengine', 'fastapi'} & set(imported)


def test_a_tool_is_run_with_its_arguments_and_status(monkeypatch, tmp_path, capsys):
    tool = tmp_path / 'tools' / 'say_it.py'
    tool.parent.mkdir()
    tool.write_text(
        '"""Say it."""\nimport sys\n'
        "if __name__ == '__main__':\n    print(sys.argv)\n    sys.exit(7)\n"
    )
    monkeypatch.setattr(command, 'shipped', lambda name: tmp_path / name)
    monkeypatch.setattr(sys, 'argv', ['carl-mm', 'given'])
    for name in ('say-it', 'say_it'):
        with pytest.raises(SystemExit) as info:
            command.main([name, '--loud', 'a b'])
        assert info.value.code == 7
        said = capsys.readouterr().out
        assert said == "['carl-mm say-it', '--loud', 'a b']\n"


def test_a_tools_errors_are_its_own():
    done = start('train', 'carl_foldr.py')
    assert done.returncode == 1
    assert done.stderr.startswith('error: carl_foldr.py: no such config file')
    assert 'carl_folder.py' in done.stderr and done.stderr.count('\n') == 1
    done = start('align', '--none')
    assert done.returncode == 2
    assert done.stderr.startswith('usage: carl-mm align ')


@pytest.mark.parametrize(
    ('name', 'near'),
    [
        ('trian', 'did you mean train?'),
        ('aling', 'did you mean align'),
        ('label_phase', 'did you mean label-phases?'),
        ('carl-checkpoints', 'did you mean carl-checkpoint'),
        ('xyzzy', '`carl-mm` lists all'),
        ('../train', 'did you mean train?'),
    ],
)
def test_a_misspelt_name_says_which_are_near(name, near, capsys):
    assert command.main([name]) == 2
    said = capsys.readouterr()
    assert said.err.startswith(f"error: no tool '{name}'") and near in said.err
    assert said.err.count('\n') == 1 and not said.out


def test_it_tells_the_version(capsys):
    import carl_mm

    assert command.main(['--version']) == 0
    assert capsys.readouterr().out == f'carl-mm {carl_mm.__version__}\n'


def test_a_broken_installation_is_one_line(monkeypatch, tmp_path, capsys):
    fake = tmp_path / 'carl_mm' / 'apis' / 'shipped_files.py'
    monkeypatch.setattr(shipped_files, '__file__', str(fake))
    assert command.main([]) == 1
    said = capsys.readouterr().err
    assert said.startswith('error: ') and 'install carl_mm anew' in said


def test_processes_that_a_tool_spawns_know_its_functions(tmp_path):
    tool = tmp_path / 'tools' / 'spawns.py'
    tool.parent.mkdir()
    tool.write_text(
        'from multiprocessing import get_context\n'
        'def double(n):\n    return 2 * n\n'
        "\n\nif __name__ == '__main__':\n"
        "    with get_context('spawn').Pool(1) as pool:\n"
        '        print(pool.map(double, [1, 2]))\n'
    )
    code = (
        'import sys; from pathlib import Path; from carl_mm.apis import command\n'
        f'command.shipped = lambda name: Path({str(tmp_path)!r}, name)\n'
        "command.main(['spawns'])"
    )
    done = [sys.executable, '-c', code]
    said = subprocess.run(done, env=environment(), capture_output=True, text=True)
    assert said.stdout == '[2, 4]\n', said.stderr
