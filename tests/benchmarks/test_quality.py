"""The comparisons of benchmarks/: their tables, and one run."""

import importlib
import subprocess
import sys

import numpy as np
import pytest
import torch

from tests.tools.processes import ROOT


@pytest.fixture
def benchmark(monkeypatch):
    """Import a module of benchmarks/ by name."""
    monkeypatch.syspath_prepend(str(ROOT / 'benchmarks' / 'quality'))
    return importlib.import_module


def test_table(benchmark):
    table = benchmark('comparison_table').comparison_table(
        {
            'one': [{'a': 0.1, 'a_position': 0.5}, {'a': 0.2}],
            'two': [{'a': 1 / 3}],
        },
        {'a': 'figure', 'b': 'of no run'},
        controls=['position'],
    )
    assert table.splitlines() == [
        '| | seeds | figure |',
        '|---|---|---|',
        '| one | 2 | 0.150 (0.100 to 0.200) |',
        '| two | 1 | 0.333 |',
        '| position only | - | 0.500 |',
    ]


def test_table_of_any_run_that_has_them(benchmark):
    """Runs done before may have been done in another order."""
    tabulate = benchmark('comparison_table').comparison_table
    rows = {'one': [{'a': 0.1}], 'two': [{'a': 0.2, 'a_position': 0.5}]}
    table = tabulate(rows, {'a': 'figure'}, controls=['position', 'backbone'])
    assert table.splitlines()[-1] == '| position only | - | 0.500 |'
    rows['two'][0]['a_centred'] = 0.3
    table = tabulate(rows, {'a': 'figure'})
    assert table.splitlines()[-1] == '| centred backbone | - | 0.300 |'


def test_a_missing_control_is_not_the_model(benchmark):
    prediction = {'pred_embedding': torch.eye(2), 'controls': {}}
    embedding = benchmark('golf_videos').named_embedding
    assert (embedding(prediction, '') == np.eye(2)).all()
    with pytest.raises(KeyError, match='position'):
        embedding(prediction, 'position')


@pytest.mark.rare
def test_methods_are_compared(make_videos, tmp_path):
    folder = make_videos(lengths=(30, 24, 36, 20, 28, 22), test_share=0.5)
    command = [
        sys.executable,
        'benchmarks/quality/methods.py',
        '--synthetic',
        str(folder),
    ]
    command += ['--seeds', '0', '--methods', 'carl', 'tcc']
    command += ['--work-dir', str(tmp_path / 'work')]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr[-3000:]
    said = done.stdout
    rows = [line.split('|')[1].strip() for line in said.splitlines() if '|' in line]
    assert rows[-6:] == [
        'CARL',
        'TCC',
        'position only',
        'untrained',
        'backbone only',
        'centred backbone',
    ]


@pytest.mark.parametrize('change', ['none', 'around', 'between', 'both', 'part'])
def test_changed_videos_tell_what_is_of_other_content(benchmark, change):
    rng = np.random.default_rng(0)
    video = (
        np.full((30, 8, 6, 3), 50, np.uint8)
        + np.arange(30, dtype=np.uint8)[:, None, None, None]
    )
    others = [
        np.full((9, 4, 4, 3), 200, np.uint8),
        np.full((40, 8, 6, 3), 201, np.uint8),
    ]
    frames, places = benchmark('open_ends').changed(video, others, change, rng)
    own = places >= 0
    assert (frames[own] == video[places[own]]).all()
    assert (frames[~own] >= 200).all()
    runs = np.count_nonzero(np.diff(own.astype(int)) == 1) + own[0]
    expected = {'none': 1, 'around': 1, 'between': 2, 'both': 2, 'part': 1}[change]
    assert runs == expected
    assert own[0] == own[-1] == (change not in ('around', 'both'))
    assert (len(places) < 30) == (change == 'part')
