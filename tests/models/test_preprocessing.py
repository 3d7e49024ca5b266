import numpy as np
import pytest
import torch
from torchvision.transforms import functional as TF

from carl_mm.models import FramewiseDataPreprocessor, PhotometricAugmentation

OFF = {'jitter_prob': 0.0, 'gray_prob': 0.0, 'blur_prob': 0.0}


def frames(count=3, size=16, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(0, 256, (count, 3, size, size), generator=generator).byte()


def batch(views=2):
    inputs = torch.stack([frames(seed=0)] * 2 * views).view(2, views, 3, 3, 16, 16)
    flags = torch.ones(2, views, 3, dtype=torch.bool)
    return {'inputs': inputs, 'frame_inds': flags.long(), 'valid': flags}


def test_without_augmentation_training_only_normalizes():
    preprocessor = FramewiseDataPreprocessor(mean=(10, 20, 30), std=(2, 4, 8))
    out = preprocessor(batch(), training=True)['inputs']
    assert out.dtype == torch.float32
    mean = torch.tensor([10.0, 20, 30]).view(3, 1, 1)
    std = torch.tensor([2.0, 4, 8]).view(3, 1, 1)
    expected = (batch()['inputs'].float() - mean) / std
    torch.testing.assert_close(out, expected, atol=1e-4, rtol=1e-5)


def test_testing_leaves_uint8():
    preprocessor = FramewiseDataPreprocessor(augmentation={})
    inputs = [frames(3), frames(5)]
    out = preprocessor({'inputs': inputs, 'data_samples': []}, training=False)
    assert [v.dtype for v in out['inputs']] == [torch.uint8] * 2
    assert [len(v) for v in out['inputs']] == [3, 5]


def test_cached_features_pass():
    preprocessor = FramewiseDataPreprocessor(augmentation={})
    features = torch.randn(2, 2, 4, 8)
    out = preprocessor({'inputs': features}, training=True)['inputs']
    assert torch.equal(out, features)


def test_one_draw_a_view_another_for_the_next():
    augmentation = {'jitter_prob': 1.0, 'gray_prob': 0.0, 'blur_prob': 0.0}
    preprocessor = FramewiseDataPreprocessor(augmentation=augmentation)
    torch.manual_seed(0)
    data = batch()
    data['inputs'][:, :, 1] = data['inputs'][:, :, 0]  # two equal frames in a view
    out = preprocessor(data, training=True)['inputs']
    assert torch.equal(out[:, :, 0], out[:, :, 1])
    assert not torch.allclose(out[0, 0], out[0, 1])
    assert not torch.allclose(out[0, 0], out[1, 0])


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
    out = options(view, torch.Generator().manual_seed(seed))
    for index in range(len(view)):
        generator = torch.Generator().manual_seed(seed)
        expected = reference(view[index], generator, options)
        torch.testing.assert_close(out[index], expected, atol=4e-3, rtol=0)


def test_probabilities_and_ranges():
    options = PhotometricAugmentation()
    generator = torch.Generator().manual_seed(0)
    seen = {'adjust_brightness': [], 'rgb_to_grayscale': [], 'gaussian_blur': []}
    first = []
    for _ in range(2000):
        operations = options.draw(generator)
        first.append(operations[0].func.__name__ if operations else '')
        for operation in operations:
            seen.setdefault(operation.func.__name__, []).append(operation.keywords)
    factors = np.array([k['brightness_factor'] for k in seen['adjust_brightness']])
    sigmas = np.array([k['sigma'] for k in seen['gaussian_blur']])
    assert abs(len(factors) / 2000 - 0.8) < 0.03
    assert abs(len(seen['rgb_to_grayscale']) / 2000 - 0.2) < 0.03
    assert abs(len(sigmas) / 2000 - 0.5) < 0.04
    assert abs(factors.mean() - 1) < 0.03
    assert factors.min() < 0.22
    assert factors.max() > 1.78
    assert abs(sigmas.mean() - 1.05) < 0.05
    turns = np.array([k['turns'] for k in seen['shift_hue']])
    assert abs(turns).max() <= 0.2
    starts = first.count('adjust_contrast') / len(factors)
    assert abs(starts - 0.25) < 0.04  # the order is random


def test_the_published_blur_comes_with_the_jitter_and_four_times():
    options = PhotometricAugmentation(blur_in_jitter=True, blur_count=4)
    generator = torch.Generator().manual_seed(0)
    jittered = blurred = 0
    for _ in range(2000):
        names = [operation.func.__name__ for operation in options.draw(generator)]
        assert names.count('gaussian_blur') in (0, 4)
        assert 'gaussian_blur' not in names or 'shift_hue' in names
        jittered += 'shift_hue' in names
        blurred += 'gaussian_blur' in names
    assert abs(jittered / 2000 - 0.8) < 0.03
    assert abs(blurred / 2000 - 0.4) < 0.04


def test_off_is_the_identity():
    view = frames().float() / 255
    assert torch.equal(PhotometricAugmentation(**OFF)(view), view)


@pytest.mark.parametrize(
    'kwargs', [{'jitter_prob': 1.2}, {'hue': 0.6}, {'contrast': -1}, {'blur_count': 0}]
)
def test_bad_arguments_are_named(kwargs):
    name, value = next(iter(kwargs.items()))
    with pytest.raises(ValueError, match=f'{name} .*{value}'):
        PhotometricAugmentation(**kwargs)
    with pytest.raises(TypeError, match='jiter'):
        FramewiseDataPreprocessor(augmentation={'jiter': 1})
