import os
from copy import deepcopy

import numpy as np
import pytest
import torch
from mmaction.registry import HOOKS, MODELS
from mmengine.config import Config
from mmengine.runner import Runner

from carl_mm.datasets import OpenVideo, WholeVideo
from carl_mm.engine import FeatureCacheHook
from carl_mm.engine.features import feature_cache
from carl_mm.engine.features.feature_files import write_features
from tests.engine.small import CACHE_STEPS, small_config


def train(folder, change=None, **kwargs):
    config = Config(small_config(folder, cached=True, max_epochs=1, **kwargs))
    config.experiment_name = f'run{np.random.default_rng().integers(10**12)}'
    if change:
        change(config)
    runner = Runner.from_cfg(config)
    runner.train()
    return runner


def cached_files(folder):
    return sorted((folder / 'cache').glob('*/*.npy'))


def times(folder):
    return {file: file.stat().st_mtime_ns for file in cached_files(folder)}


def test_a_file_a_video_of_all_copies_and_a_second_run_makes_none(make_videos):
    folder = make_videos()
    train(folder)
    files = cached_files(folder)
    assert len(files) == 2
    shapes = sorted(np.load(file).shape for file in files)
    assert shapes == [(2, 24, 64), (2, 30, 64)]
    copies = np.load(files[0])
    assert copies.dtype == np.float32
    assert not np.allclose(copies[0], copies[1])
    before = times(folder)
    train(folder)
    assert times(folder) == before


def test_features_are_those_of_the_augmented_frames(make_videos):
    folder = make_videos()
    runner = train(folder)
    hook = HOOKS.build(
        dict(type='FeatureCacheHook', cache_dir='x', transforms=CACHE_STEPS)
    )
    dataset, model = runner.train_dataloader.dataset, runner.model.eval()
    entry = dataset.get_data_info(0)
    cached = np.load(dataset.feature_files[entry['name']])
    hook.num_copies = 2
    np.testing.assert_allclose(cached, hook._copies(entry, model), atol=1e-5)
    # One draw a copy: in chunks of one frame the features are the same.
    model.chunk_size = 1
    np.testing.assert_allclose(cached, hook._copies(entry, model), atol=1e-4)


def set_key(path, value):
    def change(config):
        config.merge_from_dict({path: value})

    return change


def test_a_changed_backbone_is_not_trained_on_old_features(make_videos):
    """Seen: the features of one map, where the config asked for two."""
    folder = make_videos()
    train(folder, set_key('model.backbone.out_indices', (3,)))
    before = set(cached_files(folder))
    train(folder, set_key('model.backbone.out_indices', (2, 3)))
    assert len(set(cached_files(folder)) - before) == 2


def test_features_of_another_width_are_named(make_videos):
    """As where new code gives other features and FORMAT_VERSION was not raised."""
    folder = make_videos()
    train(folder)
    for file in cached_files(folder):
        copies = np.load(file)
        with file.open('wb') as stream:
            write_features(stream, np.repeat(copies, 2, axis=2))
    with pytest.raises(
        ValueError, match=r'npy: cached features of 128 channels, but neck.in_channels'
    ):
        train(folder)


@pytest.mark.parametrize(
    ('path', 'value'),
    [
        ('custom_hooks.2.num_copies', 3),
        ('custom_hooks.2.seed', 1),
        ('custom_hooks.2.transforms.1.transforms.0.size', 40),
        (
            'custom_hooks.2.transforms',
            [CACHE_STEPS[0], dict(type='CropToSubject'), *CACHE_STEPS[1:]],
        ),
        ('model.spatial_pooling', 'mean'),
        ('model.data_preprocessor.augmentation', dict(hue=0.1)),
        ('model.data_preprocessor.mean', (1.0, 2.0, 3.0)),
    ],
)
def test_another_setting_is_another_file(make_videos, path, value):
    folder = make_videos()
    train(folder)
    before = set(cached_files(folder))
    train(folder, set_key(path, value))
    assert len(set(cached_files(folder)) - before) == 2


def test_other_weights_are_another_file(make_videos):
    folder = make_videos()
    first = train(folder)
    before = set(cached_files(folder))
    state = first.model.state_dict()
    state['backbone.conv1.weight'] = state['backbone.conv1.weight'] + 1
    torch.save({'state_dict': state}, folder / 'other.pth')
    train(folder, set_key('load_from', str(folder / 'other.pth')))
    assert len(set(cached_files(folder)) - before) == 2


def test_an_interrupted_run_leaves_no_half_file_and_goes_on(make_videos, monkeypatch):
    folder = make_videos(lengths=(30, 24, 20), test_share=0)
    original, calls = FeatureCacheHook._copies, []

    def interrupted(self, entry, model):
        calls.append(entry['name'])
        if len(calls) == 3:
            raise KeyboardInterrupt
        return original(self, entry, model)

    monkeypatch.setattr(FeatureCacheHook, '_copies', interrupted)
    with pytest.raises(KeyboardInterrupt):
        train(folder)
    assert len(cached_files(folder)) == 2
    assert not list((folder / 'cache').rglob('*.part'))
    before = times(folder)
    train(folder)
    assert len(calls) == 4
    assert before.items() <= times(folder).items()
    assert len(cached_files(folder)) == 3


def test_a_damaged_video_is_left_out_and_training_goes_on(make_videos, break_middle):
    folder = make_videos(lengths=(90,) * 3, test_share=0)
    break_middle(folder / 'videos' / 'video_1.mp4')
    runner = train(folder, set_key('custom_hooks.1.max_share', 0.4))
    assert len(cached_files(folder)) == 2
    failed = runner.train_dataloader.dataset.failed_videos
    assert [name[-11:] for name in failed] == ['video_1.mp4']


def test_a_backbone_that_learns_is_refused(make_videos):
    with pytest.raises(ValueError, match='freeze_backbone=True'):
        train(make_videos(), set_key('model.freeze_backbone', False))


def test_without_the_hook_the_error_names_it(make_videos):
    def drop(config):
        config.custom_hooks = config.custom_hooks[:2]

    with pytest.raises(ValueError, match='FeatureCacheHook'):
        train(make_videos(), drop)


def test_training_on_cached_features_is_training_on_those_pictures(make_videos):
    """The loss of cached features is the loss of the same frames as pictures."""
    folder = make_videos()
    runner = train(folder)
    model = MODELS.build(deepcopy(runner.cfg.model)).eval()
    model.load_state_dict(runner.model.state_dict())
    dataset = runner.train_dataloader.dataset
    dataset.set_epoch(0, 0)
    sample = dataset[0]
    data = {k: v[None] for k, v in sample.items() if k != 'data_samples'}
    with torch.no_grad():
        loss = model(**model.data_preprocessor(data, True), mode='loss')['loss']
    assert torch.isfinite(loss)
    cached = np.load(dataset.feature_files[dataset.get_data_info(0)['name']])
    rows = [
        [np.abs(copy[inds] - view.numpy()).max() for copy in cached]
        for inds, view in zip(sample['frame_inds'], sample['inputs'], strict=True)
    ]
    assert [min(row) for row in rows] == [0, 0]


def test_a_full_disk_is_told_and_leaves_what_was_there(make_videos, monkeypatch):
    folder = make_videos()
    write, calls = feature_cache.write_features, []

    def fail(stream, copies):
        calls.append(stream)
        if len(calls) == 2:
            stream.write(b'half')
            raise OSError(28, 'No space left on device')
        write(stream, copies)

    monkeypatch.setattr(feature_cache, 'write_features', fail)
    with pytest.raises(OSError, match=r'npy cannot be written: No space left'):
        train(folder)
    before = times(folder)
    assert len(before) == 1
    monkeypatch.undo()
    train(folder)
    assert before.items() <= times(folder).items()
    assert len(cached_files(folder)) == 2


def test_views_augmented_in_ways_of_their_own_are_refused(make_videos):
    change = set_key('model.data_preprocessor.augmentation', [{}, {'hue': 0.1}])
    with pytest.raises(ValueError, match='one augmentation for all views'):
        train(make_videos(), change)


def test_a_disk_without_room_is_refused_before_it_is_full(make_videos, monkeypatch):
    folder = make_videos()
    monkeypatch.setattr(
        'carl_mm.engine.features.feature_files.shutil.disk_usage',
        lambda path: type('Usage', (), {'free': 10_000}),
    )
    with pytest.raises(OSError, match='features take 0.00 GB, 0.00 GB are free; set'):
        train(folder)
    assert cached_files(folder) == []


def test_a_changed_video_is_made_anew_the_other_is_not(make_videos):
    folder = make_videos()
    train(folder)
    before = set(cached_files(folder))
    os.utime(folder / 'videos' / 'video_0.mp4', (1, 1))
    train(folder)
    assert len(set(cached_files(folder)) - before) == 1


def test_a_broken_file_is_made_anew(make_videos):
    folder = make_videos()
    train(folder)
    broken, kept = cached_files(folder)
    content, age = broken.read_bytes(), kept.stat().st_mtime_ns
    middle = len(content) // 2
    for damaged in (
        content[:middle],
        content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :],
        content + b'more',
        b'',
    ):
        broken.write_bytes(damaged)
        train(folder)
        assert broken.read_bytes() == content
    assert kept.stat().st_mtime_ns == age


def figures_of(folder, cached):
    """The metrics of an untrained model, from pictures or from cached features."""
    config = Config(small_config(folder))
    config.experiment_name = f'run{np.random.default_rng().integers(10**12)}'
    if cached:
        dataset = config.test_dataloader.dataset
        hook = dict(type='FeatureCacheHook', cache_dir=str(folder / 'cache'))
        hook.update(transforms=dataset.pipeline, num_copies=1, loop='test')
        config.custom_hooks = [*config.custom_hooks, hook]
        names = ('OpenCachedFeatures', 'WholeCachedFeatures', 'PackFramewiseInputs')
        dataset.pipeline = [dict(type=name) for name in names]
    runner = Runner.from_cfg(config)
    assert runner.model.training
    return runner.test()


def test_cached_features_give_the_figures_of_the_pictures(make_videos):
    folder = make_videos(lengths=(30, 24, 20, 26))
    plain, cached = figures_of(folder, False), figures_of(folder, True)
    assert plain.keys() == cached.keys()
    for key, value in plain.items():
        np.testing.assert_allclose(
            cached[key], value, rtol=1e-3, atol=1e-5, err_msg=key
        )
    files = list((folder / 'cache').glob('*/*.npy'))
    # No colour augmentation, one copy, of every judged video.
    assert sorted(np.load(file).shape[0] for file in files) == [1] * 4


def test_training_makes_none_for_testing(make_videos):
    folder = make_videos()
    config = Config(small_config(folder, cached=True, max_epochs=1))
    config.experiment_name = f'run{np.random.default_rng().integers(10**12)}'
    second = dict(type='FeatureCacheHook', cache_dir=str(folder / 'other'))
    second.update(transforms=CACHE_STEPS, loop='test')
    config.custom_hooks = [*config.custom_hooks, second]
    Runner.from_cfg(config).train()
    assert not (folder / 'other').exists()


def test_an_unknown_loop_is_refused():
    with pytest.raises(ValueError, match="'train' or 'test', got 'both'"):
        HOOKS.build(
            dict(type='FeatureCacheHook', cache_dir='x', transforms=[], loop='both')
        )


def test_a_class_is_named_by_its_package_so_that_it_may_move():
    steps = [dict(type=OpenVideo), dict(type=WholeVideo, transforms=[])]
    hook = FeatureCacheHook('x', steps)
    assert '"carl_mm.OpenVideo"' in hook.recipe
