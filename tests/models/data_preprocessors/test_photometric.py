import numpy as np
import pytest
import torch
from PIL import Image
from torchvision.transforms import functional as TF

from carl_mm.functional.photometric import PhotometricAugmentation, frame_function
from carl_mm.models.data_preprocessors.photometric import (
    augment_tensor,
    draw_operations,
)
from tests.models.data_preprocessors.pictures import OFF, drawn, frames, smooth_pictures


def reference(picture, generator, options):
    """One frame through torchvision, drawing as the augmentation does."""
    draws = torch.rand(8, generator=generator, dtype=torch.float64).tolist()
    order = torch.randperm(4, generator=generator).tolist()
    factors = [1 + 0.8 * (2 * d - 1) for d in draws[4:7]]
    hue = 0.2 * (2 * draws[7] - 1)
    if draws[0] < options.jitter_prob:
        for index in order:
            picture = (
                TF.adjust_brightness(picture, factors[0])
                if index == 0
                else TF.adjust_contrast(picture, factors[1])
                if index == 1
                else TF.adjust_saturation(picture, factors[2])
                if index == 2
                else TF.adjust_hue(picture, hue)
            )
    if draws[1] < options.gray_prob:
        picture = TF.rgb_to_grayscale(picture, 3)
    if draws[2] < options.blur_prob:
        sigma = 0.1 + 1.9 * draws[3]
        picture = TF.gaussian_blur(picture, [15, 15], [sigma, sigma])
    return picture


@pytest.mark.parametrize('seed', range(6))
def test_equals_a_plain_reference_frame_by_frame(seed):
    options = PhotometricAugmentation()
    view = frames(size=24).float() / 255
    out = augment_tensor(view, drawn(options, seed))
    for index in range(len(view)):
        generator = torch.Generator().manual_seed(seed)
        expected = reference(view[index], generator, options)
        torch.testing.assert_close(out[index], expected, atol=4e-3, rtol=0)


@pytest.mark.parametrize('seed', range(12))
def test_eight_bit_frames_are_those_of_the_tensors(seed):
    """On a CPU frames pass in 8 bits: the same augmentation to a few levels."""
    operations = drawn(PhotometricAugmentation(), seed)
    pictures = smooth_pictures()
    view = torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2)
    expected = augment_tensor(view.float() / 255, operations).permute(0, 2, 3, 1)
    function = frame_function(operations)
    for picture, wanted in zip(pictures, expected, strict=True):
        before = picture.copy()
        found = function(picture)
        np.testing.assert_array_equal(picture, before)
        gap = np.abs(found - 255 * wanted.numpy())
        assert gap.mean() < 2.5
        assert np.quantile(gap, 0.99) < 12  # hue has 256 steps


@pytest.mark.parametrize('name', ['brightness', 'contrast', 'saturation', 'hue'])
@pytest.mark.parametrize('value', [0.05, 0.2, 0.6, 1.3, 1.8])
def test_one_operation_is_pils(name, value):
    value = value / 9 if name == 'hue' else value
    picture = smooth_pictures()[1]
    image = Image.fromarray(picture)
    expected = getattr(TF, f'adjust_{name}')(image, value)
    found = frame_function([(name, value)])(picture)
    gap = np.abs(found.astype(int) - np.asarray(expected).astype(int))
    assert gap.mean() < (2.5 if name == 'hue' else 1)  # its turns have 256 steps
    assert np.quantile(gap, 0.99) <= (12 if name == 'hue' else 2)


def test_probabilities_and_ranges():
    options = PhotometricAugmentation()
    generator = torch.Generator().manual_seed(0)
    seen = {}
    first = []
    for _ in range(2000):
        operations = draw_operations(options, generator)
        first.append(operations[0][0] if operations else '')
        for name, value in operations:
            seen.setdefault(name, []).append(value)
    seen = {name: np.array(values) for name, values in seen.items()}
    for name in ('brightness', 'contrast', 'saturation'):
        assert abs(len(seen[name]) / 2000 - 0.8) < 0.03
        assert abs(seen[name].mean() - 1) < 0.04
        assert 0.2 <= seen[name].min() < 0.22
        assert 1.78 < seen[name].max() <= 1.8
    assert abs(len(seen['gray']) / 2000 - 0.2) < 0.03
    assert abs(len(seen['blur']) / 2000 - 0.5) < 0.04
    assert abs(seen['blur'].mean() - 1.05) < 0.05
    assert 0.15 < np.abs(seen['hue']).max() <= 0.2
    assert abs(seen['hue'].mean()) < 0.01
    for name in ('brightness', 'contrast', 'saturation', 'hue'):  # in random order
        assert abs(first.count(name) / len(seen['hue']) - 0.25) < 0.04


def test_moments_over_draws_are_those_of_pil():
    """Mean and spread of a picture's channels over many draws, by both ways."""
    options = PhotometricAugmentation(blur_prob=0.0)
    picture = smooth_pictures()[2]
    ours, plain = [], []
    for seed in range(300):
        operations = drawn(options, seed)
        ours.append(frame_function(operations)(picture).reshape(-1, 3))
        image = Image.fromarray(picture)
        for name, value in operations:
            image = (
                image.convert('L').convert('RGB')
                if name == 'gray'
                else getattr(TF, f'adjust_{name}')(image, value)
            )
        plain.append(np.asarray(image).reshape(-1, 3))
    ours, plain = np.stack(ours).astype(float), np.stack(plain).astype(float)
    np.testing.assert_allclose(ours.mean((0, 1)), plain.mean((0, 1)), atol=1.5)
    np.testing.assert_allclose(ours.std((0, 1)), plain.std((0, 1)), atol=1)
    np.testing.assert_allclose(
        ours.mean(1).std(0), plain.mean(1).std(0), atol=1
    )  # between draws


def test_the_published_blur_comes_with_the_jitter_and_four_times():
    options = PhotometricAugmentation(blur_in_jitter=True, blur_count=4)
    generator = torch.Generator().manual_seed(0)
    jittered = blurred = 0
    for _ in range(2000):
        names = [name for name, _ in draw_operations(options, generator)]
        assert names.count('blur') in (0, 4)
        assert 'blur' not in names or 'hue' in names
        jittered += 'hue' in names
        blurred += 'blur' in names
    assert abs(jittered / 2000 - 0.8) < 0.03
    assert abs(blurred / 2000 - 0.4) < 0.04


def test_off_draws_nothing():
    assert drawn(PhotometricAugmentation(**OFF), 0) == []


@pytest.mark.parametrize(
    'kwargs', [{'jitter_prob': 1.2}, {'hue': 0.6}, {'contrast': -1}, {'blur_count': 0}]
)
def test_bad_arguments_are_named(kwargs):
    name, value = next(iter(kwargs.items()))
    with pytest.raises(ValueError, match=f'{name} .*{value}'):
        PhotometricAugmentation(**kwargs)


def test_solarisation_inverts_the_upper_half():
    picture = np.array([0, 10, 127, 128, 200, 255], np.uint8).reshape(1, 2, 3)
    found = frame_function([('solarize', 1.0)])(picture)
    assert found.ravel().tolist() == [0, 10, 127, 127, 55, 0]
    tensor = torch.tensor([0.0, 0.3, 0.5, 0.6, 1.0])
    out = augment_tensor(tensor, [('solarize', 1.0)])
    torch.testing.assert_close(out, torch.tensor([0.0, 0.3, 0.5, 0.4, 0.0]))


def test_solarisation_is_drawn_last_and_changes_no_other_draw():
    plain = PhotometricAugmentation(blur_prob=1.0)
    options = PhotometricAugmentation(blur_prob=1.0, solarize_prob=0.2)
    assert (plain.num_draws, options.num_draws) == (8, 9)
    count = 0
    for seed in range(2000):
        rng = np.random.default_rng(seed)
        draws, order = rng.random(9).tolist(), rng.permutation(4).tolist()
        found = options.operations(draws, order)
        if found[-1][0] == 'solarize':
            count += 1
            found = found[:-1]
        assert found == plain.operations(draws[:8], order)
    assert abs(count / 2000 - 0.2) < 0.04
    with pytest.raises(ValueError, match='solarize_prob .* 1.5'):
        PhotometricAugmentation(solarize_prob=1.5)


@pytest.mark.parametrize('sigma', [0.5, 1.0, 2.0])
def test_a_wider_kernel_moves_no_value_by_a_level(sigma):
    """CVRL's kernel has 23 pixels; beyond three sigma nothing is left of it."""
    view = torch.from_numpy(np.stack(smooth_pictures())).permute(0, 3, 1, 2) / 255
    ours = augment_tensor(view, [('blur', sigma)])
    published = TF.gaussian_blur(view, [23, 23], [sigma, sigma])
    assert (ours - published).abs().max() < 1 / 255


def test_released_contrast_is_about_the_clips_channel_means():
    """TensorFlow's adjust_contrast of a clip laid out as one tall picture."""
    clip = torch.rand(3, 3, 4, 5, generator=torch.Generator().manual_seed(0))
    for factor in (0.2, 0.9, 1.8):
        found = augment_tensor(clip, [('clip_contrast', factor)])
        for channel in range(3):
            values = clip[:, channel].flatten().tolist()
            mean = sum(values) / len(values)
            expected = [min(1, max(0, (v - mean) * factor + mean)) for v in values]
            assert found[:, channel].flatten().tolist() == pytest.approx(
                expected, abs=1e-6
            )
    # SimCLR's is about each frame's gray mean: equal frames alone are alike.
    assert not torch.allclose(found, augment_tensor(clip, [('contrast', factor)]))


@pytest.mark.parametrize('sigma', [0.1, 0.7, 2.0])
@pytest.mark.parametrize('height', [20, 64, 224])
def test_released_blur_pads_with_zeros(height, sigma):
    radius = {20: 1, 64: 3, 224: 11}[height]  # 23 taps at 224 pixels
    clip = torch.rand(1, 3, height, 9, generator=torch.Generator().manual_seed(0))
    found = augment_tensor(clip, [('zero_padded_blur', sigma)])
    taps = np.exp(-(np.arange(-radius, radius + 1) ** 2) / (2 * sigma**2))
    taps /= taps.sum()
    for channel in range(3):
        rows = np.apply_along_axis(
            np.convolve, 1, np.pad(clip[0, channel].double(), radius), taps, 'same'
        )
        both = np.apply_along_axis(np.convolve, 0, rows, taps, 'same')
        expected = both[radius:-radius, radius:-radius]
        np.testing.assert_allclose(found[0, channel], expected, atol=1e-5)
    white = augment_tensor(torch.ones(1, 3, height, 30), [('zero_padded_blur', 2.0)])
    assert white[0, 0, 0, 0] < 0.6 and white[0, 0, 0, 0] < white[0, 0, 0, 12]


def test_released_draws_the_same_and_does_other_operations():
    options = dict(blur_prob=1.0, solarize_prob=1.0, gray_prob=1.0, jitter_prob=1.0)
    draws, order = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.1], [2, 0, 3, 1]
    plain = PhotometricAugmentation(**options).operations(draws, order)
    ours = PhotometricAugmentation(**options, released=True).operations(draws, order)
    assert [value for _, value in plain] == [value for _, value in ours]
    assert [name for name, _ in ours] == [
        'hsv_saturation',
        'brightness',
        'hue',
        'clip_contrast',
        'gray',
        'zero_padded_blur',
        'solarize',
    ]
