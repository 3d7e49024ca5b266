"""A group on the CPU beside any default group, made once for each of these."""

from datetime import timedelta

import torch
from torch import distributed

from carl_mm.distributed import host_group as module
from carl_mm.distributed.host_group import host_group
from tests.distributed.forked import run_forked


def of_gloo():
    return host_group() is distributed.group.WORLD


def test_gloos_default_group_is_one():
    assert run_forked(of_gloo) == [True, True]


def of_another():
    """No GPU: the default group only says that it is NCCL's."""
    module.distributed.get_backend = lambda _: 'nccl'  # the process ends with it
    group = host_group()
    total = torch.ones(2)
    distributed.all_reduce(total, group=group)
    again = host_group() is group and group is not distributed.group.WORLD
    backend = group._get_backend(torch.device('cpu'))
    return again, total.tolist(), backend.options._timeout


def test_beside_another_a_group_is_made_once_with_its_timeout():
    timeout = timedelta(minutes=30)  # that of `run_forked`
    assert run_forked(of_another) == [(True, [2.0, 2.0], timeout)] * 2
