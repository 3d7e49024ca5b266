"""Videos whose files say how to turn their pictures."""

import numpy as np
import pytest

from carl_mm.datasets.video_io.pyav_video import PyAVVideo
from carl_mm.datasets.video_io.video_writer import write_mp4
from tests.datasets.video_io.container_files import rotate


@pytest.mark.parametrize('turn', [0, 90, 180, 270])
def test_rotated_videos_are_upright(turn, tmp_path):
    """Telephones write how to turn the picture beside it."""
    path = tmp_path / 'turned.mp4'
    frame = np.full((48, 64, 3), 40, np.uint8)
    frame[:16, :16] = 220
    write_mp4(path, [frame] * 4, 25)
    rotate(path, turn)
    shown = PyAVVideo(path).read([1])[0]
    clockwise = np.rot90(frame, -turn // 90)
    assert shown.shape == clockwise.shape
    np.testing.assert_allclose(shown, clockwise, atol=25)


@pytest.mark.parametrize('turn', [0, 90, 180, 270])
def test_mirrored_videos_are_shown_mirrored(turn, tmp_path):
    """Front cameras write so, some turned as well."""
    path = tmp_path / 'mirrored.mp4'
    frame = np.full((48, 64, 3), 40, np.uint8)
    frame[:16, :16] = 220
    frame[32:, :16] = 130
    write_mp4(path, [frame] * 4, 25)
    rotate(path, turn, mirror=True)
    expected = np.rot90(frame[:, ::-1], -turn // 90)
    np.testing.assert_allclose(PyAVVideo(path).read([1])[0], expected, atol=25)
