"""Epochs that are long enough, however few the videos."""

import math
from collections.abc import Iterator
from typing import Any

import torch
from mmengine.dataset import DefaultSampler
from mmengine.registry import DATA_SAMPLERS
from torch.utils.data import Dataset


@DATA_SAMPLERS.register_module()
class RepeatingSampler(DefaultSampler):
    """Draws every video as often in an epoch as makes up a number of samples.

    What counts for an embedding is how often the weights change: 50 passes are 100
    steps of 8 videos with 16 videos, and 1,000 with 160. Here a folder of few videos is
    passed several times in an epoch, each time in another order and drawn anew, and one
    of many videos once.

    Args:
        dataset: Data set to draw from.
        min_samples: Least number of samples in an epoch, over all processes.
        shuffle: Whether the order is random.
        seed: Seed of the order; by default one that all processes share.

    Raises:
        ValueError: ``min_samples`` is below 1, or there is no video.
    """

    def __init__(
        self,
        dataset: Dataset[Any],
        min_samples: int = 200,
        shuffle: bool = True,
        seed: int | None = None,
    ) -> None:
        if min_samples < 1 or not len(dataset):  # type: ignore[arg-type]
            raise ValueError(
                f'min_samples must be at least 1 and there must be a video, got '
                f'{min_samples} and {len(dataset)} videos'  # type: ignore[arg-type]
            )
        super().__init__(dataset, shuffle, seed)
        self.num_videos = len(dataset)  # type: ignore[arg-type]
        self.num_passes = math.ceil(min_samples / self.num_videos)
        drawn = self.num_videos * self.num_passes
        # All processes take as many, so that none waits for the others.
        self.num_samples: int = math.ceil(drawn / self.world_size)

    def __iter__(self) -> Iterator[int]:
        """Yield this process's samples: a video's place, plus a pass's multiple.

        The multiple of the number of videos tells a `FramewiseVideoDataset` the draws
        of one pass from those of another.
        """
        generator = torch.Generator().manual_seed(self.seed + self.epoch)
        order: list[int] = []
        for first in range(0, self.num_videos * self.num_passes, self.num_videos):
            one = torch.arange(self.num_videos)
            if self.shuffle:
                one = torch.randperm(self.num_videos, generator=generator)
            order += (one + first).tolist()
        drawn = (order * self.world_size)[: self.num_samples * self.world_size]
        yield from drawn[self.rank :: self.world_size]

    def __len__(self) -> int:
        """Return the number of this process's samples in an epoch."""
        return self.num_samples
