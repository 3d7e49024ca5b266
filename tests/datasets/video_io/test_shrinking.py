import cv2
import numpy as np
import pytest

from carl_mm.datasets.video_io.shrinking import resize, shrink


@pytest.mark.parametrize(
    ('shape', 'limits', 'expected'),
    [
        ((480, 640), (240,), (240, 320)),
        ((480, 640), (960, 320), (240, 320)),
        ((640, 480), (320, 320), (320, 240)),
        ((1000, 3), (100,), (100, 2)),  # a side of one pixel could not be encoded
    ],
)
def test_a_large_frame_is_shrunk_to_its_limits(shape, limits, expected):
    frame = np.random.default_rng(0).integers(0, 256, (*shape, 3), dtype=np.uint8)
    found = shrink(frame, *limits)
    assert found.shape == (*expected, 3)
    area = cv2.resize(frame, expected[::-1], interpolation=cv2.INTER_AREA)
    np.testing.assert_array_equal(found, area)


def test_a_frame_that_fits_is_the_same_frame():
    frame = np.zeros((240, 320, 3), np.uint8)
    assert shrink(frame, 240) is frame
    assert shrink(frame, 300, 320) is frame


def test_a_frame_four_times_too_large_is_halved_twice():
    frame = np.random.default_rng(0).integers(0, 256, (32, 48, 3), dtype=np.uint8)
    found = resize(frame, 12, 8)
    means = frame.reshape(8, 4, 12, 4, 3).mean(axis=(1, 3))
    np.testing.assert_allclose(found, means, atol=1)
    bilinear = cv2.resize(frame, (30, 20), interpolation=cv2.INTER_LINEAR)
    np.testing.assert_array_equal(resize(frame, 30, 20), bilinear)
    assert resize(frame, 48, 32) is frame
