"""Folders of numbered images, read as videos."""

import cv2
import numpy as np
import pytest

from carl_mm.datasets.video_io.frame_reader import VideoDecodeError
from carl_mm.datasets.video_io.image_folder import ImageFolder


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
    video = ImageFolder(image_folder)
    assert (video.num_frames, video.fps) == (5, 30.0)
    assert video.filename == str(image_folder)
    frames = video.read([2, 0, 2, 4])
    assert frames.shape == (4, 24, 32, 3)
    assert frames.dtype == np.uint8
    np.testing.assert_array_equal(frames[:, 5, 5, 0], [100, 80, 100, 120])
    np.testing.assert_array_equal(frames[:, 5, 5, 2], 200)
    stream = np.stack(list(video.stream(range(1, 4))))
    np.testing.assert_array_equal(stream, video.read(range(1, 4)))


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
        ImageFolder(image_folder)


def test_a_bad_image_is_named(image_folder):
    path = image_folder / 'frame_11.png'
    whole = path.read_bytes()
    path.write_bytes(b'')
    with pytest.raises(VideoDecodeError, match=r'images: frame_11\.png cannot be'):
        ImageFolder(image_folder).read(range(5))
    path.write_bytes(whole)
    cv2.imwrite(str(path), np.zeros((24, 30, 3), np.uint8))
    video = ImageFolder(image_folder)
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
        ImageFolder(tmp_path).read([0])
