"""Video files read by decord, against PyAV."""

import pickle

import numpy as np
import pytest

from carl_mm.datasets.video_io.decord_video import DecordVideo
from carl_mm.datasets.video_io.open_video import VideoDecodeError
from carl_mm.datasets.video_io.pyav_video import PyAVVideo
from carl_mm.datasets.video_io.video_writer import write_mp4
from tests.conftest import moving_square
from tests.datasets.video_io.container_files import NUM_FRAMES, rotate


@pytest.mark.parametrize(
    'file', ['b_frames.mp4', 'variable.mkv', 'vp9.webm'], indirect=True
)
def test_both_decoders_give_the_same_frames(file):
    one, other = PyAVVideo(file), DecordVideo(file)
    assert one.fps == pytest.approx(other.fps)
    np.testing.assert_array_equal(one.timestamps, other.timestamps)
    for inds in (range(NUM_FRAMES), [5, 40, 41, 80]):
        np.testing.assert_array_equal(one.read(inds), other.read(inds))
    copies = [pickle.loads(pickle.dumps(video)) for video in (one, other)]
    np.testing.assert_array_equal(copies[0].read([7]), copies[1].read([7]))


def test_rotated_videos_are_upright(tmp_path):
    path = tmp_path / 'turned.mp4'
    frame = np.full((48, 64, 3), 40, np.uint8)
    frame[:16, :16] = 220
    write_mp4(path, [frame] * 4, 25)
    rotate(path, 90)
    shown = DecordVideo(path).read([1])
    assert shown.shape == (1, 64, 48, 3)
    np.testing.assert_array_equal(shown, PyAVVideo(path).read([1]))


@pytest.mark.parametrize('width', [16, 24, 48, 100])
def test_narrow_videos(tmp_path, width):
    """decord takes the padding of such rows for channels (its issue #336)."""
    frames = [np.full((48, width, 3), 10 * i + 30, np.uint8) for i in range(4)]
    for frame in frames:
        frame[:, width // 2 :] = 200
    write_mp4(tmp_path / 'narrow.mp4', frames, 25)
    found = DecordVideo(tmp_path / 'narrow.mp4').read(range(4))
    assert found.shape == (4, 48, width, 3)
    expected = PyAVVideo(tmp_path / 'narrow.mp4').read(range(4))
    np.testing.assert_array_equal(found, expected)


def test_a_bad_file_is_named(tmp_path, break_middle):
    path = tmp_path / 'bad.mp4'
    with pytest.raises(VideoDecodeError, match=r'bad\.mp4: no such file'):
        DecordVideo(path)
    for content in (b'', b'hello, I am a text'):
        path.write_bytes(content)
        with pytest.raises(VideoDecodeError, match=r'bad\.mp4: cannot be decoded'):
            DecordVideo(path)
    write_mp4(path, moving_square(40), 25)
    break_middle(path)
    video = DecordVideo(path)
    with pytest.raises(VideoDecodeError, match=r'bad\.mp4: cannot be decoded'):
        video.read(range(40))
