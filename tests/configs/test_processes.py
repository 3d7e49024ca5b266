"""Of every config: what several processes need, and one rate for any number of them."""

import re

import pytest

from carl_mm.engine import SyncRunningStatsHook
from tests.configs.helpers import CONFIGS, config_path, load

PRETRAINED_BY_CVRL = 1024  # its rate is that of the paper's batch, however started


@pytest.mark.parametrize('path', CONFIGS, ids=lambda path: path.stem)
def test_statistics_are_those_of_all_processes(path):
    cfg = load(path)
    assert cfg.sync_bn == 'torch'
    assert cfg.default_hooks.sync_buffers.type is SyncRunningStatsHook


def test_a_process_that_stands_still_is_told_within_minutes():
    cfg = load(config_path('carl_pennaction'))  # its runtime is that of all
    assert cfg.env_cfg.dist_cfg.timeout == 15 * 60
    silences = [h.max_silence_s for h in cfg.custom_hooks if 'max_silence_s' in h]
    assert silences == [10 * 60]


@pytest.mark.parametrize('path', CONFIGS, ids=lambda path: path.stem)
def test_the_rate_is_that_of_the_command_in_its_docstring(path):
    cfg = load(path)
    command = rf'dist_train\.sh \S*/{path.stem}\.py (\d+)(?! --auto-scale-lr)'
    found = re.search(command, path.read_text())
    processes = int(found.group(1)) if found else 1
    expected = processes * cfg.train_dataloader.batch_size
    if path.stem == 'cvrl_pennaction':  # its command scales the rate
        expected = PRETRAINED_BY_CVRL
    assert cfg.auto_scale_lr == dict(enable=False, base_batch_size=expected)
