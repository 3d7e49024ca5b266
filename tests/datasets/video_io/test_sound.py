"""Sound in files: where it begins, holes, layouts."""

from fractions import Fraction

import av
import numpy as np
import pytest

from carl_mm.datasets.video_io.frame_reader import VideoDecodeError
from carl_mm.datasets.video_io.sound import Sound, has_sound
from carl_mm.datasets.video_io.video_writer import write_mp4
from tests.conftest import moving_square

RATE = 16000


def beeps(seconds, at, rate=RATE):
    """Silence with a beep of 50 ms at each of some times."""
    time = np.arange(round(seconds * rate)) / rate
    heard = sum(((time >= t) & (time < t + 0.05)).astype(float) for t in at)
    return (0.5 * np.sin(2 * np.pi * 1000 * time) * heard).astype(np.float32)


def write_sound(path, samples, rate=RATE, first=0, codec='pcm_s16le', holes=()):
    """Write a file with a video of a second for each 10 frames, and this sound."""
    channels = np.atleast_2d(samples)
    layout = 'mono' if len(channels) == 1 else 'stereo'
    with av.open(str(path), 'w') as container:
        video = container.add_stream('libx264', rate=10)
        video.width = video.height = 64
        video.pix_fmt = 'yuv420p'
        track = container.add_stream(codec, rate=rate, layout=layout)
        for picture in moving_square(channels.shape[1] * 10 // rate):
            container.mux(video.encode(av.VideoFrame.from_ndarray(picture)))
        container.mux(video.encode())
        for start in range(0, channels.shape[1], 1000):
            if start in holes:
                continue
            part = np.ascontiguousarray(channels[:, start : start + 1000])
            part = (part.T.reshape(1, -1) * 32767).astype(np.int16)
            frame = av.AudioFrame.from_ndarray(part, format='s16', layout=layout)
            frame.sample_rate, frame.pts = rate, first + start
            frame.time_base = Fraction(1, rate)
            container.mux(track.encode(frame))
        container.mux(track.encode())


def heard_at(samples, rate=RATE):
    """When sounds begin in mono samples, by 10 ms at most."""
    length = rate // 200
    count = len(samples) // length
    level = np.abs(samples[: count * length]).reshape(count, length).max(axis=1) > 0.1
    return np.flatnonzero(level & ~np.append(False, level[:-1])) / 200


def read(sound):
    blocks = list(sound.blocks())
    assert all(block.dtype == np.float32 for block in blocks)
    return np.concatenate(blocks, axis=1)


def test_all_of_it_sample_by_sample(tmp_path):
    samples = beeps(2, [0.5, 1.2])
    write_sound(tmp_path / 'a.mkv', samples)
    assert has_sound(tmp_path / 'a.mkv')
    sound = Sound(tmp_path / 'a.mkv', 0, 2)
    assert (sound.rate, sound.layout, sound.num_samples) == (RATE, 'mono', 2 * RATE)
    np.testing.assert_allclose(read(sound)[0], samples, atol=1e-4)


def test_a_part_of_it_and_silence_where_there_is_none(tmp_path):
    samples = beeps(2, [0.5, 1.2])
    write_sound(tmp_path / 'a.mkv', samples)
    part = read(Sound(tmp_path / 'a.mkv', 0.4, 1.3))
    expected = samples[round(0.4 * RATE) : round(1.3 * RATE)]
    np.testing.assert_allclose(part[0], expected, atol=1e-4)
    around = read(Sound(tmp_path / 'a.mkv', -0.5, 3))
    assert around.shape == (1, round(3.5 * RATE))
    np.testing.assert_allclose(heard_at(around[0]), [1, 1.7], atol=0.01)
    assert not read(Sound(tmp_path / 'a.mkv', 5, 6)).any()
    assert read(Sound(tmp_path / 'a.mkv', -2, -1)).shape == (1, RATE)


def test_sound_that_begins_late_and_has_a_hole_stays_in_step(tmp_path):
    samples = beeps(2, [0.5, 1.5])
    holes = range(12000, 20000, 1000)
    write_sound(tmp_path / 'a.mkv', samples, first=RATE // 4, holes=holes)
    found = read(Sound(tmp_path / 'a.mkv', 0, 2))
    assert found.shape == (1, 2 * RATE)
    np.testing.assert_allclose(heard_at(found[0]), [0.75, 1.75], atol=0.01)


def test_stereo_stays_and_rates_that_aac_lacks_change(tmp_path):
    both = np.stack([beeps(1, [0.2], 96000), beeps(1, [0.6], 96000)])
    write_sound(tmp_path / 'a.mkv', both, rate=96000)
    sound = Sound(tmp_path / 'a.mkv', 0, 1)
    assert (sound.rate, sound.layout) == (48000, 'stereo')
    left, right = read(sound)
    np.testing.assert_allclose(heard_at(left, 48000), [0.2], atol=0.01)
    np.testing.assert_allclose(heard_at(right, 48000), [0.6], atol=0.01)


def test_files_without_sound(tmp_path):
    write_mp4(tmp_path / 'a.mp4', moving_square(5), 10)
    (tmp_path / 'text.mp4').write_text('no video')
    assert not has_sound(tmp_path / 'a.mp4')
    assert not has_sound(tmp_path / 'text.mp4')
    assert not has_sound(tmp_path)
    with pytest.raises(VideoDecodeError, match=r'a\.mp4: contains no sound'):
        Sound(tmp_path / 'a.mp4', 0, 1)
    with pytest.raises(VideoDecodeError, match=r'text\.mp4: its sound cannot be'):
        Sound(tmp_path / 'text.mp4', 0, 1)
