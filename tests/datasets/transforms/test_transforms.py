import pickle

import numpy as np
import pytest
import torch
from mmaction.registry import TRANSFORMS
from mmcv.transforms import Compose

from carl_mm.datasets import (
    ClipConsistentCenterCrop,
    ClipConsistentResizedCrop,
    EvaluationCuts,
)
from carl_mm.datasets.transforms import rng as rng_module

TRAIN = [
    {'type': 'OpenVideo'},
    {'type': 'DualViewTemporalCrop', 'num_frames': 8},
    {'type': 'DecodeViews'},
    {'type': 'ClipConsistentResizedCrop', 'size': 32},
    {'type': 'ClipConsistentFlip'},
    {'type': 'PackFramewiseInputs'},
]


def run(pipeline, seed=0, **results):
    return Compose(pipeline)({'rng': np.random.default_rng(seed), **results})


def test_two_views_of_one_video(make_videos):
    video = str(make_videos() / 'videos' / 'video_0.mp4')
    sample = run(TRAIN, filename=video)
    assert sample['inputs'].shape == (2, 8, 3, 32, 32)
    assert sample['inputs'].dtype == torch.uint8
    assert sample['frame_inds'].shape == sample['valid'].shape == (2, 8)
    assert sample['frame_inds'].dtype == torch.int64
    assert sample['valid'].all()


def test_the_frames_are_those_of_the_indices(make_videos):
    video = str(make_videos(lengths=(30,), test_share=0) / 'videos' / 'video_0.mp4')
    plain = [step for step in TRAIN if 'Clip' not in step['type']]
    sample = run(plain, filename=video)
    bright = sample['inputs'][:, :, 0, 22:26].float().mean(2).gt(180).float()
    places = torch.arange(64.0)
    left = (bright * places).sum(-1) / bright.sum(-1) - 3.5
    expected = (sample['frame_inds'] * 2) % 56
    torch.testing.assert_close(left, expected.float(), atol=1.5, rtol=0)


def test_decoding_takes_each_frame_once():
    reads = []

    class Spy:
        def stream(self, inds):
            reads.append(list(inds))
            return (np.full((4, 4, 3), index, np.uint8) for index in inds)

    step = TRANSFORMS.build({'type': 'DecodeViews'})
    inds = np.array([[1, 2, 5, 9], [2, 5, 6, 6]])  # the second view ends in padding
    results = step({'video': Spy(), 'frame_inds': inds})
    assert reads == [[1, 2, 5, 6, 9]]
    assert results['imgs'].shape == (2, 4, 4, 4, 3)
    np.testing.assert_array_equal(results['imgs'][..., 0, 0, 0], inds)


def test_transforms_within_decoding_are_those_behind_it(make_videos):
    """A view's draws are the same, whether its frames come one by one or all."""
    video = str(make_videos() / 'videos' / 'video_0.mp4')
    for step in (TRAIN[3], TRAIN[4]):
        within = [*TRAIN[:2], {**TRAIN[2], 'transforms': [step]}, TRAIN[5]]
        behind = [*TRAIN[:3], step, TRAIN[5]]
        for seed in range(4):
            first, second = (run(p, seed, filename=video) for p in (within, behind))
            assert torch.equal(first['inputs'], second['inputs'])


def test_colour_of_a_view_in_the_worker():
    step = TRANSFORMS.build({'type': 'ClipConsistentPhotometric', 'gray_prob': 1.0})
    results = {'imgs': imgs(), 'rng': np.random.default_rng(1)}
    original = results['imgs'][0][0].copy()
    views = step.transform(results)['imgs']
    for view in views:
        assert all(np.array_equal(view[0], frame) for frame in view)
        assert np.ptp(view[0].astype(int), axis=2).max() == 0
    assert not np.array_equal(views[0][0], views[1][0])
    np.testing.assert_array_equal(imgs()[0][0], original)
    with pytest.raises(TypeError, match='jiter_prob'):
        TRANSFORMS.build({'type': 'ClipConsistentPhotometric', 'jiter_prob': 1})


def imgs(views=2, frames=5, height=40, width=60):
    row = np.arange(height)[:, None] * 3
    column = np.arange(width)[None, :] * 2
    frame = np.stack([row + 0 * column, column + 0 * row, 0 * row + 0 * column], -1)
    return [[frame.astype(np.uint8)] * frames for _ in range(views)]


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


@pytest.mark.parametrize('chunk_size', [1, 7, 100])
def test_whole_video_draws_once_for_all_chunks(make_videos, chunk_size):
    video = str(make_videos() / 'videos' / 'video_0.mp4')

    def whole(size, seed):
        step = {'type': 'WholeVideo', 'transforms': [TRAIN[3], TRAIN[4]]}
        sample = run([TRAIN[0], step, TRAIN[5]], seed, filename=video)
        assert len(sample['inputs']) == 30
        assert sample['frame_inds'].tolist() == [list(range(30))]
        chunks = list(sample['inputs'].chunks(size))
        assert [chunk.shape[:2] for chunk in chunks[:-1]] == [(1, size)] * (
            len(chunks) - 1
        )
        return torch.cat(chunks, dim=1)

    expected, chunked = whole(1000, 3), whole(chunk_size, 3)
    assert expected.shape == (1, 30, 3, 32, 32)
    assert torch.equal(expected, chunked)
    assert any(not torch.equal(expected, whole(chunk_size, seed)) for seed in range(4))


def test_a_stream_goes_to_another_process_and_gives_several_views(make_videos):
    video = str(make_videos() / 'videos' / 'video_0.mp4')
    step = {'type': 'WholeVideo', 'transforms': [TRAIN[3]]}
    stream = run([TRAIN[0], step, TRAIN[5]], 0, filename=video)['inputs']
    stream.seeds = [5, 6, 5]
    stream = pickle.loads(pickle.dumps(stream))
    views = torch.cat(list(stream.chunks(8)), dim=1)
    assert views.shape == (3, 30, 3, 32, 32)
    assert torch.equal(views[0], views[2])
    assert not torch.equal(views[0], views[1])


def test_packing_gives_labels_and_meta(make_videos):
    folder = make_videos()
    step = {'type': 'WholeVideo', 'transforms': []}
    sample = run(
        [TRAIN[0], step, TRAIN[5]],
        filename=str(folder / 'videos' / 'video_3.mp4'),
        phases=[[0, 3, 0], [10, 19, 2]],
        action='slide',
        split='test',
    )
    labels = sample['data_samples'].gt_label.tolist()
    assert labels == [0] * 4 + [-1] * 6 + [2] * 10
    assert sample['data_samples'].action == 'slide'
    assert sample['data_samples'].fps == pytest.approx(25)


def test_cached_views_come_from_two_copies(tmp_path):
    features = np.arange(3 * 10 * 2, dtype=np.float32).reshape(3, 10, 2)
    np.save(tmp_path / 'f.npy', features)
    steps = [{'type': 'OpenCachedFeatures'}, TRAIN[1], {'type': 'TakeCachedFeatures'}]
    for seed in range(10):
        results = run(steps, seed, feature_file=str(tmp_path / 'f.npy'), filename='v')
        assert results['total_frames'] == 10
        copies = results['inputs'][..., 0] // 20
        assert (copies == copies[:, :1]).all()
        assert copies[0, 0] != copies[1, 0]
        frames = (results['inputs'][..., 0] % 20) // 2
        np.testing.assert_array_equal(frames, results['frame_inds'])


def test_a_misspelt_key_is_named():
    with pytest.raises(TypeError, match='frame_number'):
        TRANSFORMS.build({'type': 'DualViewTemporalCrop', 'frame_number': 3})
    with pytest.raises(ValueError, match="'papre'"):
        TRANSFORMS.build(
            {'type': 'DualViewTemporalCrop', 'num_frames': 3, 'window': 'papre'}
        )
    with pytest.raises(ValueError, match='1.5'):
        TRANSFORMS.build({'type': 'ClipConsistentFlip', 'prob': 1.5})


def test_without_a_generator_numpy_seeds_the_draws():
    np.random.seed(3)
    first = rng_module.sample_rng({}).random()
    np.random.seed(3)
    assert rng_module.sample_rng({}).random() == first


def test_evaluation_cuts_are_drawn_by_the_videos_name():
    entry = {
        'name': 'a.mp4',
        'total_frames': 40,
        'phases': [[0, 9, 0], [10, 29, 1], [30, 39, 2]],
        'split': 'test',
    }
    cuts = EvaluationCuts(num_windows=2, num_warps=1)(dict(entry))['cuts']
    assert list(cuts) == ['windowed_0', 'warped_0', 'windowed_1']
    for name, inds in cuts.items():
        again = EvaluationCuts(num_windows=3, num_warps=3)(dict(entry))['cuts'][name]
        np.testing.assert_array_equal(inds, again)  # whatever else is drawn
        assert 0 <= inds[0] <= inds[-1] < 40
        if name.startswith('windowed'):
            assert inds[0] <= 9
            assert inds[-1] >= 30
    other = EvaluationCuts()({**entry, 'name': 'b.mp4'})['cuts']
    assert other['warped_0'].tolist() != cuts['warped_0'].tolist()
    for change in ({'split': 'train'}, {'phases': []}):
        assert 'cuts' not in EvaluationCuts()({**entry, **change})
    with pytest.raises(ValueError, match='got -1 and 3'):
        EvaluationCuts(num_windows=-1)
