import av
import decord
import numpy as np
import pytest

from carl_mm.datasets.video_io.open_video import open_video
from carl_mm.datasets.video_io.sound import Sound, has_sound
from carl_mm.datasets.video_io.video_writer import write_mp4
from carl_mm.visualization import write_aligned_video
from carl_mm.visualization.parts.times import frame_times
from carl_mm.visualization.parts.video_panel import VideoPanel
from tests.conftest import moving_square
from tests.datasets.video_io.test_sound import beeps, heard_at, write_sound

FPS = 12.5


def painted(num_frames, height, width):
    """Frames whose gray level tells their index."""
    levels = np.arange(num_frames) * 10 + 20
    return np.broadcast_to(
        levels[:, None, None, None], (num_frames, height, width, 3)
    ).astype(np.uint8)


def read(path):
    reader = decord.VideoReader(str(path))
    return reader.get_batch(range(len(reader))).asnumpy(), reader.get_avg_fps()


def test_both_sides_show_the_aligned_frames(tmp_path):
    frames_a, frames_b = painted(6, 32, 48), painted(20, 60, 40)
    expected_b = np.array([1, 4, 7, 10, 13, 19])
    # Neighbours match as well; the middle one is the frame to show.
    path = [(i, j + d) for i, j in enumerate(expected_b[:5]) for d in (-1, 0, 1)]
    path.append((5, 19))
    out = tmp_path / 'aligned.mp4'
    labels_a = np.array([0, 0, 1, 1, 1, -1])
    count = write_aligned_video(
        out, frames_a, frames_b, np.array(path), FPS, labels_a, None, ['x', 'y'],
        height=64,
    )  # fmt: skip
    video, fps = read(out)
    assert count == len(video) == 6
    assert fps == pytest.approx(FPS)
    # a is 64 x 96; b is 64 x 43, both in the middle of a panel as wide as its text.
    middle_a, middle_b = 220 // 2, 220 + 8 + 220 // 2
    level_a = video[:, 40:60, middle_a - 10 : middle_a + 10].mean(axis=(1, 2, 3))
    level_b = video[:, 40:60, middle_b - 10 : middle_b + 10].mean(axis=(1, 2, 3))
    np.testing.assert_allclose(level_a, np.arange(6) * 10 + 20, atol=3)
    np.testing.assert_allclose(level_b, expected_b * 10 + 20, atol=3)


def test_small_frames_are_scaled_up_and_sides_are_even(tmp_path):
    frames = painted(3, 64, 65)
    path = np.stack([np.arange(3)] * 2, axis=1)
    write_aligned_video(tmp_path / 'v.mp4', frames, frames, path, FPS, height=101)
    video, _ = read(tmp_path / 'v.mp4')
    panel = VideoPanel((64, 65), None, [], 'a', frame_times(3, FPS), 101)
    width, height = panel.canvas_size
    assert height > 101
    assert video.shape[1] == height + height % 2
    assert video.shape[2] == 2 * width + 8 + (2 * width + 8) % 2


def test_a_browser_can_play_it(tmp_path):
    """H264 with one chroma sample in four, its index before its packets."""
    path = np.stack([np.arange(8)] * 2, axis=1)
    out = tmp_path / 'v.mp4'
    write_aligned_video(out, painted(8, 33, 47), painted(8, 20, 20), path, FPS)
    content = out.read_bytes()
    assert content[4:8] == b'ftyp'
    boxes, start = [], 0
    while start < len(content):
        boxes.append(content[start + 4 : start + 8])
        start += int.from_bytes(content[start : start + 4], 'big')
    assert boxes.index(b'moov') < boxes.index(b'mdat')
    assert b'avc1' in content  # and not hev1 or vp09, which some do not play
    with av.open(str(out)) as container:
        (stream,) = container.streams
        assert stream.codec_context.name == 'h264'
        assert stream.codec_context.pix_fmt == 'yuv420p'
        assert stream.frames == 8
        assert (stream.width % 2, stream.height % 2) == (0, 0)


def test_one_frame_beside_many(tmp_path):
    path = np.array([[0, i] for i in range(9)])
    out = tmp_path / 'v.mp4'
    assert (
        write_aligned_video(out, painted(1, 16, 16), painted(9, 16, 16), path, 5) == 1
    )
    video, _ = read(out)
    right = video[0, 100:150, video.shape[2] // 2 + 60 : -60]
    assert right.mean() == pytest.approx(4 * 10 + 20, abs=3)  # the middle match


def test_sizes_that_do_not_fit_are_named(tmp_path):
    a, b = painted(4, 16, 16), painted(5, 16, 16)
    path = np.array([[0, 0], [1, 1], [2, 2], [3, 4]])
    out = tmp_path / 'v.mp4'
    with pytest.raises(ValueError, match=r'labels_a .* per frame \(4\).*\(5,\)'):
        write_aligned_video(out, a, b, path, FPS, labels_a=np.zeros(5, int))
    with pytest.raises(ValueError, match='have 4 and 4 frames'):
        write_aligned_video(out, a, b[:4], path, FPS)
    with pytest.raises(ValueError, match='3 of the 4 frames of video a'):
        write_aligned_video(out, a, b, path[:3], FPS)
    with pytest.raises(ValueError, match='frames_b must be .* float64'):
        write_aligned_video(out, a, b / 255, path, FPS)
    with pytest.raises(ValueError, match=r'timestamps_b .* frame \(5\), got \(4,\)'):
        write_aligned_video(out, a, b, path, FPS, timestamps_b=np.arange(4))
    with pytest.raises(ValueError, match='positive, got 0'):
        write_aligned_video(out, a, b, path, 0)
    with pytest.raises(ValueError, match='view must be one of .* got .over'):
        write_aligned_video(out, a, b, path, FPS, view='over')
    with pytest.raises(ValueError, match='height must be at least 2 pixels, got 0'):
        write_aligned_video(out, a, b, path, FPS, height=0)
    for speed in (0, -1, np.nan, np.inf):
        with pytest.raises(ValueError, match=f'speed must be .* got {speed}'):
            write_aligned_video(out, a, b, path, FPS, speed=speed)
    assert not out.exists()


def diagonal(length):
    return np.stack([np.arange(length)] * 2, axis=1)


def test_the_size_is_that_of_the_taller_video(tmp_path):
    a, b = painted(3, 270, 480), painted(3, 300, 400)
    out = tmp_path / 'v.mp4'
    write_aligned_video(out, a, b, diagonal(3), FPS)
    video, _ = read(out)
    assert video.shape[2] == 533 + 18 + 400 + 1  # and one to be even
    write_aligned_video(out, a, b, diagonal(3), FPS, height=90)
    assert read(out)[0].shape[2] == 220 + 8 + 220
    write_aligned_video(out, a, a, diagonal(3), FPS, view='ghost')
    assert read(out)[0].shape[2] == 480


def test_small_videos_are_enlarged_by_default(
    tmp_path,
):
    out = tmp_path / 'v.mp4'
    frames = painted(3, 32, 32)
    write_aligned_video(out, frames, frames, diagonal(3), FPS)
    assert read(out)[0].shape[2] == 256 + 16 + 256


def test_opened_videos_are_streamed_and_give_the_same_pictures(tmp_path):
    frames = np.stack(list(moving_square(12, 64)))
    write_mp4(tmp_path / 'a.mp4', frames, 10, crf=1)
    video = open_video(tmp_path / 'a.mp4')
    held = video.read(range(12))
    inds = np.array([3, 3, 4, 9, 1, 0, 11, 5, 5, 5, 6, 7])  # as 'nearest' may match
    path = np.stack([np.arange(12), inds], axis=1)
    for name, source in (('held', held), ('streamed', video)):
        write_aligned_video(tmp_path / f'{name}.mp4', source, source, path, 10)
    found = [read(tmp_path / f'{name}.mp4')[0] for name in ('held', 'streamed')]
    # Equal pictures need not be encoded equally, see `write_mp4`.
    np.testing.assert_allclose(*(video.astype(float) for video in found), atol=8)


def test_slow_motion_has_all_frames_at_a_lower_rate(tmp_path):
    out = tmp_path / 'v.mp4'
    frames = painted(8, 32, 32)
    write_aligned_video(out, frames, frames, diagonal(8), FPS, speed=0.25)
    found = open_video(out)
    assert found.num_frames == 8
    np.testing.assert_allclose(found.timestamps, np.arange(8) * 4 / FPS, atol=1e-3)


@pytest.mark.parametrize('speed', [1, 0.5])
def test_a_varying_rate_plays_in_real_time(tmp_path, speed):
    out = tmp_path / 'v.mp4'
    frames = painted(5, 32, 32)
    times = 7 + np.array([0, 0.04, 0.08, 0.5, 0.54])
    write_aligned_video(
        out, frames, frames, diagonal(5), 25, timestamps_a=times, speed=speed
    )
    found = open_video(out)
    np.testing.assert_allclose(found.timestamps, (times - 7) / speed, atol=1e-4)
    with av.open(str(out)) as container:
        assert container.duration / 1e6 == pytest.approx(0.58 / speed, abs=2e-3)


def test_the_sound_of_a_stays_in_step(tmp_path):
    write_sound(tmp_path / 'a.mkv', beeps(2, [0.5, 1.2]))
    a, b = open_video(tmp_path / 'a.mkv'), painted(20, 32, 32)
    assert a.num_frames == 20
    out = tmp_path / 'v.mp4'
    write_aligned_video(out, a, b, diagonal(20), 10)
    assert has_sound(out) and open_video(out).num_frames == 20
    heard = np.concatenate(list(Sound(out, 0, 2).blocks()), axis=1)
    np.testing.assert_allclose(heard_at(heard[0]), [0.5, 1.2], atol=0.015)
    for silent in ({'speed': 0.5}, {'sound': False}):
        write_aligned_video(out, a, b, diagonal(20), 10, **silent)
        assert not has_sound(out)
    write_aligned_video(out, b, a, diagonal(20), 10)  # that of b is not a's
    assert not has_sound(out)


def test_frames_without_a_counterpart_are_dimmed(tmp_path):
    out = tmp_path / 'v.mp4'
    a, b = painted(6, 64, 64), np.full((4, 64, 64, 3), 200, np.uint8)
    matched = np.array([False, True, True, True, False, False])
    path = np.array([[1, 0], [2, 1], [3, 3]])
    count = write_aligned_video(out, a, b, path, FPS, matched_a=matched, height=64)
    video, _ = read(out)
    assert count == len(video) == 6
    shown = video[:, 30:40, 330:340].mean(axis=(1, 2, 3))
    np.testing.assert_allclose(shown, [60, 200, 200, 200, 60, 60], atol=4)


def test_progress_adds_up_to_one(tmp_path):
    shares = []
    frames = painted(8, 16, 16)
    write_aligned_video(
        tmp_path / 'v.mp4', frames, frames, diagonal(8), 5, on_progress=shares.append
    )
    assert len(shares) == 8 and sum(shares) == pytest.approx(1)
