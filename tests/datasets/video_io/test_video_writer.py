"""mp4 files as they are written."""

import av
import numpy as np
import pytest

from carl_mm.datasets.video_io.pyav_video import PyAVVideo
from carl_mm.datasets.video_io.sound import Sound
from carl_mm.datasets.video_io.video_writer import write_mp4
from tests.conftest import moving_square
from tests.datasets.video_io.test_sound import beeps, heard_at, write_sound


def test_one_frame(tmp_path):
    write_mp4(tmp_path / 'one.mp4', [np.zeros((32, 32, 3), np.uint8)], 25)
    assert PyAVVideo(tmp_path / 'one.mp4').read([0, 0]).shape == (2, 32, 32, 3)


def test_a_file_that_browsers_play(tmp_path):
    path = tmp_path / 'new' / 'a.mp4'
    assert write_mp4(path, moving_square(7), 29.97, keyframe_interval=3) == 7
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        context = stream.codec_context
        assert (context.name, context.pix_fmt) == ('h264', 'yuv420p')
        assert float(stream.average_rate) == pytest.approx(29.97, abs=1e-3)
        keys = [p.pts for p in container.demux(stream) if p.size and p.is_keyframe]
    assert len(keys) == 3
    content = path.read_bytes()
    assert content.find(b'moov') < content.find(b'mdat')  # plays while it downloads


def test_frames_are_kept_but_for_the_last_row_of_an_odd_side(tmp_path):
    frames = np.stack(list(moving_square(5, 65)))
    write_mp4(tmp_path / 'a.mp4', frames, 25, crf=1)
    found = PyAVVideo(tmp_path / 'a.mp4').read(range(5))
    assert found.shape == (5, 64, 64, 3)
    assert np.abs(found.astype(float) - frames[:, :64, :64]).mean() < 3


def test_an_interrupted_file_does_not_appear(tmp_path):
    def interrupted():
        yield from moving_square(3)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_mp4(tmp_path / 'a.mp4', interrupted(), 25)
    with pytest.raises(ValueError, match=r'a\.mp4: no frame to write'):
        write_mp4(tmp_path / 'a.mp4', [], 25)
    assert list(tmp_path.iterdir()) == []


def test_frames_keep_their_times(tmp_path):
    times = np.array([2.5, 2.6, 2.6, 3.0, 3.04, 4.0])
    write_mp4(tmp_path / 'a.mp4', moving_square(5), 10, times=times)
    found = PyAVVideo(tmp_path / 'a.mp4')
    expected = times[:-1] - 2.5
    np.testing.assert_allclose(found.timestamps, expected, atol=2e-5)
    assert len(found.read(range(5))) == 5
    with av.open(str(tmp_path / 'a.mp4')) as container:
        assert container.duration / 1e6 == pytest.approx(1.5, abs=1e-3)
    for bad in ([0.0, 2, 1, 3, 4, 5], [0, 1, np.nan, 3, 4, 5]):
        with pytest.raises(ValueError, match='ascend and be finite'):
            write_mp4(tmp_path / 'b.mp4', moving_square(5), 10, times=np.array(bad))
    assert not (tmp_path / 'b.mp4').exists()


@pytest.mark.parametrize('codec', ['pcm_s16le', 'aac'])
def test_sound_begins_with_the_first_frame(tmp_path, codec):
    write_sound(tmp_path / 'a.mkv', beeps(2, [0.5, 1.2, 1.9]), codec=codec)
    sound = Sound(tmp_path / 'a.mkv', 0.4, 1.6)
    times = np.append(np.linspace(0.4, 1.5, 12), 1.6)
    write_mp4(tmp_path / 'b.mp4', moving_square(12), 10, times=times, sound=sound)
    assert PyAVVideo(tmp_path / 'b.mp4').num_frames == 12
    with av.open(str(tmp_path / 'b.mp4')) as container:
        assert container.streams.audio[0].codec_context.name == 'aac'
        assert container.duration / 1e6 == pytest.approx(1.2, abs=0.1)
    heard = np.concatenate(list(Sound(tmp_path / 'b.mp4', 0, 1.2).blocks()), axis=1)
    np.testing.assert_allclose(heard_at(heard[0]), [0.1, 0.8], atol=0.015)
