import numpy as np
import pytest

from carl_mm.visualization.parts.times import frame_times
from carl_mm.visualization.parts.video_panel import BACKGROUND, VideoPanel


def make(length, size, labels=None, phases=(), name='v', height=60, times=None):
    times = times or frame_times(length, 10.0)
    return VideoPanel(size, labels, list(phases), name, times, height)


def gray(size, level=100):
    return np.full((*size, 3), level, np.uint8)


def test_the_cursor_moves_and_the_bar_shows_the_phases():
    labels = np.repeat([0, 1, -1], 10)
    panel = make(30, (20, 90), labels, ['x', 'y'])
    row = panel.line_height + panel.height + 2
    positions = []
    for index in range(30):
        line = panel.draw(index, gray((20, 90)))[row]
        white = np.flatnonzero((line == 255).all(axis=1))
        positions.append(white.mean())
    assert (np.diff(positions) > 0).all()
    line = panel.draw(29, gray((20, 90)))[row]
    assert line[20].tolist() == [0xE6, 0x9F, 0x00]
    assert line[panel.canvas_size[0] // 2].tolist() == [0x56, 0xB4, 0xE9]
    assert line[-40].tolist() == [0xBB, 0xBB, 0xBB]


def test_text_changes_with_time_and_phase_and_stays_in_the_panel():
    labels = np.repeat([0, 1], 10)
    panel = make(20, (40, 10), labels, ['x' * 60, 'y'], 'n' * 99, 256)
    top = panel.line_height + panel.height + panel.line_height // 2
    time, phase = (
        slice(top, top + panel.line_height),
        slice(top + panel.line_height, None),
    )
    early, later, late = (panel.draw(i, gray((40, 10))) for i in (3, 4, 15))
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
    panel = make(4, (20, 90), np.arange(4), 'wxyz', 'v', 100, times)
    _, counts = np.unique(panel.bar[0], axis=0, return_counts=True)
    assert sorted(counts) == pytest.approx([75, 75, 75, 225], abs=1)
    row = panel.line_height + panel.height + 2
    line = panel.draw(3, gray((20, 90)))[row]
    cursor = np.flatnonzero((line == 255).all(axis=1)).mean()
    assert cursor == pytest.approx(450 * 4.5 / 6, abs=2)


@pytest.mark.parametrize('height', [16, 64, 256, 480, 1080, 2160])
def test_letters_grow_with_the_frames_and_the_longest_time_fits(height):
    times = frame_times(2, 1.0, np.array([1000.0, 9999.0]))
    panel = make(2, (100, 30), None, (), 'v', height, times)
    assert panel.line_height >= max(22, height / 17)
    assert panel.lettering.writing.font.size >= 15
    text = '9999.99 s of 9999.99 s'
    assert panel.lettering.writing.font.getlength(text) < panel.canvas_size[0]


def test_a_frame_keeps_its_proportions_and_is_dimmed_where_it_has_no_counterpart():
    panel = make(5, (50, 100), height=200)
    assert panel.picture_width == 400
    bright = panel.draw(2, gray((50, 100), 200))
    assert bright.shape[:2] == panel.canvas_size[::-1]
    picture = slice(panel.line_height, panel.line_height + 200)
    assert (bright[picture] == 200).all()
    dim = panel.draw(2, gray((50, 100), 200), missing='no counterpart')
    assert (dim[picture][:100] == 60).all()  # 0.3 of it
    assert (dim[picture][100:] == 255).any() and (dim[picture][100:] == 0).any()
    outside = np.ones(len(dim), bool)
    outside[picture] = False
    assert (dim[outside] == bright[outside]).all()


def test_half_of_each_where_one_lies_over_the_other():
    wide, narrow = make(5, (50, 200), height=50), make(5, (100, 60), height=50)
    narrow.least_width = wide.canvas_size[0]
    under = wide.place(gray((50, 200), 100))
    ghost = narrow.place(gray((100, 60), 200), under)
    left = (under.shape[1] - narrow.picture_width) // 2
    inside = slice(left, left + narrow.picture_width)
    assert narrow.picture_width == 30
    assert (ghost[:, inside] == 150).all()
    ghost[:, inside] = under[:, inside]
    assert (ghost == under).all()
    margin = (under.shape[1] - 200) // 2
    assert (under[:, :margin] == BACKGROUND).all()
