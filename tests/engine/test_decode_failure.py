import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.runner import Runner

from carl_mm.engine import DecodeFailureHook
from tests.engine.small import small_config, small_runner


def test_too_many_failures_stop_training_and_lose_nothing(make_videos, break_middle):
    folder = make_videos(lengths=(90,) * 4, test_share=0)
    break_middle(folder / 'videos' / 'video_2.mp4')
    runner = small_runner(folder, max_epochs=3)
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


@pytest.mark.parametrize('share', [-0.1, 1.1])
def test_a_share_out_of_range_is_named(share):
    with pytest.raises(ValueError, match=f'in .0, 1., got {share}'):
        DecodeFailureHook(share)
