"""The comparison of ways to carry phases."""

import importlib
import pickle

import numpy as np
import pytest
import torch

from carl_mm.apis.phases.segments import PhaseSegment
from carl_mm.datasets.video_io.video_writer import write_mp4
from tests.conftest import moving_square
from tests.tools.processes import ROOT


@pytest.fixture
def carrying(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / 'benchmarks' / 'quality'))
    return importlib.import_module('carrying')


def test_a_video_is_judged_by_hand(carrying):
    segments = [PhaseSegment(0, 3, 'a', 0, 0.5), PhaseSegment(4, 9, 'b', 1, 1.0)]
    labels = np.array([0] * 6 + [1] * 3 + [-1])
    accuracy, error, sure = carrying.judge(segments, labels, 3)
    assert accuracy == pytest.approx(7 / 9)  # of the labelled frames
    assert error == pytest.approx(2 / 10)  # phase 2 does not come
    assert sure == pytest.approx(0.8)


def test_a_table_of_a_dump(carrying, tmp_path, capsys):
    rng = np.random.default_rng(0)
    centres, predictions = rng.normal(size=(2, 6)), []
    for index, lengths in enumerate([(8, 6), (5, 9), (7, 7), (6, 8)]):
        labels = np.repeat([0, 1], lengths)
        frames = centres[labels] + 0.1 * rng.normal(size=(14, 6))
        file = tmp_path / f'{index}.mp4'
        write_mp4(file, moving_square(14, 32), 10)
        predictions.append(
            {
                'filename': str(file),
                'action': 'pour',
                'split': 'train' if index < 2 else 'test',
                'gt_label': torch.from_numpy(labels),
                'pred_embedding': torch.from_numpy(frames),
                'controls': {'backbone': torch.from_numpy(frames)},
            }
        )
    dump = tmp_path / 'dump.pkl'
    dump.write_bytes(pickle.dumps(predictions))
    carrying.main([str(dump), '--labelled', '1', '2', '5'])
    _, _, *rows = capsys.readouterr().out.splitlines()
    assert len(rows) == 2 * 2 * 2  # embeddings, one and two clips, methods
    assert rows[0].startswith('| pour | CARL | 1 | alignment | ')
    assert all(float(row.split('|')[5]) > 0.8 for row in rows)
