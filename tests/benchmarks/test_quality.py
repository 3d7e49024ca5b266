"""The searches and comparisons of benchmarks/: their tables, splits and one run."""

import argparse
import importlib
import json
import subprocess
import sys

import pytest
import torch

from tests.configs.helpers import crop_of
from tests.tools.processes import ROOT

ENTRIES = [
    {'filename': f'{i}.mp4', 'split': 'train' if i < 10 else 'test', 'action': 'a'}
    | ({'phases': [[0, 1, 0]]} if i != 3 else {})
    for i in range(14)
]


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
    prediction = {'gt_label': torch.tensor([0, 1]), 'action': 'golf_swing'}
    prediction |= {'pred_embedding': torch.eye(2), 'controls': {}}
    swings = [{**prediction, 'filename': f'{name}_1.mp4'} for name in ('ann', 'bob')]
    judge = benchmark('golf_videos').leave_one_golfer_out
    assert judge(swings, '') == 1
    with pytest.raises(KeyError, match='position'):
        judge(swings, 'position')


@pytest.mark.parametrize('stage', ['choose', 'judge'])
def test_no_judged_video_is_trained_on(benchmark, stage, tmp_path):
    (tmp_path / 'annotations.json').write_text(
        json.dumps({'metainfo': {'phases': {'a': ['x']}}, 'data_list': ENTRIES})
    )
    args = argparse.Namespace(
        stage=stage, synthetic=tmp_path, work_dir=tmp_path / 'work'
    )
    files = benchmark('recipe').annotation_files(args, 'synthetic')
    train, judged = (json.loads(file.read_text())['data_list'] for file in files)
    names = [{e['filename'] for e in part} for part in (train, judged)]
    if stage == 'choose':
        assert names == [{f'{i}.mp4' for i in range(8)}, {'8.mp4', '9.mp4'}]
        assert {e['split'] for e in judged} == {'val'}
    else:
        assert names[0] == {f'{i}.mp4' for i in range(10)}
        # Labelled train videos are there for the probes, test videos to be judged.
        assert names[1] == {f'{i}.mp4' for i in range(14) if i != 3}
        assert {e['filename'] for e in judged if e['split'] == 'test'} == {
            f'{i}.mp4' for i in range(10, 14)
        }


@pytest.mark.parametrize('recipe', ['paper', 'half', 'rotary', 'speeds_frame'])
def test_recipes_do_not_depend_on_the_default(benchmark, recipe, tmp_path):
    """A recipe without a part of the default takes that part away."""
    read_config = benchmark('cached_runs').read_config
    changes = benchmark('recipes').RECIPES[recipe]
    for config in benchmark('recipe').CONFIGS.values():
        cfg = read_config(config, tmp_path, tmp_path / 'run', 0, changes)
        crop = crop_of(cfg)
        assert crop.window == ('paper' if recipe == 'paper' else 'share')
        assert (crop.get('speeds') is not None) == (recipe == 'speeds_frame')
        frame_channels = 32 if recipe == 'speeds_frame' else 0
        assert cfg.model.neck.get('frame_channels') == frame_channels


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
        'untrained only',
        'backbone only',
        'centred backbone',
    ]
