"""tools/convert_labels.py as users call it."""

import json

import numpy as np
import pytest

from carl_mm.datasets.video_io.video_writer import write_mp4
from tests.datasets.converters.formats.annotations.samples import BORIS, ls_region
from tests.tools.processes import tool_fixture

tool = tool_fixture('convert_labels')


@pytest.fixture
def folder(tmp_path):
    write_mp4(tmp_path / 'v/a.mp4', [np.zeros((32, 48, 3), np.uint8)] * 50, 25)
    (tmp_path / 'p.boris').write_text(json.dumps(BORIS))
    return tmp_path


def test_there_and_back_and_what_is_left_out(tool, folder):
    status, said, warned = tool(
        folder / 'p.boris', folder / 'l.csv', '--videos', folder / 'v'
    )
    assert (status, said) == (0, f'written {folder}/l.csv: 1 videos, 2 segments\n')
    assert warned == (
        f'warning: {folder}/p.boris: left out: 1 comments, 1 media files of further '
        'players, 1 modifiers, 1 observations without a media file, 1 point events\n'
    )
    assert (folder / 'l.csv').read_text() == (
        'filename,first_frame,last_frame,phase,start_s,end_s,action,confidence\n'
        'a.mp4,10,24,reach,0.400,1.000,cook,\n'
        'a.mp4,25,34,reach,1.000,1.400,cook,0.9\n'
    )
    status, said, warned = tool(
        *(folder / 'l.csv', folder / 'out', '--to', 'webvtt', '--videos', folder / 'v')
    )
    assert (status, said) == (0, f'written {folder}/out/a.vtt: 1 videos, 2 segments\n')
    assert 'has no place: 1 actions, 1 confidences' in warned


def test_tiers(tool, folder):
    regions = [ls_region(1, 9, 'x'), ls_region(5, 12, 'y', from_name='other')]
    task = {'data': {'video': 'a.mp4'}, 'annotations': [{'result': regions}]}
    (folder / 't.json').write_text(json.dumps([task]))
    status, _, warned = tool(folder / 't.json', folder / 'o.csv')
    assert status == 1
    assert "tiers 'steps' and 'other' overlap in a.mp4; choose one by --tier" in warned
    assert tool(folder / 't.json', folder / 'o.csv', '--tier', 'other')[0] == 0
    assert ',y\n' in (folder / 'o.csv').read_text()


@pytest.mark.parametrize(
    ('args', 'said'),
    [
        (['absent', 'o.csv'], 'absent: No such file'),
        (['p.boris', 'o.json'], 'say by --to which form is meant: one of label_studio'),
        (['p.boris', 'o.csv', '--first-frame', '1'], 'leave out --first-frame'),
        (['p.boris', 'o.csv', '--videos', 'absent'], 'absent: no such file or folder'),
    ],
)
def test_errors_are_one_line(tool, folder, monkeypatch, args, said):
    monkeypatch.chdir(folder)
    status, _, warned = tool(*args)
    assert status == 1
    assert said in warned and warned.count('\n') == 1
