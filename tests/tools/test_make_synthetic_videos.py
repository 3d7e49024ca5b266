"""tools/make_synthetic_videos.py as users call it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from carl_mm.datasets.synthetic.scripted_processes import PROCESSES

ROOT = Path(__file__).parents[2]
TOOL = ROOT / 'tools' / 'make_synthetic_videos.py'


@pytest.mark.slow
def test_the_tool_says_what_it_made(tmp_path):
    command = [sys.executable, str(TOOL), '--num-train', '1', '--num-test', '1']
    command += ['--size', '32', '--workers', '1']
    env = {**os.environ, 'PYTHONPATH': str(ROOT)}
    run = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    path = tmp_path / 'data' / 'synthetic' / 'annotations.json'
    entries = json.loads(path.read_text())['data_list']
    for entry in entries:
        summary = f'{entry["split"]:7} 1 videos, {entry["num_frames"]} frames'
        assert summary in run.stdout
        assert (path.parent / 'videos' / entry['filename']).is_file()
    assert 'pour: ' + ', '.join(PROCESSES[0].phase_names) in run.stdout
