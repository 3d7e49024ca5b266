import numpy as np
import pytest
import torch
from PIL import Image
from torchvision.transforms import functional as TF

from carl_mm.functional.photometric import PhotometricAugmentation, frame_function
from carl_mm.models import FramewiseDataPreprocessor
from carl_mm.models.data_preprocessors.photometric import (
    augment_tensor,
    draw_operations,
)

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


def drawn(options, seed):
    return draw_operations(options, torch.Generator().manual_seed(seed))


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


def smooth_pictures(count=3, size=48):
    """A coloured scene with edges: on noise 8-bit hue means nothing."""
    y, x = np.mgrid[:size, :size] / size
    pictures = []
    for k in range(count):
        red = 200 * x + 20
        green = 150 * np.sin(3 * y + k) ** 2 + 40
        blue = np.where(x + y > 0.4 + 0.2 * k, 170, 60)
        pictures.append(np.stack([red, green, blue], axis=2).astype(np.uint8))
    return pictures


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


def test_the_preprocessor_augments_and_normalizes_on_the_cpu():
    preprocessor = FramewiseDataPreprocessor(augmentation={})
    view = torch.from_numpy(np.stack(smooth_pictures())).permute(0, 3, 1, 2)
    operations = drawn(preprocessor.augmentation, 3)
    assert operations
    out = preprocessor.augment(view, operations)
    assert out.is_contiguous(memory_format=torch.channels_last)
    pictures = np.stack([frame_function(operations)(p) for p in smooth_pictures()])
    mean, std = preprocessor.mean, preprocessor.std
    expected = (torch.from_numpy(pictures).permute(0, 3, 1, 2).float() - mean) / std
    torch.testing.assert_close(out, expected, atol=1e-5, rtol=1e-5)
    # The same, whatever the memory's order.
    again = preprocessor.augment(view.contiguous(), operations)
    assert torch.equal(out, again)


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
    assert FramewiseDataPreprocessor().draw() == []


@pytest.mark.parametrize(
    'kwargs', [{'jitter_prob': 1.2}, {'hue': 0.6}, {'contrast': -1}, {'blur_count': 0}]
)
def test_bad_arguments_are_named(kwargs):
    name, value = next(iter(kwargs.items()))
    with pytest.raises(ValueError, match=f'{name} .*{value}'):
        PhotometricAugmentation(**kwargs)
    with pytest.raises(TypeError, match='jiter'):
        FramewiseDataPreprocessor(augmentation={'jiter': 1})


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


def test_each_view_has_an_augmentation_of_its_own():
    """CVRL's two clips: the first is always blurred, the second now and then."""
    gray, off = {**OFF, 'gray_prob': 1.0}, OFF
    preprocessor = FramewiseDataPreprocessor((0, 0, 0), (1, 1, 1), [gray, off])
    out = preprocessor(batch(), training=True)['inputs']
    spread = out.amax(dim=3) - out.amin(dim=3)
    assert spread[:, 0].max() == 0
    assert torch.equal(out[:, 1], batch()['inputs'][:, 1].float())
    assert preprocessor.augmentation is None
    assert preprocessor.draw(view=0) == [('gray', 1.0)]
    with pytest.raises(ValueError, match='given for 2 views, but a sample has 3'):
        preprocessor(batch(views=3), training=True)


@pytest.mark.parametrize('sigma', [0.5, 1.0, 2.0])
def test_a_wider_kernel_moves_no_value_by_a_level(sigma):
    """CVRL's kernel has 23 pixels; beyond three sigma nothing is left of it."""
    view = torch.from_numpy(np.stack(smooth_pictures())).permute(0, 3, 1, 2) / 255
    ours = augment_tensor(view, [('blur', sigma)])
    published = TF.gaussian_blur(view, [23, 23], [sigma, sigma])
    assert (ours - published).abs().max() < 1 / 255
