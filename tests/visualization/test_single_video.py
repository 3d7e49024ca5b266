import av
import numpy as np
import pytest
from matplotlib.colors import to_rgb

from carl_mm.datasets.video_io.open_video import open_video
from carl_mm.datasets.video_io.video_writer import write_mp4
from carl_mm.visualization import write_single_video
from carl_mm.visualization.parts.phases import phase_colors
from tests.conftest import moving_square


@pytest.fixture
def video(tmp_path):
    write_mp4(tmp_path / 'a.mp4', moving_square(6, 64), 10)
    return open_video(tmp_path / 'a.mp4')


def frames_of(path):
    with av.open(str(path)) as container:
        rate = float(container.streams.video[0].average_rate)
        return [f.to_ndarray(format='rgb24') for f in container.decode(video=0)], rate


def test_every_frame_with_the_colour_of_its_phase(video, tmp_path):
    labels, shares = np.array([0, 0, 0, 1, 1, 1]), []
    count = write_single_video(
        tmp_path / 'out.mp4',
        video,
        labels,
        ['reach', 'pour'],
        height=320,
        speed=2,
        on_progress=shares.append,
    )
    frames, rate = frames_of(tmp_path / 'out.mp4')
    assert (count, len(frames), rate) == (6, 6, 20)
    assert sum(shares) == pytest.approx(1)
    line = 22
    bar = frames[0][line + 320 + line // 4].astype(int)
    for share, color in zip((0.2, 0.8), phase_colors(2), strict=True):
        expected = np.array(to_rgb(color)) * 255
        assert np.abs(bar[int(share * len(bar))] - expected).max() < 24


def test_what_is_out_of_range_is_refused(video, tmp_path):
    for options, said in (
        ({'speed': 0}, 'speed must be positive'),
        ({'height': 1}, 'at least 2 pixels'),
        ({'labels': np.zeros(5, int), 'phases': ['x']}, 'labels'),
    ):
        with pytest.raises(ValueError, match=said):
            write_single_video(tmp_path / 'out.mp4', video, **options)
    assert not (tmp_path / 'out.mp4').exists()
