"""Uploads are videos under safe names."""

import av
import numpy as np
import pytest

from carl_mm.app.project.uploads import adopt_upload, check_video
from carl_mm.datasets.video_io.video_writer import write_mp4
from tests.conftest import moving_square


@pytest.mark.parametrize(
    ('shown', 'name'),
    [
        ('a.mp4', 'uploaded_a.mp4'),
        ('../../etc/pass wd.MOV', 'uploaded_pass_wd.mov'),
        ('C:\\videos\\b.avi', 'uploaded_b.avi'),
        ('.hidden.mp4', 'uploaded_hidden.mp4'),
        ('no_ending', 'uploaded_no_ending.mp4'),
        ('x' * 300 + '.mp4', 'uploaded_' + 'x' * 80 + '.mp4'),
        ('a\0b\n<c>.mp4', 'uploaded_a_b_c_.mp4'),
        ('Übung.mp4', 'uploaded_Übung.mp4'),
        ('taken.mp4', 'uploaded_taken_3.mp4'),
    ],
)
def test_names(tmp_path, shown, name):
    path = tmp_path / 'upload'
    write_mp4(tmp_path / 'made.mp4', moving_square(3), 25)
    (tmp_path / 'made.mp4').rename(path)
    taken = {'uploaded_taken.mp4', 'uploaded_taken_2.mp4'}
    got, kept = adopt_upload(path, shown, tmp_path / 'kept', taken)
    assert (got, kept) == (name, tmp_path / 'kept' / name)
    assert kept.is_file() and not path.exists()


@pytest.mark.parametrize(
    ('ending', 'codec'), [('mov', 'libx264'), ('mkv', 'libx264'), ('avi', 'mpeg4')]
)
def test_containers(tmp_path, ending, codec):
    path = tmp_path / f'a.{ending}'
    with av.open(str(path), 'w') as container:
        stream = container.add_stream(codec, rate=25)
        stream.width = stream.height = 32
        stream.pix_fmt = 'yuv420p'
        for _ in range(3):
            picture = av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8))
            container.mux(stream.encode(picture))
        container.mux(stream.encode())
    check_video(path, 'a')


def test_a_playlist_is_not_opened(tmp_path, monkeypatch):
    """It could lead a decoder anywhere."""

    def opened(*_):
        raise AssertionError('opened')

    monkeypatch.setattr('carl_mm.app.project.uploads.open_video', opened)
    for text in ('#EXTM3U\n', 'ffconcat version 1.0\n', '<?xml version="1.0"?><MPD/>'):
        path = tmp_path / 'a.mp4'
        path.write_text(text)
        with pytest.raises(ValueError, match=r'^uploaded_a\.mp4: not a video; upload'):
            adopt_upload(path, 'a.mp4', tmp_path / 'kept', ())
        assert not path.exists()


def test_a_damaged_video_is_refused_and_removed(tmp_path):
    path = tmp_path / 'a.mp4'
    write_mp4(path, moving_square(30), 25)
    path.write_bytes(path.read_bytes()[:400])
    with pytest.raises(ValueError, match='not a video that can be read') as info:
        adopt_upload(path, 'a.mp4', tmp_path / 'kept', ())
    assert str(tmp_path) not in str(info.value)
    assert not path.exists()


def test_a_video_of_an_unknown_codec_is_refused(tmp_path):
    path = tmp_path / 'a.mp4'
    write_mp4(path, moving_square(30), 25)
    path.write_bytes(path.read_bytes().replace(b'avc1', b'zzzz'))
    with pytest.raises(ValueError, match='can be read: has an unknown codec'):
        adopt_upload(path, 'a.mp4', tmp_path / 'kept', ())
