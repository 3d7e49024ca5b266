"""The demo as a user runs it, for three seeds of the generated videos."""

import json
import subprocess
import sys
from pathlib import Path

import cv2
import pytest

from carl_mm.datasets import open_video

ROOT = Path(__file__).parents[2]
PICTURES = ('similarity', 'retrieval', 'embeddings', 'loss')
SEEDS = [
    pytest.param(0, marks=pytest.mark.slow),
    pytest.param(1, marks=pytest.mark.rare),
    pytest.param(2, marks=pytest.mark.rare),
]


@pytest.mark.timeout(1800)
@pytest.mark.parametrize('seed', SEEDS)
def test_carl_beats_its_controls(tmp_path, seed):
    command = [sys.executable, 'tools/demo.py', '--seed', str(seed)]
    command += ['--out', str(tmp_path / 'out'), '--data-root', str(tmp_path / 'data')]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    figures = json.loads((tmp_path / 'out' / 'results.json').read_text())

    def row(key):
        names = ('', '_position', '_untrained', '_backbone', '_centred')
        return [figures[key + name] for name in names]

    carl, position, untrained, backbone, _ = row('phase_classification/acc')
    assert position < 0.55
    assert 0.6 <= backbone <= 0.92
    assert carl >= max(position, untrained) + 0.15
    assert carl >= max(backbone, 0.8)
    error, *controls = row('alignment/error')
    assert error <= min(0.045, 0.6 * min(controls))

    assert 'position only' in done.stdout
    for name in PICTURES:
        picture = cv2.imread(str(tmp_path / 'out' / f'{name}.png'))
        assert min(picture.shape[:2]) >= 300
        assert picture.std() > 10
    aligned = open_video(tmp_path / 'out' / 'aligned.mp4')
    assert aligned.num_frames > 50
