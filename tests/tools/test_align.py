"""tools/align.py as users call it, on embeddings made before."""

import csv
import os
from pathlib import Path

import av
import numpy as np
import pytest

from carl_mm import visualization
from carl_mm.apis import VideoEmbedding, align
from carl_mm.datasets.video_io.open_video import open_video
from carl_mm.datasets.video_io.sound import has_sound
from carl_mm.datasets.video_io.video_writer import write_mp4
from tests.conftest import moving_square
from tests.datasets.video_io.test_sound import beeps, write_sound
from tests.tools.processes import tool_fixture

STEPS = np.linspace(0, np.pi, 12)
ARC = np.stack([np.cos(STEPS), np.sin(STEPS)], axis=1).astype(np.float32)
SLOW = np.repeat(np.arange(12), [1, 3, 1, 2, 4, 1, 1, 2, 1, 3, 1, 1])


tool = tool_fixture('align', 'no_model.pth')


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


def test_how_the_video_is_written(tool, tmp_path):
    a, b = (save(tmp_path, name, ARC)[0] for name in 'ab')
    labels = tmp_path / 'labels.csv'
    labels.write_text(
        'filename,first_frame,last_frame,phase\na.mp4,0,4,lift\nb.mp4,2,11,drop\n'
    )
    options = ['--view', 'ghost', '--height', 120, '--crop', 'subject', '--speed', 0.25]
    out = tmp_path / 'out'
    status, said, _ = tool(
        a, b, '--out', out, '--video', *map(str, options), '--labels', labels
    )
    assert (status, 'has no phases' in said) == (0, False)
    video = open_video(out / 'b.mp4')
    assert (video.num_frames, video.fps) == (12, 2.5)
    # Two names, the frames, two bars, two times and two phases.
    assert video.read([0]).shape[1:3] == (120 + 22 * 6 + 11 * 2, 220)


def test_what_is_left_out_is_said(tool, tmp_path):
    a, _ = save(tmp_path, 'a', ARC)
    b, _ = save(tmp_path, 'b', ARC)
    write_sound(tmp_path / 'a.mp4', beeps(1.2, [0.3]), codec='aac')
    labels = tmp_path / 'labels.csv'
    labels.write_text('filename,first_frame,last_frame,phase,by\na.mp4,1,5,lift,x\n')
    out = tmp_path / 'out'
    options = ('--out', out, '--video')
    how = ('--speed', '0.5', '--labels', labels, '--first-frame', '1')
    status, said, _ = tool(a, b, *options, *how)
    assert status == 0
    assert f"{labels}: not read: 'by'" in said
    assert f'the sound of {tmp_path / "a.mp4"} is left out at speed 0.5' in said
    assert f'has no phases of {tmp_path / "b.mp4"}' in said
    assert not has_sound(out / 'b.mp4')
    for mute in ((), ('--mute',)):
        status, said, _ = tool(a, b, *options, *mute)
        assert (status, 'left out' in said) == (0, False)
        assert has_sound(out / 'b.mp4') is (not mute)


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (('--view', 'ghost'), '--view: says how --video is written'),
        (('--video', '--speed', '0'), '--speed must be positive, got 0.0'),
        (('--video', '--speed', 'nan'), '--speed must be positive, got nan'),
        (('--video', '--height', '1'), '--height must be at least 2, got 1'),
        (('--video', '--labels', 'none.csv'), 'none.csv: no such file'),
        (('--video', '--first-frame', '1'), '--first-frame: says how --labels counts'),
    ],
)
def test_options_that_cannot_be_are_refused_at_once(tool, tmp_path, options, message):
    a, b = (save(tmp_path, name, ARC)[0] for name in 'ab')
    status, _, errors = tool(a, b, '--out', tmp_path / 'out', *options)
    assert (status, errors.count('\n')) == (1, 1)
    assert message in errors
    assert not (tmp_path / 'out').exists()


def test_a_video_that_has_changed_since_it_was_embedded_is_named(tool, tmp_path):
    a, b = (save(tmp_path, name, ARC)[0] for name in 'ab')
    write_mp4(tmp_path / 'b.mp4', moving_square(9, 32), 10)
    status, _, errors = tool(a, b, '--out', tmp_path / 'out', '--video')
    assert status == 1
    assert 'b.mp4: has 9 frames, its embedding 12; embed it again' in errors


def test_relative_paths_in_arrays_are_seen_from_them(tool, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    a, b = (save(Path(), name, ARC)[0] for name in 'ab')
    status, _, _ = tool(a, b, '--out', 'new/out', '--format', 'npz')
    assert status == 0
    with np.load('new/out/b.npz') as arrays:
        names = [str(arrays[key]) for key in ('reference', 'other')]
    assert names == ['../../a.mp4', '../../b.mp4']


def test_the_reference_is_known_however_its_path_is_written(tool, tmp_path):
    a, video = save(tmp_path, 'a', ARC)
    save(tmp_path, 'b', ARC)
    relative = os.path.relpath(video.filename)
    VideoEmbedding(relative, ARC, video.timestamps, 10.0).save(a)
    again = tmp_path / 'npz' / 'same.npz'
    VideoEmbedding(video.filename, ARC, video.timestamps, 10.0).save(again)
    status, said, _ = tool(a, tmp_path / 'npz', '--out', tmp_path / 'out')
    assert (status, said.count('score')) == (0, 1)


def walk(seed, length):
    steps = np.random.default_rng(seed).normal(size=(length, 16))
    return np.cumsum(steps, axis=0).astype(np.float32)


def test_frames_without_counterpart_are_empty_and_faint(tool, tmp_path):
    whole = walk(0, 60)
    reference, a = save(tmp_path, 'a', whole)
    other, b = save(tmp_path, 'b', whole[20:50])
    out = tmp_path / 'out'
    options = ['--out', out, '--video', '--picture']
    status, said, _ = tool(reference, other, *options)
    assert status == 0
    found = align(a, b)
    assert found.ends == 'open'
    alone = np.count_nonzero(~found.matched_a), np.count_nonzero(~found.matched_b)
    assert f'without counterpart: {alone[0]} and {alone[1]} frames' in said
    rows = list(csv.DictReader((out / 'b.csv').open()))
    empty = [row['frame'] == row['time_s'] == '' for row in rows]
    assert empty == (~found.matched_a).tolist()
    confidence = [float(row['confidence']) for row in rows]
    np.testing.assert_allclose(confidence, found.confidence_a, atol=6e-4)
    assert tool(reference, other, '--out', out, '--ends', 'closed')[0] == 0
    assert all(row['frame'] for row in csv.DictReader((out / 'b.csv').open()))


def test_videos_are_sorted_by_how_well_they_align(tool, tmp_path):
    reference, _ = save(tmp_path, 'a', walk(0, 40))
    save(tmp_path, 'like', walk(0, 40)[3:])
    for seed in range(1, 6):
        save(tmp_path, f'unlike{seed}', walk(seed, 40))
    out = tmp_path / 'out'
    status, said, _ = tool(reference, tmp_path / 'npz', '--out', out, '--rank')
    assert status == 0
    rows = list(csv.DictReader((out / 'ranking.csv').open()))
    assert [Path(row['filename']).stem for row in rows][0] == 'like'
    assert [row['is_like'] for row in rows] == ['yes', *['no'] * 5]
    scores = [float(row['score']) for row in rows]
    assert scores == sorted(scores, reverse=True)
    assert said.count('unlike  ') == 5


def test_videos_in_which_nothing_changes_are_not_alignable(tool, tmp_path):
    reference, _ = save(tmp_path, 'a', np.ones((9, 3), np.float32))
    other, _ = save(tmp_path, 'b', np.ones((7, 3), np.float32))
    status, said, _ = tool(reference, other, '--out', tmp_path / 'out', '--video')
    assert status == 0
    assert 'not alignable' in said


def test_every_kth_frame_keeps_its_number(tool, tmp_path):
    a, b = (
        save(tmp_path, name, np.repeat(each, 5, axis=0))
        for name, each in (('a', ARC), ('b', ARC[SLOW]))
    )
    out = tmp_path / 'out'
    options = ('--stride', 4, '--video', '--picture', '--rank')
    status, said, _ = tool(a[0], b[0], '--out', out, *options)
    assert status == 0
    assert 'one frame in 4 aligned' in said
    assert '--stride K chooses' not in said  # it was asked for
    rows = list(csv.DictReader((out / 'b.csv').open()))
    assert [int(row['reference_frame']) for row in rows] == list(range(60))
    found = align(a[1], b[1], stride=4)
    shown = [int(row['frame']) if row['frame'] else -1 for row in rows]
    expected = np.where(found.matched_a, found.frame_inds_b, -1)
    assert shown == expected.tolist()
    with av.open(str(out / 'b.mp4')) as container:
        assert sum(1 for _ in container.decode(video=0)) == 60


def test_what_is_too_long_is_said_to_be_strided(tool, tmp_path, monkeypatch):
    monkeypatch.setattr('carl_mm.apis.alignment.align.MAX_PAIRS', {'posterior': 80})
    a, b = (save(tmp_path, name, each) for name, each in (('a', ARC), ('b', ARC[SLOW])))
    status, said, _ = tool(a[0], b[0], '--out', tmp_path, '--format', 'npz')
    assert status == 0
    assert 'b.mp4: 12 and 21 frames are too many pairs for posterior; one fr' in said
    with np.load(tmp_path / 'b.npz') as arrays:
        assert int(arrays['stride']) == 2
        assert arrays['frame_inds_b'].shape == (12,)


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (('--stride', '0'), '--stride must be at least 1, got 0'),
        (('--stride', '2', '--method', 'nearest'), '--stride: nearest takes each'),
    ],
)
def test_a_stride_that_cannot_be_is_refused(tool, tmp_path, options, message):
    status, _, said = tool('a.npz', 'b.npz', '--out', tmp_path, *options)
    assert status == 1
    assert said.startswith(f'error: {message}')
