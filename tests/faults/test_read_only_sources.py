"""The sources cannot be written, as where an administrator installed them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from carl_mm.apis import VideoEmbedding
from tests.tools.processes import ROOT, environment, run

# Root may write where it is forbidden: not where the file system says so.
MOUNTED = """
mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"
"""


def read_only(folder):
    """Return a command's start, in which a folder cannot be written; or skip."""
    if os.geteuid():
        for path in (folder, *filter(Path.is_dir, folder.rglob('*'))):
            path.chmod(0o555)
        return []
    start = ['unshare', '-m', 'sh', '-c', MOUNTED, folder]
    if shutil.which('unshare') is None or subprocess.run([*start, 'true']).returncode:
        pytest.skip('root may not mount a folder read-only here')
    return start


@pytest.mark.slow
def test_tools_run_from_a_folder_that_cannot_be_written(tmp_path):
    """Neither can the home folder, so that numba keeps its machine code nowhere."""
    sources, out = tmp_path / 'sources', tmp_path / 'out'
    for name in ('carl_mm', 'tools', 'configs'):
        leave = shutil.ignore_patterns('__pycache__')
        shutil.copytree(ROOT / name, sources / name, ignore=leave)
    out.mkdir()
    rng = np.random.default_rng(0)
    for name in 'ab':
        frames = rng.normal(size=(40, 8)).astype(np.float32)
        frames /= np.linalg.norm(frames, axis=1, keepdims=True)
        times = np.arange(40) / 25
        VideoEmbedding(f'{name}.mp4', frames, times, 25.0).save(
            tmp_path / f'{name}.npz'
        )
    before = sorted(sources.rglob('*'))
    start = read_only(sources)
    # Nobody can make a folder in /proc.
    env = environment(PYTHONPATH=str(sources), HOME='/proc/none')
    env.pop('NUMBA_CACHE_DIR', None)
    files = ['none.pth', tmp_path / 'a.npz', tmp_path / 'b.npz']
    try:
        tool = [sys.executable, sources / 'tools' / 'align.py']
        said = run(*start, *tool, *files, '--out', out, cwd=out, env=env)
        assert 'score' in said
        assert list(out.glob('*.csv'))
        assert sorted(sources.rglob('*')) == before
    finally:
        for path in (sources, *filter(Path.is_dir, before)):
            path.chmod(0o755)
