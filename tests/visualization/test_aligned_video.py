import decord
import numpy as np
import pytest

from carl_mm.visualization import write_aligned_video
from carl_mm.visualization.aligned_video import _Panel

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


def test_the_cursor_moves_and_the_bar_shows_the_phases():
    labels = np.repeat([0, 1, -1], 10)
    panel = _Panel(painted(30, 20, 90), labels, ['x', 'y'], 'name', 10.0, 60)
    row = panel.line_height + panel.height + 2
    positions = []
    for index in range(30):
        line = panel.draw(index)[row]
        white = np.flatnonzero((line == 255).all(axis=1))
        positions.append(white.mean())
    assert (np.diff(positions) > 0).all()
    line = panel.draw(29)[row]
    assert line[20].tolist() == [0xE6, 0x9F, 0x00]
    assert line[panel.canvas_size[0] // 2].tolist() == [0x56, 0xB4, 0xE9]
    assert line[-40].tolist() == [0xBB, 0xBB, 0xBB]


def test_text_changes_with_time_and_phase_and_stays_in_the_panel():
    labels = np.repeat([0, 1], 10)
    panel = _Panel(painted(20, 40, 10), labels, ['x' * 60, 'y'], 'n' * 99, 10.0, 256)
    top = panel.line_height + panel.height + panel.line_height // 2
    time, phase = (
        slice(top, top + panel.line_height),
        slice(top + panel.line_height, None),
    )
    early, later, late = panel.draw(3), panel.draw(4), panel.draw(15)
    assert (early[time] != later[time]).any()
    assert (early[phase] == later[phase]).all()
    assert (later[phase] != late[phase]).any()
    for rows in (slice(0, panel.line_height), phase):
        assert (early[rows, -2:] == early[0, -1]).all()


def test_small_frames_are_scaled_up_and_sides_are_even(tmp_path):
    frames = painted(3, 64, 65)
    path = np.stack([np.arange(3)] * 2, axis=1)
    write_aligned_video(tmp_path / 'v.mp4', frames, frames, path, FPS, height=101)
    video, _ = read(tmp_path / 'v.mp4')
    panel = _Panel(frames, None, [], 'a', FPS, 101)
    width, height = panel.canvas_size
    assert height > 101
    assert video.shape[1] == height + height % 2
    assert video.shape[2] == 2 * width + 8 + (2 * width + 8) % 2


def test_sizes_that_do_not_fit_are_named(tmp_path):
    a, b = painted(4, 16, 16), painted(5, 16, 16)
    path = np.array([[0, 0], [1, 1], [2, 2], [3, 4]])
    out = tmp_path / 'v.mp4'
    with pytest.raises(ValueError, match=r'labels_a .* 4 frames.*\(5,\)'):
        write_aligned_video(out, a, b, path, FPS, labels_a=np.zeros(5, int))
    with pytest.raises(ValueError, match='have 4 and 4 frames'):
        write_aligned_video(out, a, b[:4], path, FPS)
    with pytest.raises(ValueError, match='3 of the 4 frames of video a'):
        write_aligned_video(out, a, b, path[:3], FPS)
    with pytest.raises(ValueError, match='frames_b must be .* float64'):
        write_aligned_video(out, a, b / 255, path, FPS)
    with pytest.raises(ValueError, match='positive, got 0'):
        write_aligned_video(out, a, b, path, 0)
    assert not out.exists()
