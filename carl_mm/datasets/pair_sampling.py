"""Batches of videos of one action, for losses that compare videos."""

import math
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import numpy as np
from mmengine.dataset import DefaultSampler
from mmengine.registry import DATA_SAMPLERS


@DATA_SAMPLERS.register_module()
class SameActionBatchSampler:
    """Draws batches of videos of one action (the weak label of TCC, LAV and GTA).

    Videos without an action count as videos of one action. Every video is in at least
    one batch of an epoch: an action's last batch is filled up with more of its videos,
    and an action with fewer videos than a batch forms one batch of all of them. All
    processes get the same number of batches, and different ones while there are
    enough. The draws depend on the sampler's seed and epoch alone.

    In a config: ``train_dataloader = dict(batch_size=2, batch_sampler=dict(
    type=SameActionBatchSampler), sampler=dict(type=DefaultSampler, shuffle=True))``.

    Args:
        sampler: Sampler whose dataset, seed, epoch, shuffle, rank and world size are
            used.
        batch_size: Number of videos in a batch, at least 2.

    Raises:
        ValueError: The batch size is below 2, or an action has one video only.
    """

    def __init__(self, sampler: DefaultSampler, batch_size: int) -> None:
        if batch_size < 2:
            raise ValueError(
                'methods that compare videos need at least 2 in a batch, got '
                f'train_dataloader.batch_size = {batch_size}'
            )
        self.sampler = sampler
        self.batch_size = batch_size
        self.groups = _by_action(sampler.dataset)
        num_batches = sum(math.ceil(len(g) / batch_size) for g in self.groups)
        self.num_batches: int = math.ceil(num_batches / sampler.world_size)

    def __iter__(self) -> Iterator[list[int]]:
        """Yield this process's batches of the sampler's epoch."""
        rng = np.random.default_rng([self.sampler.seed, self.sampler.epoch])
        order = rng.permutation if self.sampler.shuffle else np.array
        batches: list[list[int]] = []
        for group in self.groups:
            videos = order(group).tolist()
            for start in range(0, len(videos), self.batch_size):
                # The last batch is filled up with the first videos, so that all differ.
                batch = (videos + videos)[start : start + self.batch_size]
                batches.append(batch[: len(videos)])
        batches = [batches[place] for place in order(np.arange(len(batches)))]
        batches *= math.ceil(self.num_batches * self.sampler.world_size / len(batches))
        ends = self.num_batches * self.sampler.world_size
        yield from batches[self.sampler.rank : ends : self.sampler.world_size]

    def __len__(self) -> int:
        """Return the number of batches in an epoch, the same on every process."""
        return self.num_batches


def _by_action(dataset: Any) -> list[list[int]]:
    """Return the indices of the videos in the dataset, one list for each action."""
    groups: dict[str | None, list[int]] = defaultdict(list)
    for index in range(len(dataset)):
        groups[dataset.get_data_info(index).get('action')].append(index)
    lonely = [str(action) for action, videos in groups.items() if len(videos) < 2]
    if lonely:
        raise ValueError(
            f'{getattr(dataset, "ann_file", "the dataset")}: methods that compare '
            f'videos need at least 2 of each action, but there is only 1 of '
            f'{", ".join(lonely)}. Add videos, or choose an action with '
            '--cfg-options action=NAME'
        )
    return list(groups.values())
