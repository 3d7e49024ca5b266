import numpy as np
import pytest

from carl_mm.functional.photometric import (
    PhotometricAugmentation,
    blur_kernel_size,
    frame_function,
)

FRAME = np.array([[[255, 0, 0], [10, 20, 30]]], dtype=np.uint8)
# Chances of jitter, gray and blur, the sigma, then four factors.
DRAWS = [0.5, 0.5, 0.2, 0.25, 0.0, 0.5, 1.0, 0.75]


def test_draws_become_operations():
    found = PhotometricAugmentation().operations(DRAWS, order=[3, 0, 2, 1])
    assert [name for name, _ in found] == [
        'hue',
        'brightness',
        'saturation',
        'contrast',
        'blur',
    ]
    values = dict(found)
    assert values['brightness'] == pytest.approx(0.2)
    assert values['contrast'] == pytest.approx(1.0)
    assert values['saturation'] == pytest.approx(1.8)
    assert values['hue'] == pytest.approx(0.1)
    assert values['blur'] == pytest.approx(0.1 + 0.25 * 1.9)


def test_the_published_blur_needs_the_jitter():
    published = PhotometricAugmentation(
        jitter_prob=0.4, blur_in_jitter=True, blur_count=4
    )
    assert published.operations(DRAWS, range(4)) == []
    drawn = published.operations([0.3, *DRAWS[1:]], range(4))
    assert [name for name, _ in drawn][-4:] == ['blur'] * 4


@pytest.mark.parametrize(
    ('operation', 'expected'),
    [
        (('brightness', 2.0), [[255, 0, 0], [20, 40, 60]]),
        (('gray', 1.0), [[76] * 3, [18] * 3]),
        (('saturation', 0.0), [[76] * 3, [18] * 3]),
        (('solarize', 1.0), [[0, 0, 0], [10, 20, 30]]),
        (('hue', 0.5), [[0, 255, 255], [30, 20, 10]]),
        (('contrast', 0.0), [[47] * 3] * 2),  # the mean of 76 and 18
    ],
)
def test_one_operation_by_hand(operation, expected):
    before = FRAME.copy()
    found = frame_function([operation])(FRAME)
    steps = 3 if operation[0] == 'hue' else 1  # a circle of 256 steps
    np.testing.assert_allclose(found[0].astype(int), expected, atol=steps)
    np.testing.assert_array_equal(FRAME, before)


def test_operations_are_applied_in_turn():
    both = frame_function([('brightness', 2.0), ('solarize', 1.0)])(FRAME)
    assert both[0].tolist() == [[0, 0, 0], [20, 40, 60]]
    assert frame_function([])(FRAME) is FRAME


def test_a_blur_spreads_over_its_kernel():
    assert [blur_kernel_size(s) for s in (0.1, 1.0, 2.0)] == [3, 7, 13]
    frame = np.zeros((9, 9, 3), np.uint8)
    frame[4, 4] = 255
    found = frame_function([('blur', 1.0)])(frame)
    assert found[4, 6].any()
    assert not found[4, 8].any()
    np.testing.assert_array_equal(frame_function([('blur', 0.2)])(frame), frame)


@pytest.mark.parametrize(
    'options', [{'jitter_prob': 1.2}, {'hue': 0.6}, {'contrast': -1}, {'blur_count': 0}]
)
def test_bad_options_are_named(options):
    ((name, value),) = options.items()
    with pytest.raises(ValueError, match=f'{name} .*{value}'):
        PhotometricAugmentation(**options)
