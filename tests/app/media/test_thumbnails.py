import cv2
import numpy as np
import pytest

from carl_mm.app.media.thumbnails import HEIGHT, thumbnail
from carl_mm.datasets.video_io.open_video import VideoDecodeError


def test_the_middle_frame_is_kept(video_folder, tmp_path):
    file = thumbnail(video_folder / 'a.mp4', tmp_path / 'cache')
    picture = cv2.imdecode(np.frombuffer(file.read_bytes(), np.uint8), 1)
    assert picture.shape[0] <= HEIGHT
    before = file.stat().st_mtime_ns
    assert thumbnail(video_folder / 'a.mp4', tmp_path / 'cache') == file
    assert file.stat().st_mtime_ns == before
    other = thumbnail(video_folder / 'b.mp4', tmp_path / 'cache')
    assert other != file


def test_what_is_no_video_is_named(tmp_path):
    (tmp_path / 'bad.mp4').write_text('no video')
    with pytest.raises(VideoDecodeError, match=r'bad\.mp4'):
        thumbnail(tmp_path / 'bad.mp4', tmp_path)
    assert not list(tmp_path.glob('*.jpg'))
