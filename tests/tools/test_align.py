"""tools/align.py as users call it, on embeddings made before."""

import csv
import os

import av
import numpy as np
import pytest

from carl_mm import visualization
from carl_mm.apis import VideoEmbedding, align
from carl_mm.datasets.video_io.video_writer import write_mp4
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


@pytest.mark.parametrize('method', ['nearest', 'posterior'])
def test_arrays_a_picture_and_a_video(tool, tmp_path, method):
    a, b = (save(tmp_path, name, each) for name, each in (('a', ARC), ('b', ARC[SLOW])))
    out = tmp_path / 'out'
    options = ('--format', 'npz', '--video', '--picture', '--method', method)
    status, _, _ = tool(a[0], b[0], '--out', out, *options)
    assert status == 0
    names = sorted(path.name for path in out.iterdir())
    assert names == ['b.mp4', 'b.npz', 'b.png']
    found = align(a[1], b[1], method)
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


def test_pictures_keep_to_the_time_stamps(tool, tmp_path, monkeypatch):
    given = {}

    def keep(name):
        function = getattr(visualization, name)

        def call(*args, **kwargs):
            given[name] = kwargs, function(*args, **kwargs)
            return given[name][1]

        monkeypatch.setattr(visualization, name, call)

    keep('similarity_figure')
    keep('write_aligned_video')
    paths = []
    for name, steps in (('a', [0.03, 0.2]), ('b', [0.25, 0.04])):
        path, video = save(tmp_path, name, ARC)
        times = 2.5 + np.cumsum(np.resize(steps, len(ARC)))
        VideoEmbedding(video.filename, ARC, times, 10.0).save(path)
        paths.append((path, times))
    (a, times_a), (b, times_b) = paths
    out = tmp_path / 'out'
    status, _, _ = tool(a, b, '--out', out, '--video', '--picture')
    assert status == 0
    named, _ = given['write_aligned_video']
    assert named['timestamps_a'].tolist() == times_a.tolist()
    assert named['timestamps_b'].tolist() == times_b.tolist()
    axes = given['similarity_figure'][1].axes[0]
    assert axes.get_xlim()[0] == pytest.approx(times_b[0], abs=0.3)
    assert axes.get_ylim()[0] == pytest.approx(times_a[0], abs=0.3)
    assert axes.get_xlabel() == 'b.mp4, time (s)'


@pytest.mark.parametrize(
    ('options', 'lost'),
    [
        (('--video', '--out', '{}'), 'b.mp4'),
        (('--format', 'npz', '--out', '{}/npz'), 'npz/b.npz'),
        (('--format', 'npz', '--out', '{}/link'), 'npz/b.npz'),
    ],
)
def test_what_was_given_is_not_overwritten(tool, tmp_path, options, lost):
    a, b = (
        save(tmp_path, name, frames)[0] for name, frames in (('a', ARC), ('b', ARC))
    )
    (tmp_path / 'link').symlink_to(tmp_path / 'npz')
    before = (tmp_path / lost).read_bytes()
    for others in (b, tmp_path / 'npz'):
        status, _, errors = tool(a, others, *(o.format(tmp_path) for o in options))
        assert (status, errors.count('\n')) == (1, 1)
        assert 'would be overwritten' in errors
    assert (tmp_path / lost).read_bytes() == before


def test_the_reference_is_known_however_its_path_is_written(tool, tmp_path):
    a, video = save(tmp_path, 'a', ARC)
    save(tmp_path, 'b', ARC)
    relative = os.path.relpath(video.filename)
    VideoEmbedding(relative, ARC, video.timestamps, 10.0).save(a)
    again = tmp_path / 'npz' / 'same.npz'
    VideoEmbedding(video.filename, ARC, video.timestamps, 10.0).save(again)
    status, said, _ = tool(a, tmp_path / 'npz', '--out', tmp_path / 'out')
    assert (status, said.count('score')) == (0, 1)
