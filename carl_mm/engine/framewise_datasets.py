"""Find the datasets of videos within a data loader's dataset."""

from typing import Any

from carl_mm.datasets.framewise_video import FramewiseVideoDataset


def framewise_datasets(dataset: Any) -> list[FramewiseVideoDataset]:
    """Return all `FramewiseVideoDataset`s in a dataset, also within wrappers."""
    if isinstance(dataset, FramewiseVideoDataset):
        return [dataset]
    inner = getattr(dataset, 'datasets', None) or [getattr(dataset, 'dataset', None)]
    return [found for part in inner if part for found in framewise_datasets(part)]
