import pytest

from carl_mm.datasets.video_io import containers
from carl_mm.datasets.video_io.containers import open_container, too_large
from carl_mm.datasets.video_io.frame_reader import VideoDecodeError
from carl_mm.datasets.video_io.open_video import open_video
from carl_mm.datasets.video_io.video_writer import write_mp4
from tests.conftest import moving_square


def test_a_video_is_opened_and_a_playlist_is_not(tmp_path):
    write_mp4(tmp_path / 'a.mp4', moving_square(3, 32), 25)
    with open_container(tmp_path / 'a.mp4') as container:
        assert container.streams.video[0].width == 32
    (tmp_path / 'b.mp4').write_text("ffconcat version 1.0\nfile 'a.mp4'\n")
    with pytest.raises(VideoDecodeError, match=r'b\.mp4: .* playlists are not opened'):
        open_container(tmp_path / 'b.mp4')


def test_frames_have_a_largest_size(tmp_path, monkeypatch):
    write_mp4(tmp_path / 'a.mp4', moving_square(3, 64), 25)
    monkeypatch.setattr(containers, 'MAX_PIXELS', 64 * 64 - 1)
    with pytest.raises(VideoDecodeError, match=r'a\.mp4: has more than 0 million pix'):
        open_video(tmp_path / 'a.mp4')
    assert 'a.png: has more' in str(too_large('a.png'))
