import numpy as np
import pytest
from mmaction.registry import HOOKS
from mmengine.config import Config
from mmengine.runner import Runner

from tests.engine.small import CACHE_STEPS, small_config


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
