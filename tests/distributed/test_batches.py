"""Joined batches: values, gradients of all, and what does not fit together."""

import pytest
import torch
from torch import distributed

from carl_mm.distributed.batches import gather_videos
from tests.distributed.forked import run_forked


def test_one_process_has_its_own():
    videos = torch.randn(2, 3)
    assert gather_videos(videos) is videos


def joined():
    rank = distributed.get_rank()
    videos = torch.full((2, 3), rank + 1.0, requires_grad=True)
    everyone = gather_videos(videos)
    (everyone * (rank + 2)).sum().backward()
    flags = gather_videos(torch.tensor([[rank == 0, True]]))
    return everyone.detach(), videos.grad, flags


def test_gradients_flow_to_all_processes():
    for everyone, gradient, flags in run_forked(joined):
        assert everyone.tolist() == [[1.0] * 3] * 2 + [[2.0] * 3] * 2
        assert gradient.tolist() == [[5.0] * 3] * 2  # of 2 and of 3
        assert flags.tolist() == [[True, True], [False, True]]


def error_of(shapes):
    try:
        gather_videos(torch.ones(shapes[distributed.get_rank()]))
    except ValueError as error:
        return str(error)
    return ''


@pytest.mark.parametrize(
    ('shapes', 'words'),
    [([(2, 3), (1, 3)], '[2, 1] videos'), ([(2, 3), (2, 4)], '[(2, 3), (2, 4)]')],
)
def test_other_numbers_are_told_to_all(shapes, words):
    for error in run_forked(error_of, shapes):
        assert words in error
        assert ('drop_last=True' in error) == ('videos, but' in error)
