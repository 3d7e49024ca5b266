"""The benchmark of repetitions: its loops and its counts."""

import importlib

import numpy as np
import pytest

from carl_mm.datasets.synthetic.scripted_processes import PROCESSES
from tests.functional.repetitions.made_loops import cycle
from tests.tools.processes import ROOT


@pytest.fixture
def load(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / 'benchmarks' / 'quality'))
    return importlib.import_module


def test_a_loop_repeats_its_process_and_is_drawn_alike(load):
    draw = load('loops').draw_loop
    for seed in range(8):
        loop = draw(PROCESSES[seed], seed)
        assert 3 <= len(loop.spans) <= 10
        flat = np.array(loop.spans).ravel()
        assert (np.diff(flat) > 0).all()
        assert flat[-1] < len(loop.poses)
        np.testing.assert_array_equal(draw(PROCESSES[seed], seed).poses, loop.poses)
    assert next(loop.frames(32)).shape == (32, 32, 3)


def test_clips_are_played_again_and_joined(load, capsys):
    module = load('repetitions')
    made = load('carl_mm.apis').VideoEmbedding
    rows = cycle(50).astype(np.float32)
    clip = made('a.mp4', rows, np.arange(50.0), 1.0)
    module.count_clips([clip, clip, clip], 'circle')
    assert capsys.readouterr().out == '| circle | 3 | 5, 5, 5 of 5 | 3 |\n'
