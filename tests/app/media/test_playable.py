"""What browsers are given."""

import av
import cv2
import numpy as np
import pytest

from carl_mm.app.media.playable import browser_media_type, frame_jpeg, playable
from carl_mm.datasets.video_io.open_video import open_video
from carl_mm.datasets.video_io.video_writer import write_mp4
from tests.conftest import moving_square


def write(path, codec, pixels='yuv420p', size=64, stamps=range(12)):
    """Write a video of 25 frames a second at these ticks of a frame each."""
    with av.open(str(path), 'w') as container:
        stream = container.add_stream(codec, rate=25)
        stream.width, stream.height, stream.pix_fmt = size, size, pixels
        for stamp, picture in zip(
            stamps, moving_square(len(stamps), size), strict=True
        ):
            frame = av.VideoFrame.from_ndarray(picture)
            frame.pts = stamp
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


@pytest.mark.parametrize(
    ('name', 'codec', 'pixels', 'expected'),
    [
        ('a.mp4', 'libx264', 'yuv420p', 'video/mp4'),
        ('a.mov', 'libx264', 'yuv420p', 'video/mp4'),
        ('a.webm', 'libvpx-vp9', 'yuv420p', 'video/webm'),
        ('a.mkv', 'libx264', 'yuv420p', None),
        ('a.avi', 'mpeg4', 'yuv420p', None),
        ('a.mp4', 'mpeg4', 'yuv420p', None),
        ('a.mp4', 'libx264', 'yuv444p', None),
    ],
)
def test_which_videos_need_a_copy(tmp_path, name, codec, pixels, expected):
    path = write(tmp_path / name, codec, pixels)
    assert browser_media_type(path) == expected
    shown = playable(path, tmp_path / 'copies')
    if expected:
        assert (shown.path, shown.media_type) == (path, expected)
    else:
        assert shown.path.parent == tmp_path / 'copies'
        assert browser_media_type(shown.path) == shown.media_type == 'video/mp4'
    assert len(shown.times) == 12
    np.testing.assert_allclose(shown.times, np.arange(12) / 25, atol=2e-3)


def test_a_copy_shows_the_same_frames(tmp_path):
    path = write(tmp_path / 'a.avi', 'mpeg4')
    copy = playable(path, tmp_path / 'copies').path
    given, shown = (open_video(p).read(np.arange(12)) for p in (path, copy))
    assert np.abs(given.astype(float) - shown).mean() < 4


def test_a_copy_is_made_once_and_anew_when_the_video_changes(tmp_path):
    path = write(tmp_path / 'a.avi', 'mpeg4')
    first = playable(path, tmp_path / 'copies').path
    made = first.stat().st_mtime_ns
    assert playable(path, tmp_path / 'copies').path == first
    assert first.stat().st_mtime_ns == made
    write(path, 'mpeg4', stamps=range(9))
    second = playable(path, tmp_path / 'copies')
    assert second.path != first
    assert len(second.times) == 9


def test_a_video_that_starts_late_gets_a_copy_from_zero(tmp_path):
    path = write(tmp_path / 'a.mov', 'libx264', stamps=range(50, 62))
    assert open_video(path).start_time == pytest.approx(2.0)
    shown = playable(path, tmp_path / 'copies')
    assert shown.path != path
    assert shown.times[0] == 0


def test_a_varying_rate_keeps_its_times(tmp_path):
    stamps = [0, 1, 2, 5, 6, 10, 11, 12, 13, 20]
    path = write(tmp_path / 'a.mp4', 'libx264', stamps=stamps)
    shown = playable(path, tmp_path / 'copies')
    assert shown.path == path
    np.testing.assert_allclose(shown.times, np.array(stamps) / 25)


def test_large_copies_are_shrunk(tmp_path):
    path = write(tmp_path / 'a.avi', 'mpeg4', size=1920, stamps=range(2))
    copy = playable(path, tmp_path / 'copies').path
    assert open_video(copy).read([0]).shape == (1, 960, 960, 3)


def test_a_picture_of_a_frame(tmp_path):
    write_mp4(tmp_path / 'a.mp4', moving_square(20, 64, 1), 25)
    content = np.frombuffer(frame_jpeg(tmp_path / 'a.mp4', 12, 64), np.uint8)
    picture = cv2.imdecode(content, cv2.IMREAD_COLOR)[:, :, ::-1]
    expected = open_video(tmp_path / 'a.mp4').read([12])[0]
    assert np.abs(picture.astype(float) - expected).mean() < 4
    for frame in (-1, 20):
        with pytest.raises(ValueError, match=f'no frame {frame} of 20'):
            frame_jpeg(tmp_path / 'a.mp4', frame)
