import numpy as np
import pytest
import torch
from mmaction.registry import TRANSFORMS
from mmcv.transforms import Compose
from mmengine.registry import init_default_scope

from carl_mm.datasets.video_io.open_video import open_video
from carl_mm.functional import sample_clip_pair

TEST_CLIPS = [
    {'type': 'OpenVideo'},
    {
        'type': 'SampleFrames',
        'clip_len': 4,
        'frame_interval': 2,
        'num_clips': 10,
        'test_mode': True,
    },
    {'type': 'DecodeClips'},
    {'type': 'Resize', 'scale': (-1, 32)},
    {'type': 'ThreeCrop', 'crop_size': 32},
    {'type': 'FormatShape', 'input_format': 'NCTHW'},
    {'type': 'PackActionInputs'},
]


@pytest.fixture(autouse=True)
def scope():
    init_default_scope('mmaction')


def run(pipeline, seed=0, **results):
    return Compose(pipeline)({'rng': np.random.default_rng(seed), **results})


@pytest.mark.parametrize('length', [40, 5])
def test_two_clips_of_one_video(make_videos, length):
    video = make_videos(lengths=(length,), test_share=0) / 'videos' / 'video_0.mp4'
    pipeline = [
        {'type': 'OpenVideo'},
        {'type': 'DrawClipPair', 'num_frames': 8, 'frame_interval': 2},
        {'type': 'DecodeViews'},
        {'type': 'PackFramewiseInputs'},
    ]
    for seed in range(4):
        sample = run(pipeline, seed, filename=str(video))
        expected = sample_clip_pair(length, 8, 2, rng=np.random.default_rng(seed))
        assert sample['frame_inds'].tolist() == expected.tolist()
        assert sample['valid'].all()
        assert sample['valid'].shape == (2, 8)
        # A video shorter than a clip starts again: its frames are not in order.
        frames = torch.from_numpy(open_video(video).read(expected.ravel()))
        frames = frames.view(2, 8, 64, 64, 3).permute(0, 1, 4, 2, 3)
        assert torch.equal(sample['inputs'], frames)


def test_ten_clips_and_three_crops(make_videos):
    """mmaction2's own steps, on frames that are opened here."""
    video = make_videos(lengths=(30,), test_share=0) / 'videos' / 'video_0.mp4'
    info = {'filename': str(video), 'start_index': 0, 'modality': 'RGB', 'label': 3}
    sample = run(TEST_CLIPS, **info)
    assert sample['inputs'].shape == (30, 3, 4, 32, 32)
    assert sample['inputs'].dtype == torch.uint8
    assert sample['data_samples'].gt_label.tolist() == [3]
    # Evenly from the first start to the last that leaves room, as published.
    starts = np.round(np.linspace(0, 30 - 7, 10))
    for clip, start in enumerate(starts):
        frames = open_video(video).read(int(start) + 2 * np.arange(4))
        wide = run(TEST_CLIPS[3:4], imgs=list(frames), img_shape=(64, 64))['imgs']
        expected = np.stack(wide).transpose(3, 0, 1, 2)
        for crop in range(3):  # of a square picture all are the same
            np.testing.assert_array_equal(sample['inputs'][10 * crop + clip], expected)


def test_decoded_clips_are_what_mmaction2s_steps_take(make_videos):
    video = make_videos(lengths=(12,), test_share=0) / 'videos' / 'video_0.mp4'
    reader = open_video(video)
    step = TRANSFORMS.build({'type': 'DecodeClips'})
    results = step({'video': reader, 'frame_inds': np.array([7, 2, 7, 0])})
    np.testing.assert_array_equal(results['imgs'], reader.read([7, 2, 7, 0]))
    assert results['img_shape'] == results['original_shape'] == (64, 64)
    assert 'video' not in results


@pytest.mark.parametrize('name', ['num_frames', 'frame_interval'])
def test_bad_arguments_are_named(name):
    with pytest.raises(ValueError, match=r'0'):
        TRANSFORMS.build({'type': 'DrawClipPair', name: 0})
    with pytest.raises(TypeError, match='num_frame'):
        TRANSFORMS.build({'type': 'DrawClipPair', 'num_frame': 3})
