import av
import decord
import numpy as np
import pytest

from carl_mm.visualization import write_aligned_video
from carl_mm.visualization.parts.times import frame_times
from carl_mm.visualization.parts.video_panel import VideoPanel

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
    # a is 64 x 96; b is 64 x 43, in the middle of a panel of 58.
    middle_a, middle_b = 96 // 2, 96 + 8 + 58 // 2
    level_a = video[:, 40:60, middle_a - 10 : middle_a + 10].mean(axis=(1, 2, 3))
    level_b = video[:, 40:60, middle_b - 10 : middle_b + 10].mean(axis=(1, 2, 3))
    np.testing.assert_allclose(level_a, np.arange(6) * 10 + 20, atol=3)
    np.testing.assert_allclose(level_b, expected_b * 10 + 20, atol=3)


def test_small_frames_are_scaled_up_and_sides_are_even(tmp_path):
    frames = painted(3, 64, 65)
    path = np.stack([np.arange(3)] * 2, axis=1)
    write_aligned_video(tmp_path / 'v.mp4', frames, frames, path, FPS, height=101)
    video, _ = read(tmp_path / 'v.mp4')
    panel = VideoPanel(frames, None, [], 'a', frame_times(3, FPS), 101)
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
    assert not out.exists()
