"""tools/find_repetitions.py as users call it, on embeddings made before."""

import csv

import numpy as np
import pytest

from carl_mm.apis import VideoEmbedding
from carl_mm.datasets.converters.formats.folder_csv import read_labels
from carl_mm.datasets.video_io.video_writer import write_mp4
from tests.conftest import moving_square
from tests.functional.repetitions.made_loops import loop
from tests.tools.processes import tool_fixture

FPS = 20.0


tool = tool_fixture('find_repetitions', 'no_model.pth')


@pytest.fixture
def folder(tmp_path):
    """A video of three repetitions and one that stands still, embedded."""
    moving, _ = loop([30, 40, 30], [10, 10, 10, 10])
    for name, frames in (('a', moving), ('still', np.ones((20, 12)))):
        video = tmp_path / f'{name}.mp4'
        write_mp4(video, moving_square(len(frames), 32), FPS)
        times = np.arange(len(frames)) / FPS
        rows = frames.astype(np.float32)
        VideoEmbedding(str(video), rows, times, FPS).save(
            tmp_path / 'npz' / f'{name}.npz'
        )
    return tmp_path / 'npz'


def test_a_table_that_is_labels_clips_and_what_is_said(tool, folder, tmp_path):
    table, clips = tmp_path / 'repetitions.csv', tmp_path / 'single'
    status, said, error = tool(folder, '--out', table, '--clips', clips)
    assert (status, error) == (0, '')
    assert 'a.mp4: 3 repetitions, median length ' in said
    assert 'still.mp4: 0 repetitions: nothing is shown at least twice' in said
    with table.open(newline='') as file:
        rows = list(csv.DictReader(file))
    assert [row['phase'] for row in rows] == ['repetition'] * 3
    assert all(float(row['start_s']) < float(row['end_s']) for row in rows)
    labels = read_labels(table, ['a.mp4', 'still.mp4'], None, None)
    assert len(labels.rows) == 3
    assert sorted(path.name for path in clips.iterdir()) == [
        f'a_rep0{n}.mp4' for n in (1, 2, 3)
    ]


def test_errors_are_one_line_before_anything_is_written(tool, folder, tmp_path):
    a, table = folder / 'a.npz', tmp_path / 'out.csv'
    for args, words in (
        ([a, '--out', a], 'is an input and would be overwritten'),
        ([a, '--out', table, '--frame-features'], 'a.mp4: has no frame features'),
        ([a, a, '--out', table, '--clips', tmp_path / 'c'], 'clips of both would be'),
    ):
        status, _, error = tool(*args)
        assert status == 1
        assert words in error
        assert len(error.splitlines()) == 1
        assert not table.exists()
