import av
import numpy as np
import pytest

from carl_mm.datasets import Video, VideoDecodeError
from carl_mm.datasets.video_writer import write_mp4


@pytest.fixture(scope='module')
def whole(tmp_path_factory):
    path = tmp_path_factory.mktemp('decoding') / 'whole.mp4'
    rng = np.random.default_rng(0)
    frames = rng.integers(0, 255, (90, 64, 80, 3), dtype=np.uint8)
    frames[:, :32] = np.arange(90, dtype=np.uint8)[:, None, None, None] * 2 + 16
    write_mp4(path, frames, 25, crf=8)
    return path


def test_frames_come_in_the_order_asked_for(whole):
    video = Video(whole)
    assert video.num_frames == 90
    assert video.fps == pytest.approx(25)
    inds = [7, 3, 3, 88, 0, 45]
    everything = video.read(range(90))
    shown = everything[:, 4:28].mean((1, 2, 3))
    np.testing.assert_allclose((shown - 16) / 2, np.arange(90), atol=0.9)
    assert (np.diff(shown) > 0).all()
    np.testing.assert_array_equal(video.read(inds), everything[inds])


def test_chunks_are_the_whole_video(whole):
    chunks = list(Video(whole).chunks(40))
    assert [len(chunk) for chunk in chunks] == [40, 40, 10]
    np.testing.assert_array_equal(np.concatenate(chunks), Video(whole).read(range(90)))


@pytest.mark.parametrize(
    ('make', 'reason'),
    [
        (None, 'no such file'),
        (lambda content: b'', 'cannot be decoded'),
        (lambda content: b'hello, I am a text', 'cannot be decoded'),
        (lambda content: content[: len(content) // 2], 'cannot be decoded'),
    ],
    ids=['missing', 'empty', 'text', 'truncated'],
)
def test_a_bad_file_is_named(whole, tmp_path, make, reason):
    path = tmp_path / 'bad.mp4'
    if make:
        path.write_bytes(make(whole.read_bytes()))
    with pytest.raises(VideoDecodeError, match=f'bad.mp4: {reason}'):
        Video(path).read(range(90))


def test_a_damaged_file_opens_and_fails_when_read(whole, tmp_path, break_middle):
    path = tmp_path / 'bad.mp4'
    path.write_bytes(whole.read_bytes())
    break_middle(path)
    video = Video(path)  # so the check before training passes it
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
            Video(tmp_path / f'{name}.mp4')


def test_one_frame(tmp_path):
    write_mp4(tmp_path / 'one.mp4', [np.zeros((32, 32, 3), np.uint8)], 25)
    assert Video(tmp_path / 'one.mp4').read([0, 0]).shape == (2, 32, 32, 3)


def test_a_width_that_decord_cannot_read_is_named(tmp_path):
    """decord #336; when this fails, decord is mended and README need not tell."""
    write_mp4(tmp_path / 'narrow.mp4', [np.zeros((48, 48, 3), np.uint8)] * 3, 25)
    with pytest.raises(VideoDecodeError, match='narrow.mp4: cannot be decoded'):
        Video(tmp_path / 'narrow.mp4').read([0, 1])
