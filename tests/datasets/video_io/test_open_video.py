import av
import cv2
import numpy as np
import pytest

from carl_mm.datasets import VideoDecodeError, open_video
from carl_mm.datasets.video_io.video_writer import write_mp4


@pytest.fixture(scope='module')
def whole(tmp_path_factory):
    path = tmp_path_factory.mktemp('decoding') / 'whole.mp4'
    rng = np.random.default_rng(0)
    frames = rng.integers(0, 255, (90, 64, 80, 3), dtype=np.uint8)
    frames[:, :32] = np.arange(90, dtype=np.uint8)[:, None, None, None] * 2 + 16
    write_mp4(path, frames, 25, crf=8)
    return path


def test_frames_come_in_the_order_asked_for(whole):
    video = open_video(whole)
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
    in_order = np.stack(list(open_video(tmp_path / 'v.mp4').stream(range(100))))
    np.testing.assert_allclose(in_order[:, 3, 3, 1], 2 * np.arange(100) + 20, atol=2)
    video = open_video(tmp_path / 'v.mp4')
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
        open_video(path).read(range(90))


def test_a_damaged_file_opens_and_fails_when_read(whole, tmp_path, break_middle):
    path = tmp_path / 'bad.mp4'
    path.write_bytes(whole.read_bytes())
    break_middle(path)
    video = open_video(path)  # so the check before training passes it
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
            open_video(tmp_path / f'{name}.mp4')


def test_one_frame(tmp_path):
    write_mp4(tmp_path / 'one.mp4', [np.zeros((32, 32, 3), np.uint8)], 25)
    assert open_video(tmp_path / 'one.mp4').read([0, 0]).shape == (2, 32, 32, 3)


@pytest.mark.parametrize('width', [16, 24, 32, 48, 72, 100])
def test_narrow_videos(tmp_path, width):
    """decord #336: it takes the padding of such rows for channels."""
    frames = [np.full((48, width, 3), 10 * i + 30, np.uint8) for i in range(4)]
    for frame in frames:
        frame[:, width // 2 :] = 200
    write_mp4(tmp_path / 'narrow.mp4', frames, 25)
    found = open_video(tmp_path / 'narrow.mp4').read(range(4))
    assert found.shape == (4, 48, width, 3)
    away = np.r_[: width // 2 - 4, width // 2 + 4 : width]  # of the edge, which rings
    np.testing.assert_allclose(found[:, :, away], np.stack(frames)[:, :, away], atol=4)


@pytest.fixture
def image_folder(tmp_path):
    """Images 8 to 12, so that the order of names is not that of numbers."""
    folder = tmp_path / 'images'
    folder.mkdir()
    for number in range(8, 13):
        frame = np.full((24, 32, 3), number * 10, np.uint8)
        frame[..., 0] = 200  # cv2's blue
        cv2.imwrite(str(folder / f'frame_{number}.png'), frame)
    (folder / 'Thumbs.db').write_text('no image')
    return folder


def test_a_folder_of_images_is_a_video(image_folder):
    video = open_video(image_folder)
    assert (video.num_frames, video.fps) == (5, 30.0)
    assert video.filename == str(image_folder)
    frames = video.read([2, 0, 2, 4])
    assert frames.shape == (4, 24, 32, 3)
    assert frames.dtype == np.uint8
    np.testing.assert_array_equal(frames[:, 5, 5, 0], [100, 80, 100, 120])
    np.testing.assert_array_equal(frames[:, 5, 5, 2], 200)
    stream = np.stack(list(video.stream(range(1, 4))))
    np.testing.assert_array_equal(stream, video.read(range(1, 4)))


def test_a_file_opens_as_itself(whole, tmp_path):
    assert open_video(whole).read([3]).shape == (1, 64, 80, 3)
    with pytest.raises(VideoDecodeError, match='absent: no such file'):
        open_video(tmp_path / 'absent')


@pytest.mark.parametrize(
    ('spoil', 'reason'),
    [
        (lambda f: (f / 'frame_10.png').unlink(), 'frame 10 is missing'),
        (lambda f: (f / 'cover.jpg').write_bytes(b''), 'cover.jpg has no frame number'),
        (
            lambda f: (f / '0009.jpg').write_bytes(b''),
            '0009.jpg and frame_9.png have the same frame number',
        ),
        (lambda f: [image.unlink() for image in f.glob('*.png')], 'contains no frame'),
    ],
    ids=['missing', 'unnumbered', 'twice', 'none'],
)
def test_a_bad_folder_of_images_is_named(image_folder, spoil, reason):
    spoil(image_folder)
    with pytest.raises(VideoDecodeError, match=f'images: {reason}'):
        open_video(image_folder)


def test_a_bad_image_is_named(image_folder):
    path = image_folder / 'frame_11.png'
    whole = path.read_bytes()
    path.write_bytes(b'')
    with pytest.raises(VideoDecodeError, match=r'images: frame_11\.png cannot be'):
        open_video(image_folder).read(range(5))
    path.write_bytes(whole)
    cv2.imwrite(str(path), np.zeros((24, 30, 3), np.uint8))
    video = open_video(image_folder)
    video.read([0, 1])
    with pytest.raises(
        VideoDecodeError, match=r'frame_11\.png is 30x24, frame_8\.png is 32x24'
    ):
        video.read([3])


def test_half_a_jpeg_is_named(tmp_path):
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8)
    whole = cv2.imencode('.jpg', noise)[1].tobytes()
    (tmp_path / '000001.jpg').write_bytes(whole[: len(whole) // 2])
    with pytest.raises(VideoDecodeError, match=r'000001\.jpg cannot be decoded'):
        open_video(tmp_path).read([0])
