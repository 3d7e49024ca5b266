import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.dataset import ConcatDataset
from mmengine.runner import Runner

from carl_mm.engine.datasets_of import framewise_datasets
from tests.engine.small import small_config


def runner_of(folder, **kwargs):
    config = Config(small_config(folder, **kwargs))
    config.experiment_name = f'run{np.random.default_rng().integers(10**12)}'
    return Runner.from_cfg(config)


def weights(runner):
    return torch.cat([p.detach().flatten() for p in runner.model.parameters()])


@pytest.mark.parametrize('num_workers', [0, 2])
def test_a_resumed_run_ends_with_the_same_weights(make_videos, num_workers):
    folder = make_videos()
    whole = runner_of(folder, max_epochs=3, num_workers=num_workers)
    whole.train()
    config = Config(small_config(folder, max_epochs=3, num_workers=num_workers))
    config.load_from, config.resume = str(folder / 'work' / 'epoch_1.pth'), True
    config.work_dir = str(folder / 'resumed')
    config.experiment_name = 'resumed' + str(np.random.default_rng().integers(10**12))
    resumed = Runner.from_cfg(config)
    resumed.train()
    assert resumed.iter == whole.iter
    torch.testing.assert_close(weights(resumed), weights(whole), atol=1e-6, rtol=0)


def test_another_seed_gives_other_weights(make_videos):
    folder = make_videos()
    results = []
    for seed in (0, 1):
        config = Config(small_config(folder, max_epochs=1))
        config.randomness.seed = seed
        config.experiment_name = f'seed{np.random.default_rng().integers(10**12)}'
        runner = Runner.from_cfg(config)
        runner.train()
        results.append(weights(runner))
    assert not torch.allclose(*results)


def test_too_many_failures_stop_training_and_lose_nothing(make_videos, break_middle):
    folder = make_videos(lengths=(90,) * 4, test_share=0)
    break_middle(folder / 'videos' / 'video_2.mp4')
    runner = runner_of(folder, max_epochs=3)
    with pytest.raises(RuntimeError, match=r'1 of 4 videos .*video_2.mp4') as error:
        runner.train()
    assert '--resume' in str(error.value)
    saved = torch.load(folder / 'work' / 'epoch_1.pth', weights_only=True)
    assert saved['meta']['epoch'] == 1


def test_few_failures_do_not(make_videos, break_middle):
    folder = make_videos(lengths=(90,) * 4, test_share=0)
    break_middle(folder / 'videos' / 'video_2.mp4')
    config = Config(small_config(folder, max_epochs=1))
    config.custom_hooks[1].max_share = 0.25
    config.experiment_name = f'few{np.random.default_rng().integers(10**12)}'
    runner = Runner.from_cfg(config)
    runner.train()
    assert runner.epoch == 1


def test_labels_never_enter_training(make_videos):
    folder = make_videos()
    first = runner_of(folder)
    first.train()
    import json

    path = folder / 'annotations.json'
    annotations = json.loads(path.read_text())
    for entry in annotations['data_list']:
        for row in entry['phases']:
            row[2] = 2 - row[2]
    path.write_text(json.dumps(annotations))
    second = runner_of(folder)
    second.train()
    assert torch.equal(weights(first), weights(second))


def test_datasets_are_found_in_wrappers(make_videos):
    folder = make_videos()
    dataset = runner_of(folder).build_dataloader(
        Config(small_config(folder)).train_dataloader
    )
    inner = dataset.dataset
    assert framewise_datasets(inner) == [inner]
    assert framewise_datasets(ConcatDataset([inner, inner])) == [inner, inner]
