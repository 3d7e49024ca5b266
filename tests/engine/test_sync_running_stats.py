"""Processes whose statistics differ agree after the hook, and frozen ones keep them."""

import torch
from mmengine.hooks import CheckpointHook, EMAHook
from mmengine.hooks.hook import Hook
from mmengine.runner import get_priority
from torch import distributed, nn

from carl_mm.engine import SyncRunningStatsHook
from carl_mm.engine import sync_running_stats as module
from tests.distributed.forked import run_forked


class Runner:
    """What the hook asks a runner for."""

    def __init__(self):
        self.model = nn.Sequential(nn.BatchNorm1d(2), nn.BatchNorm1d(2)).train()
        self.model.append(nn.BatchNorm1d(2, track_running_stats=False))
        self.model[1].eval()  # frozen
        self.model[1].running_mean.fill_(123.675)
        rank = distributed.get_rank()
        self.model[0].running_mean.fill_([3.5, 3.25, 3.0][rank])
        self.model[0].running_var.fill_([1.0, 2.0, 6.0][rank])


def averaged():
    runner = Runner()
    SyncRunningStatsHook().after_train_epoch(runner)
    found = {name: value.clone() for name, value in runner.model.state_dict().items()}
    SyncRunningStatsHook().before_val_epoch(runner)
    again = runner.model.state_dict()
    assert all(torch.equal(found[name], again[name]) for name in found)
    return found


def broadcast():
    runner = Runner()
    SyncRunningStatsHook().before_val_epoch(runner)
    return runner.model.state_dict()


def test_an_epochs_statistics_are_averaged():
    for state in run_forked(averaged, num_processes=3):
        assert state['0.running_mean'].tolist() == [3.25, 3.25]
        assert state['0.running_var'].tolist() == [3.0, 3.0]
        # A sum of three, divided by three, would be another float.
        assert torch.equal(state['1.running_mean'], torch.full((2,), 123.675))


def test_where_steps_are_counted_the_first_processs_hold():
    for state in run_forked(broadcast, num_processes=3):
        assert state['0.running_mean'].tolist() == [3.5, 3.5]


def test_it_comes_after_averaged_weights_and_before_checkpoints():
    own = get_priority(SyncRunningStatsHook.priority)
    assert get_priority(EMAHook.priority) < own < get_priority(CheckpointHook.priority)
    assert issubclass(module.SyncRunningStatsHook, Hook)
