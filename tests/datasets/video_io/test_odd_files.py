"""Each kind of file that people have, against a plain decode from start to end."""

import numpy as np
import pytest

from carl_mm.datasets.video_io.open_video import open_video
from tests.datasets.video_io.odd_files import (
    HEIGHT,
    KINDS,
    WIDTH,
    number,
    plain_decode,
    variable_times,
)

CUT = [name for name in KINDS if name.startswith('cut')]
STEP_S = 0.04


@pytest.fixture(scope='module')
def made(tmp_path_factory):
    """Make each file once: name -> path."""
    paths = {}

    def make(name):
        if name not in paths:
            folder = tmp_path_factory.mktemp('odd')
            paths[name] = KINDS[name][0](folder / name)
        return paths[name]

    return make


@pytest.mark.parametrize('name', KINDS)
def test_frames_and_random_reads_are_those_of_a_plain_decode(made, name):
    path = made(name)
    _, count, first = KINDS[name]
    numbers, times = plain_decode(path, place=-1 if name[:3] in ('two', 'cov') else 0)
    video = open_video(path)
    frames = list(video.stream(range(video.num_frames)))
    if name != 'old_x264.mkv':  # whose pictures the wrong message spoils
        assert [number(frame) for frame in frames] == numbers
    assert video.num_frames == len(numbers) == (count or len(numbers))
    assert first is None or numbers[0] == first
    assert video.timestamps[0] == 0
    assert (np.diff(video.timestamps) > 0).all()
    if (np.diff(times) > 0).all():
        np.testing.assert_allclose(video.timestamps, np.array(times) - times[0])
    else:  # AVI, or joined recordings: made up
        expected = STEP_S * np.arange(len(times))
        np.testing.assert_allclose(video.timestamps, expected, atol=1e-3)
    assert video.fps == pytest.approx((len(numbers) - 1) / video.timestamps[-1])
    rng = np.random.default_rng(0)
    for size in (1, 1, 2, 5, 10):
        inds = np.sort(rng.choice(len(frames), size, replace=False))
        for index, frame in zip(inds, open_video(path).stream(inds), strict=True):
            np.testing.assert_array_equal(frame, frames[index])


@pytest.mark.parametrize('name', ['resized.ts', 'resized.webm'])
def test_pictures_that_change_their_size_are_scaled_to_one(made, name):
    video = open_video(made(name))
    shapes = {frame.shape for frame in video.stream(range(video.num_frames))}
    assert shapes == {(HEIGHT, WIDTH, 3)}
    assert video.read([30]).shape == (1, HEIGHT, WIDTH, 3)


@pytest.mark.parametrize('name', CUT)
def test_a_cut_end_is_told_once(made, name, caplog):
    video = open_video(made(name))
    assert video.is_cut
    (note,) = [note for note in video.notes if 'is cut at its end' in note]
    assert f'{video.num_frames} frames are whole' in note
    if name != 'cut.ts':  # which says nothing of what is missing
        lost = int(note.split('at least ')[1].split()[0])
        assert video.num_frames + lost == pytest.approx(40, abs=1)


@pytest.mark.parametrize('name', ['browser.webm', 'phone.mp4', 'claimed.mkv'])
def test_the_rate_is_measured(made, name):
    times = variable_times() / 1000
    video = open_video(made(name))
    assert video.fps == pytest.approx(39 / times[-1])
    np.testing.assert_allclose(video.timestamps, times, atol=1e-9)


def test_the_clock_of_the_container_is_available(made):
    assert open_video(made('late.mp4')).start_time == pytest.approx(3)
    assert open_video(made('television.ts')).start_time == pytest.approx(50_000)
    assert open_video(made('packed1.avi')).start_time == 0


@pytest.mark.parametrize('name', ['two_streams.mkv', 'two_streams.mp4'])
def test_several_streams_are_told(made, name):
    video = open_video(made(name))
    assert video.read([0]).shape[1:] == (48, 64, 3)
    assert video.notes == ('has 2 video streams; number 1 is taken, 64x48',)


@pytest.mark.parametrize('name', ['late.mp4', 'phone.mp4', 'browser.webm', 'cover.mp4'])
def test_ordinary_files_are_not_decoded_to_be_opened(made, name):
    assert open_video(made(name)).notes == ()
