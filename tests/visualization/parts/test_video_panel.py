import numpy as np
import pytest

from carl_mm.visualization.parts.times import frame_times
from carl_mm.visualization.parts.video_panel import VideoPanel
from tests.visualization.test_aligned_video import painted


def test_the_cursor_moves_and_the_bar_shows_the_phases():
    labels = np.repeat([0, 1, -1], 10)
    panel = VideoPanel(
        painted(30, 20, 90), labels, ['x', 'y'], 'name', frame_times(30, 10.0), 60
    )
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
    panel = VideoPanel(
        painted(20, 40, 10),
        labels,
        ['x' * 60, 'y'],
        'n' * 99,
        frame_times(20, 10.0),
        256,
    )
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


def test_bar_and_cursor_follow_the_time_stamps():
    """Of 4 frames the last takes half of the time, and so half of the bar."""
    stamps = np.array([0.0, 1, 2, 3])
    times = frame_times(4, 1 / 3, stamps)
    assert times.end == 6
    panel = VideoPanel(painted(4, 20, 90), np.arange(4), list('wxyz'), 'v', times, 100)
    _, counts = np.unique(panel.bar[0], axis=0, return_counts=True)
    assert sorted(counts) == pytest.approx([75, 75, 75, 225], abs=1)
    row = panel.line_height + panel.height + 2
    line = panel.draw(3)[row]
    cursor = np.flatnonzero((line == 255).all(axis=1)).mean()
    assert cursor == pytest.approx(450 * 4.5 / 6, abs=2)
