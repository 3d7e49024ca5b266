import numpy as np
import pytest
import torch
from mmaction.registry import TRANSFORMS
from mmcv.transforms import Compose

CROPS = [
    {'type': 'SingleViewTemporalCrop', 'num_frames': 8, 'max_crop_ratio': 1.5},
    {'type': 'AnchorPositiveCrop', 'num_frames': 8, 'window': 3},
    {'type': 'TwoSpeedCrop', 'num_frames': 8},
]
IDS = [crop['type'] for crop in CROPS]


def run(pipeline, seed=0, **results):
    return Compose(pipeline)({'rng': np.random.default_rng(seed), **results})


@pytest.mark.parametrize('crop', CROPS, ids=IDS)
def test_pictures_are_those_of_the_indices(make_videos, crop):
    """Also where they do not ascend: the square's place tells the frame."""
    video = str(make_videos(lengths=(26,), test_share=0) / 'videos' / 'video_0.mp4')
    pipeline = [
        {'type': 'OpenVideo'},
        crop,
        {'type': 'DecodeViews'},
        {'type': 'PackFramewiseInputs'},
    ]
    sample = run(pipeline, filename=video)
    num_views = 2 if crop['type'] == 'TwoSpeedCrop' else 1
    assert sample['inputs'].shape == (num_views, 8, 3, 64, 64)
    assert sample['frame_inds'].shape == sample['valid'].shape == (num_views, 8)
    assert sample['frame_inds'].dtype == torch.int64
    assert sample['data_samples'].total_frames == 26
    bright = sample['inputs'][:, :, 0, 22:26].float().mean(2).gt(180).float()
    left = (bright * torch.arange(64.0)).sum(-1) / bright.sum(-1) - 3.5
    expected = (sample['frame_inds'] * 2) % 56
    torch.testing.assert_close(left, expected.float(), atol=1.5, rtol=0)


@pytest.mark.parametrize('crop', CROPS, ids=IDS)
def test_features_are_those_of_the_indices(crop):
    features = np.arange(4 * 26, dtype=np.float32).reshape(4, 26, 1)
    pipeline = [crop, {'type': 'TakeCachedFeatures'}, {'type': 'PackFramewiseInputs'}]
    sample = run(pipeline, features=features, total_frames=26)
    frames = sample['inputs'][..., 0] % 26
    assert torch.equal(frames, sample['frame_inds'].float())
    copies = (sample['inputs'][..., 0] // 26).long()
    assert all(len(set(view.tolist())) == 1 for view in copies)
    assert len({view[0].item() for view in copies}) == len(copies), 'another a view'


@pytest.mark.parametrize('crop', CROPS, ids=IDS)
def test_the_samples_seed_decides(crop):
    step = TRANSFORMS.build(crop)

    def draw(seed):
        rng = np.random.default_rng(seed)
        return step({'total_frames': 26, 'rng': rng})['frame_inds'].tolist()

    assert draw(1) == draw(1) != draw(2)


def test_a_video_that_is_too_short_is_named():
    for crop, needs in zip(
        CROPS[1:], ('TCN needs videos of at least 2', 'at least 5'), strict=True
    ):
        step = TRANSFORMS.build(crop)
        with pytest.raises(ValueError, match=rf'short\.mp4: .*{needs}'):
            step({'total_frames': 1, 'filename': 'short.mp4'})


def test_bad_options_fail_when_built():
    bad = (
        ({'max_crop_ratio': 0.9}, 'got 0.9'),
        ({'num_frames': 7}, 'got 7 and 3'),
        ({'fast': (1.0, 2.0)}, r'\(1.0, 2.0\)'),
    )
    for crop, (option, match) in zip(CROPS, bad, strict=True):
        with pytest.raises(ValueError, match=match):
            TRANSFORMS.build(crop | option)
        with pytest.raises(TypeError, match='ratio'):
            TRANSFORMS.build(crop | {'ratio': 1})
