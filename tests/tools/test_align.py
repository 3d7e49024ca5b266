"""tools/align.py as users call it, on embeddings made before."""

import csv

import av
import numpy as np
import pytest

from carl_mm.apis import VideoEmbedding, align
from carl_mm.datasets.video_writer import write_mp4
from tests.conftest import moving_square
from tests.tools.processes import run_here

STEPS = np.linspace(0, np.pi, 12)
ARC = np.stack([np.cos(STEPS), np.sin(STEPS)], axis=1).astype(np.float32)
SLOW = np.repeat(np.arange(12), [1, 3, 1, 2, 4, 1, 1, 2, 1, 3, 1, 1])


@pytest.fixture
def tool(monkeypatch, capsys):
    def call(*args):
        with pytest.raises(SystemExit) as info:
            run_here(monkeypatch, 'align', 'no_model.pth', *args)
        said = capsys.readouterr()
        return info.value.code, said.out, said.err

    return call


def save(folder, name, frames, fps=10.0):
    video = folder / f'{name}.mp4'
    write_mp4(video, moving_square(len(frames), 32), fps)
    times = np.arange(len(frames)) / fps
    embedding = VideoEmbedding(str(video), frames, times, fps)
    path = folder / 'npz' / f'{name}.npz'
    embedding.save(path)
    return path, embedding


def test_tables_of_all_videos_of_a_folder_but_the_reference(tool, tmp_path):
    reference, a = save(tmp_path, 'a', ARC)
    _, b = save(tmp_path, 'b', ARC[SLOW], 20.0)
    save(tmp_path, 'c', ARC[::2].copy())
    out = tmp_path / 'out'
    status, said, _ = tool(reference, tmp_path / 'npz', '--out', out)
    assert status == 0
    assert sorted(path.name for path in out.iterdir()) == ['b.csv', 'c.csv']
    assert said.count('score') == 2
    rows = list(csv.DictReader((out / 'b.csv').open()))
    found = align(a, b)
    assert [int(row['reference_frame']) for row in rows] == list(range(12))
    assert [int(row['frame']) for row in rows] == found.frame_inds_b.tolist()
    times = [
        [float(row[key]) for row in rows] for key in ('reference_time_s', 'time_s')
    ]
    np.testing.assert_allclose(times, [a.timestamps, found.warped_timestamps])


def test_arrays_a_picture_and_a_video(tool, tmp_path):
    a, b = (save(tmp_path, name, each) for name, each in (('a', ARC), ('b', ARC[SLOW])))
    out = tmp_path / 'out'
    options = ('--format', 'npz', '--video', '--picture', '--method', 'nearest')
    status, _, _ = tool(a[0], b[0], '--out', out, *options)
    assert status == 0
    names = sorted(path.name for path in out.iterdir())
    assert names == ['b.mp4', 'b.npz', 'b.png']
    found = align(a[1], b[1], 'nearest')
    with np.load(out / 'b.npz', allow_pickle=False) as arrays:
        assert arrays['path'].tolist() == found.path.tolist()
        assert arrays['warped_timestamps'].tolist() == found.warped_timestamps.tolist()
        assert float(arrays['score']) == found.score
        assert str(arrays['reference']) == a[1].filename
    with av.open(str(out / 'b.mp4')) as container:
        assert sum(1 for _ in container.decode(video=0)) == 12


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        (('{}/npz', '{}/npz/b.npz'), 'npz: a folder; the reference is one video'),
        (('{}/npz/a.npz', '{}/npz/a.npz'), 'no video other than the reference'),
        (('{}/npz/a.npz', '{}/absent.npz'), 'absent.npz: no such'),
        (('{}/npz/a.npz', '{}/npz/b.npz', '{}/npz/b.npz'), 'both be written to'),
        (('{}/npz/a.npz', '{}/npz/wide.npz'), 'different sizes: 2 and 5'),
    ],
)
def test_what_is_wrong_is_said_in_a_line(tool, tmp_path, arguments, message):
    for name, frames in (('a', ARC), ('b', ARC), ('wide', np.ones((3, 5), np.float32))):
        save(tmp_path, name, frames)
    out = tmp_path / 'out'
    paths = [argument.format(tmp_path) for argument in arguments]
    status, _, errors = tool(*paths, '--out', out)
    assert status == 1
    assert message in errors
    assert 'Traceback' not in errors and errors.count('\n') == 1
    assert not out.exists()
