"""Video files read by PyAV, of many containers and codecs."""

import av
import numpy as np
import pytest

from carl_mm.datasets.video_io.frame_reader import VideoDecodeError
from carl_mm.datasets.video_io.pyav_video import PyAVVideo
from carl_mm.datasets.video_io.video_writer import write_mp4
from tests.datasets.video_io.container_files import KINDS, NUM_FRAMES, times_of


def brightness(frames):
    return np.stack([frame[4:44, 4:28].mean() for frame in frames])


@pytest.mark.parametrize('file', KINDS, indirect=True)
def test_frames_are_those_asked_for(file):
    times = times_of(file.name) / 1000
    video = PyAVVideo(file)
    assert video.num_frames == NUM_FRAMES
    frames = [frame.copy() for frame in video.stream(range(NUM_FRAMES))]
    expected = 2 * np.arange(NUM_FRAMES) + 30
    np.testing.assert_allclose(brightness(frames), expected, atol=4)
    assert (np.diff(brightness(frames)) > 0).all()
    rng = np.random.default_rng(1)
    for count in (1, 1, 1, 2, 5, 20, 60):
        inds = np.sort(rng.choice(NUM_FRAMES, count, replace=False))
        for index, frame in zip(inds, video.stream(inds), strict=True):
            np.testing.assert_array_equal(frame, frames[index])
    if file.suffix in ('.mp4', '.mkv'):
        np.testing.assert_allclose(video.timestamps, times - times[0], atol=1e-3)
        assert video.start_time == pytest.approx(times[0], abs=1e-3)
    gaps = np.diff(video.timestamps)
    expected = np.diff(times) if file.stem == 'variable' else 1 / 25
    np.testing.assert_allclose(gaps, expected, atol=2e-3)


@pytest.mark.parametrize(
    'file', ['b_frames.mp4', 'variable.mkv', 'transport.ts'], indirect=True
)
def test_damage_of_any_kind_is_told_as_such(file):
    """Never another error, which would stop a folder's other videos."""
    rng = np.random.default_rng(0)
    whole, told = file.read_bytes(), 0
    for round_ in range(60):
        content = bytearray(whole)
        if round_ % 4 == 0:
            del content[int(rng.integers(1, len(content))) :]
        else:  # in the header or anywhere
            end = min(3000, len(content)) if round_ % 2 else len(content)
            for place in rng.integers(end, size=(1, 20, 200)[round_ % 3]):
                content[place] = rng.integers(256)
        file.write_bytes(content)
        try:
            video = PyAVVideo(file)
            for _ in video.stream(range(video.num_frames)):
                pass
        except VideoDecodeError as error:
            assert str(error).startswith(str(file))
            told += 1
    assert told > 20


@pytest.fixture(scope='module')
def whole(tmp_path_factory):
    path = tmp_path_factory.mktemp('decoding') / 'whole.mp4'
    rng = np.random.default_rng(0)
    frames = rng.integers(0, 255, (90, 64, 80, 3), dtype=np.uint8)
    frames[:, :32] = np.arange(90, dtype=np.uint8)[:, None, None, None] * 2 + 16
    write_mp4(path, frames, 25, crf=8)
    return path


def test_frames_come_in_the_order_asked_for(whole):
    video = PyAVVideo(whole)
    assert video.num_frames == 90
    assert video.fps == pytest.approx(25)
    inds = [7, 3, 3, 88, 0, 45]
    everything = video.read(range(90))
    shown = everything[:, 4:28].mean((1, 2, 3))
    np.testing.assert_allclose((shown - 16) / 2, np.arange(90), atol=0.9)
    assert (np.diff(shown) > 0).all()
    np.testing.assert_array_equal(video.read(inds), everything[inds])


@pytest.mark.parametrize('keyframe_interval', [1, 7, 250])
def test_a_stream_gives_the_frames_that_a_read_in_order_gives(
    tmp_path, keyframe_interval
):
    """Also beyond key frames, where it jumps, and back again."""
    write_mp4(
        tmp_path / 'v.mp4',
        [np.full((32, 32, 3), 2 * i + 20, np.uint8) for i in range(100)],
        25,
        keyframe_interval=keyframe_interval,
    )
    in_order = np.stack(list(PyAVVideo(tmp_path / 'v.mp4').stream(range(100))))
    np.testing.assert_allclose(in_order[:, 3, 3, 1], 2 * np.arange(100) + 20, atol=2)
    video = PyAVVideo(tmp_path / 'v.mp4')
    rng = np.random.default_rng(0)
    for count in (3, 50, 100, 1, 20):
        inds = np.sort(rng.choice(100, count, replace=False))
        frames = np.stack(list(video.stream(inds)))
        np.testing.assert_array_equal(frames, in_order[inds])


@pytest.mark.parametrize(
    ('make', 'reason'),
    [
        (None, 'no such file'),
        (lambda content: b'', 'cannot be decoded'),
        (lambda content: b'hello, I am a text', 'cannot be decoded'),
        (lambda content: content[: len(content) // 2], 'cannot be decoded'),
        (lambda content: content[:400], 'has an unknown codec'),
    ],
    ids=['missing', 'empty', 'text', 'truncated', 'header cut short'],
)
def test_a_bad_file_is_named(whole, tmp_path, make, reason):
    path = tmp_path / 'bad.mp4'
    if make:
        path.write_bytes(make(whole.read_bytes()))
    with pytest.raises(VideoDecodeError, match=f'bad.mp4: {reason}'):
        PyAVVideo(path).read(range(90))


def test_a_damaged_file_opens_and_fails_when_read(whole, tmp_path, break_middle):
    path = tmp_path / 'bad.mp4'
    path.write_bytes(whole.read_bytes())
    break_middle(path)
    video = PyAVVideo(path)  # so the check before training passes it
    assert video.num_frames == 90
    with pytest.raises(VideoDecodeError, match='bad.mp4: cannot be decoded'):
        video.read(range(90))


def test_audio_alone_and_no_frame_are_named(tmp_path):
    with av.open(str(tmp_path / 'audio.mp4'), 'w') as container:
        stream = container.add_stream('aac', rate=16000)
        frame = av.AudioFrame.from_ndarray(
            np.zeros((1, 1024), np.float32), 'fltp', 'mono'
        )
        frame.rate = 16000
        container.mux(stream.encode(frame))
        container.mux(stream.encode())
    with av.open(str(tmp_path / 'none.mp4'), 'w') as container:
        stream = container.add_stream('libx264', rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 64, 'yuv420p'
        container.mux(stream.encode())
    for name in ('audio', 'none'):
        with pytest.raises(VideoDecodeError, match=f'{name}.mp4'):
            PyAVVideo(tmp_path / f'{name}.mp4')


@pytest.mark.parametrize('width', [16, 24, 32, 48, 72, 100])
def test_narrow_videos(tmp_path, width):
    frames = [np.full((48, width, 3), 10 * i + 30, np.uint8) for i in range(4)]
    for frame in frames:
        frame[:, width // 2 :] = 200
    write_mp4(tmp_path / 'narrow.mp4', frames, 25)
    found = PyAVVideo(tmp_path / 'narrow.mp4').read(range(4))
    assert found.shape == (4, 48, width, 3)
    away = np.r_[: width // 2 - 4, width // 2 + 4 : width]  # of the edge, which rings
    np.testing.assert_allclose(found[:, :, away], np.stack(frames)[:, :, away], atol=4)
