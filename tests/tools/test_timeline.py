"""tools/timeline.py as users call it, on embeddings made before."""

import csv

import av
import numpy as np
import pytest

from carl_mm.apis import VideoEmbedding, align_all
from carl_mm.datasets.video_io.video_writer import write_mp4
from tests.conftest import moving_square
from tests.functional.timeline.warped_copies import copies
from tests.tools.processes import tool_fixture

FPS = 10.0


tool = tool_fixture('timeline', 'no_model.pth')


@pytest.fixture
def folder(tmp_path):
    """Five embedded videos, the last of which does not fit, and their embeddings."""
    frames, _ = copies(4)
    frames.append(np.random.default_rng(0).normal(size=(50, frames[0].shape[1])))
    videos = []
    for index, each in enumerate(frames):
        video = tmp_path / f'{index}.mp4'
        write_mp4(video, moving_square(len(each), 32), FPS)
        times = np.arange(len(each)) / FPS
        videos.append(VideoEmbedding(str(video), each.astype(np.float32), times, FPS))
        videos[-1].save(tmp_path / 'npz' / f'{index}.npz')
    return tmp_path / 'npz', videos


def read(path):
    with path.open(newline='') as file:
        return list(csv.DictReader(file))


def test_times_warps_grid_and_events(tool, folder, tmp_path):
    npz, videos = folder
    labels = tmp_path / 'labels.csv'
    labels.write_text(
        'filename,first_frame,last_frame,phase\n'
        '0.mp4,0,19,up\n0.mp4,20,39,down\n1.mp4,25,30,down\n'
    )
    out = tmp_path / 'out'
    status, said, _ = tool(npz, '--out', out, '--labels', labels, '--video')
    assert status == 0
    assert 'does not fit: 4.mp4' in said
    names = ['events.csv', 'grid.mp4', 'times.csv', 'warps.png']
    assert sorted(path.name for path in out.iterdir()) == names
    found = align_all(videos)
    rows = read(out / 'times.csv')
    assert list(rows[0])[:4] == [
        'clock_s',
        'pace_spread_log2',
        'uncertainty_s',
        '0.mp4',
    ]
    assert [float(row['clock_s']) for row in rows] == pytest.approx(
        found.clock.tolist(), abs=1e-6
    )
    times = [[float(row[f'{i}.mp4'] or 'nan') for row in rows] for i in range(5)]
    np.testing.assert_allclose(times, found.times, atol=1e-6)
    (event,) = read(out / 'events.csv')
    marked = found.clock_times[0][20], found.clock_times[1][25]
    assert event['event'] == 'down'
    assert event['marked_in'] == '2'
    assert float(event['clock_s']) == pytest.approx(np.mean(marked), abs=1e-6)
    middle = float(np.interp(np.mean(marked), found.clock, found.times[2]))
    assert float(event['2.mp4']) == pytest.approx(middle, abs=1e-6)
    with av.open(str(out / 'grid.mp4')) as container:
        assert sum(1 for _ in container.decode(video=0)) == len(rows)


def test_of_too_many_videos_those_that_fit_best_play(
    tool, folder, tmp_path, monkeypatch
):
    monkeypatch.setattr('carl_mm.visualization.grid_video.MAX_TILES', 3)
    _, said, _ = tool(folder[0], '--out', tmp_path / 'out', '--video')
    assert 'grid.mp4 shows the 3 videos that fit best' in said


@pytest.mark.parametrize(
    ('args', 'said'),
    [
        (['npz/0.npz'], 'a timeline takes at least 2 videos, got 1'),
        (['npz', '--labels', 'none.csv'], 'none.csv: no such file'),
        (['npz', '--exclusive-end'], '--exclusive-end: says how --labels counts'),
    ],
)
def test_errors_are_one_line(tool, folder, tmp_path, args, said):
    paths = [tmp_path / a if a[0] != '-' else a for a in args]
    status, _, error = tool(*paths, '--out', tmp_path / 'out')
    assert status == 1
    assert said in error
    assert len(error.splitlines()) == 1
    assert not (tmp_path / 'out').exists()


def test_labels_name_videos_as_in_every_tool(tool, folder, tmp_path):
    """By the end of the path, with labels of others beside them, or by times."""
    labels, written = tmp_path / 'labels.csv', []
    for text in (
        'filename,first_frame,last_frame,phase\n0.mp4,20,39,down\n',
        f'Filename;Start s;End s;Phase\n{tmp_path.name}\\0.mp4;2;4;down\n9.mp4;1;2;x\n',
    ):
        labels.write_text(text)
        status, *_ = tool(folder[0], '--out', tmp_path / 'out', '--labels', labels)
        assert status == 0
        written.append(read(tmp_path / 'out' / 'events.csv'))
    assert written[0] == written[1]
    labels.write_text('filename,first_frame,last_frame,phase\n9.mp4,20,39,down\n')
    status, _, said = tool(folder[0], '--out', tmp_path / 'out', '--labels', labels)
    assert status == 1
    assert f'has no phases of these videos, such as {tmp_path}/0.mp4' in said
