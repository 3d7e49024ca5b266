import json

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.runner import Runner

from tests.engine.small import flat_weights, small_config, small_runner


@pytest.mark.parametrize('num_workers', [0, 2])
def test_a_resumed_run_ends_with_the_same_flat_weights(make_videos, num_workers):
    folder = make_videos()
    whole = small_runner(folder, max_epochs=3, num_workers=num_workers)
    whole.train()
    config = Config(small_config(folder, max_epochs=3, num_workers=num_workers))
    config.load_from, config.resume = str(folder / 'work' / 'epoch_1.pth'), True
    config.work_dir = str(folder / 'resumed')
    config.experiment_name = 'resumed' + str(np.random.default_rng().integers(10**12))
    resumed = Runner.from_cfg(config)
    resumed.train()
    assert resumed.iter == whole.iter
    torch.testing.assert_close(
        flat_weights(resumed), flat_weights(whole), atol=1e-6, rtol=0
    )


def test_another_seed_gives_other_flat_weights(make_videos):
    folder = make_videos()
    results = []
    for seed in (0, 1):
        config = Config(small_config(folder, max_epochs=1))
        config.randomness.seed = seed
        config.experiment_name = f'seed{np.random.default_rng().integers(10**12)}'
        runner = Runner.from_cfg(config)
        runner.train()
        results.append(flat_weights(runner))
    assert not torch.allclose(*results)


def test_labels_never_enter_training(make_videos):
    folder = make_videos()
    first = small_runner(folder)
    first.train()
    path = folder / 'annotations.json'
    annotations = json.loads(path.read_text())
    for entry in annotations['data_list']:
        for row in entry['phases']:
            row[2] = 2 - row[2]
    path.write_text(json.dumps(annotations))
    second = small_runner(folder)
    second.train()
    assert torch.equal(flat_weights(first), flat_weights(second))
