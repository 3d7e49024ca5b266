import numpy as np
import pytest
import torch

from carl_mm.functional.photometric import frame_function
from carl_mm.models import FramewiseDataPreprocessor
from tests.models.data_preprocessors.pictures import OFF, drawn, frames, smooth_pictures


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


def test_batches_are_copied_while_the_host_goes_on(monkeypatch):
    waited = []
    copy = torch.Tensor.to

    def note(tensor, *args, **options):
        waited.append(not options.get('non_blocking', False))
        return copy(tensor, *args, **options)

    monkeypatch.setattr(torch.Tensor, 'to', note)
    for preprocessor, waits in (
        (FramewiseDataPreprocessor(), False),
        (FramewiseDataPreprocessor(non_blocking=False), True),
    ):
        waited.clear()
        preprocessor.cast_data(batch())
        assert waited == [waits] * 3


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


def test_without_augmentation_nothing_is_drawn():
    assert FramewiseDataPreprocessor().draw() == []
    assert FramewiseDataPreprocessor(augmentation=OFF).draw() == []


def test_a_misspelt_option_is_named():
    with pytest.raises(TypeError, match='jiter'):
        FramewiseDataPreprocessor(augmentation={'jiter': 1})


def test_one_switch_makes_all_augmentations_cvrls_released_ones():
    options = {'mean': (0.0,) * 3, 'std': (255.0,) * 3}
    contrast = dict(OFF, jitter_prob=1.0, contrast=0.8)
    plain, released = (
        FramewiseDataPreprocessor(**options, augmentation=[contrast] * 2, released=on)
        for on in (False, True)
    )
    assert all(view.released for view in released.view_augmentations)
    assert not any(view.released for view in plain.view_augmentations)
    frames = torch.randint(0, 256, (4, 3, 8, 9), dtype=torch.uint8)
    operations = [('clip_contrast', 0.5)]
    mean = (frames / 255).mean((0, 2, 3), keepdim=True)
    expected = (frames / 255 - mean) * 0.5 + mean
    torch.testing.assert_close(released.augment(frames, operations), expected)
    inputs = frames[None, None].expand(1, 2, -1, -1, -1, -1)
    torch.manual_seed(0)
    found = released({'inputs': inputs}, training=True)['inputs']
    torch.manual_seed(0)
    other = plain({'inputs': inputs}, training=True)['inputs']
    assert found.shape == other.shape == (1, 2, 4, 3, 8, 9)
    assert not torch.allclose(found, other, atol=0.01)
