import numpy as np
import pytest
from mmaction.registry import TRANSFORMS

from carl_mm.datasets import ClipConsistentCenterCrop, ClipConsistentResizedCrop
from tests.datasets.transforms.pipeline import imgs


@pytest.mark.parametrize('kind', ['ClipConsistentResizedCrop', 'ClipConsistentFlip'])
def test_one_draw_a_view(kind):
    options = {'size': 24} if 'Crop' in kind else {}
    step = TRANSFORMS.build({'type': kind, **options})
    differing = 0
    for seed in range(20):
        results = {'imgs': imgs(), 'rng': np.random.default_rng(seed)}
        views = step.transform(results)['imgs']
        for view in views:
            assert all(np.array_equal(view[0], frame) for frame in view)
        differing += not np.array_equal(views[0][0], views[1][0])
    assert differing >= 5


def test_crop_boxes_keep_to_their_ranges():
    step = ClipConsistentResizedCrop(24, scale=(0.5, 0.9))
    rng = np.random.default_rng(0)
    boxes = np.array([step.draw_box(rng, 200, 200) for _ in range(2000)])
    top, left, height, width = boxes.T
    assert (top >= 0).all()
    assert (left >= 0).all()
    assert (top + height <= 200).all()
    assert (left + width <= 200).all()
    share, ratio = height * width / 200**2, width / height
    assert share.min() > 0.49
    assert share.max() < 0.91
    assert ratio.min() > 0.74
    assert ratio.max() < 1.35
    # Uniform in area: a draw too wide for the picture is refused, which costs little.
    assert abs(share.mean() - 0.7) < 0.03


def test_a_picture_too_wide_for_any_box_gives_the_central_one():
    step = ClipConsistentResizedCrop(24, scale=(0.99, 1.0))
    box = step.draw_box(np.random.default_rng(0), 90, 320)
    assert box == (0, 100, 90, 120)


@pytest.mark.parametrize('shape', [(36, 64), (64, 36), (20, 20), (224, 300)])
@pytest.mark.parametrize('short_side', [None, 40, 0])
def test_center_crop_has_its_size(shape, short_side):
    step = ClipConsistentCenterCrop(32, short_side)
    frame = np.zeros((*shape, 3), np.uint8)
    assert step.crop(frame).shape == (32, 32, 3)


def test_center_crop_of_the_stored_frame_is_the_published_one():
    frame = imgs(height=60, width=80)[0][0]
    crop = ClipConsistentCenterCrop(32, short_side=0).crop(frame)
    np.testing.assert_array_equal(crop, frame[14:46, 24:56])


def test_a_probability_out_of_range_is_named():
    with pytest.raises(ValueError, match='1.5'):
        TRANSFORMS.build({'type': 'ClipConsistentFlip', 'prob': 1.5})


@pytest.mark.parametrize('shape', [(36, 64), (64, 36), (10, 10)])
def test_whole_frames_become_squares(shape):
    img = np.random.default_rng(0).integers(0, 256, (*shape, 3), dtype=np.uint8)
    transform = TRANSFORMS.build({'type': 'ClipConsistentResize', 'size': 20})
    found = transform.draw(np.random.default_rng(1), *shape)(img)
    assert found.shape == (20, 20, 3)
    assert found.mean((0, 1)) == pytest.approx(img.mean((0, 1)), abs=6)
    # Nothing is cropped: what is at a side stays at that side.
    half = np.zeros((*shape, 3), dtype=np.uint8)
    half[:, shape[1] // 2 :] = 200
    found = transform.draw(np.random.default_rng(1), *shape)(half)
    assert (found[:, :9] == 0).all() and (found[:, 11:] == 200).all()
    with pytest.raises(ValueError, match='got 0'):
        TRANSFORMS.build({'type': 'ClipConsistentResize', 'size': 0})
