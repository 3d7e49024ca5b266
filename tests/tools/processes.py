"""Start the tools as users do: in a process of their own, from another folder."""

import os
import runpy
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from mmengine.config import Config

from tests.engine.small import small_config
from tests.fresh_python import run_fresh

ROOT = Path(__file__).parents[2]
TOOLS = ROOT / 'tools'


def tool_fixture(name, *first):
    """A fixture: a function that runs a tool here, with these arguments first.

    It returns the exit status, and what was written on stdout and on stderr.
    """

    @pytest.fixture
    def tool(monkeypatch, capsys):
        def call(*args):
            with pytest.raises(SystemExit) as info:
                run_here(monkeypatch, name, *first, *args)
            said = capsys.readouterr()
            return info.value.code, said.out, said.err

        return call

    return tool


def environment(**extra):
    """This process's, for a script that is to start this very Python."""
    with socket.socket() as free:
        free.bind(('127.0.0.1', 0))
        port = free.getsockname()[1]
    return os.environ | {
        'PYTHON': sys.executable,
        'PYTHONPATH': str(ROOT),
        'OMP_NUM_THREADS': '1',
        'PORT': str(port),
        **extra,
    }


def finish(*command, cwd, env=None, stderr=subprocess.STDOUT):
    """Run to the end, whatever it is; a `subprocess.CompletedProcess`.

    One of our tools, in the usual environment, runs in a process that is forked from
    one that has imported PyTorch.
    """
    parts = [str(part) for part in command]
    if env is None and parts[0] == sys.executable and Path(parts[1]).parent == TOOLS:
        code = (
            f'import runpy, sys; sys.argv = {parts[1:]!r}\n'
            f'sys.path[:1] = [{str(TOOLS)!r}, {str(ROOT)!r}]\n'
            "runpy.run_path(sys.argv[0], run_name='__main__')"
        )
        merged = stderr == subprocess.STDOUT
        return run_fresh(code, cwd, environment(), merged)
    return subprocess.run(
        parts,
        cwd=cwd,
        env=env or environment(),
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
        timeout=600,
    )


def run(*command, cwd, env=None):
    """Run to the end; what it printed. An error shows all of it."""
    done = finish(*command, cwd=cwd, env=env)
    assert done.returncode == 0, done.stdout
    return done.stdout


def python_tool(name):
    return [sys.executable, str(ROOT / 'tools' / f'{name}.py')]


def shell_tool(name):
    return ['bash', str(ROOT / 'tools' / f'{name}.sh')]


def run_by_two(folder, code, config):
    """Run code that takes a config file, in two processes of one group."""
    (folder / 'two.py').write_text(code)
    torchrun = [sys.executable, '-m', 'torch.distributed.run', '--nproc_per_node=2']
    env = environment()
    port = f'--master_port={env["PORT"]}'
    return run(*torchrun, port, folder / 'two.py', config, cwd=folder, env=env)


def run_here(monkeypatch, name, *args):
    """Run a tool in this process: quick, and its exception is seen as it is."""
    tool = ROOT / 'tools' / f'{name}.py'
    monkeypatch.setattr(sys, 'argv', [str(tool), *(str(arg) for arg in args)])
    monkeypatch.setenv('LOCAL_RANK', '0')
    runpy.run_path(str(tool), run_name='__main__')


def write_config(folder, change=None, name='config.py', **kwargs):
    """Write `small_config` to a text file, after `change` had its way with it."""
    config = Config(small_config(folder, **kwargs))
    if change:
        change(config)
    config.dump(folder / name)
    return folder / name


def load(checkpoint):
    import carl_mm  # noqa: F401  (lets the log's buffers be read as plain weights)

    return torch.load(checkpoint, weights_only=True)


def weight_difference(checkpoint, other):
    ours, theirs = load(checkpoint)['state_dict'], load(other)['state_dict']
    assert ours.keys() == theirs.keys()
    return max(
        (ours[key].double() - theirs[key].double()).abs().max().item() for key in ours
    )
