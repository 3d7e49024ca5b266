"""Videos with one class each, for mmaction2's recognizers."""

import random
from typing import Any

import numpy as np
from mmaction.registry import DATASETS

from carl_mm.datasets.annotations import load_annotations
from carl_mm.datasets.framewise_video import FramewiseVideoDataset
from carl_mm.datasets.video_io.open_video import VideoDecodeError
from carl_mm.functional.sampling.label_subsets import stratified_share


@DATASETS.register_module()
class ClipVideoDataset(FramewiseVideoDataset):
    """Videos of an annotation file whose ``action`` is their class.

    Classes are numbered in alphabetical order over all splits of the file. Samples
    have the keys of mmaction2's own datasets, so that its transforms can follow
    `OpenVideo`; their draws depend on the seed, the epoch and the sample alone.

    Args:
        num_classes: Number of classes that the file must have.
        label_share: Share of each class's N videos to take, in (0, 1]: max(1, share x
            N), rounded.
        label_seed: Seed of the draw of these videos.
        **options: Arguments of `FramewiseVideoDataset`; an unknown one is a TypeError
            that names it.

    Raises:
        ValueError: A video has no action, the number of classes differs, or the share
            is out of range.
    """

    def __init__(
        self,
        num_classes: int,
        label_share: float = 1.0,
        label_seed: int = 0,
        **options: Any,
    ) -> None:
        self.num_classes = num_classes
        self.label_share = label_share
        self.label_seed = label_seed
        self.labels: dict[str, int] = {}
        super().__init__(**options)

    def load_data_list(self) -> list[dict[str, Any]]:
        """Number the classes, and take a share of each one's videos."""
        entries = super().load_data_list()
        known = load_annotations(self.ann_file)['data_list']
        without = [entry['filename'] for entry in known if not entry.get('action')]
        if without:
            raise ValueError(
                f'{self.ann_file}: {len(without)} videos have no action, which is '
                f'their class; the first is {without[0]}'
            )
        classes = sorted({entry['action'] for entry in known})
        if len(classes) != self.num_classes:
            raise ValueError(
                f'{self.ann_file}: has {len(classes)} actions, but num_classes is '
                f'{self.num_classes}; pass --cfg-options num_classes={len(classes)}'
            )
        self.labels = {name: index for index, name in enumerate(classes)}
        self._metainfo['classes'] = tuple(classes)
        chosen = stratified_share(
            [self.labels[entry['action']] for entry in entries],
            self.label_share,
            self.label_seed,
        )
        return [entries[index] for index in chosen]

    def get_data_info(self, idx: int) -> dict[str, Any]:
        """Return what the pipeline starts from."""
        info = super().get_data_info(idx)
        info.update(label=self.labels[info['action']], start_index=0, modality='RGB')
        return info

    def __getitem__(self, idx: int) -> dict[str, Any]:
        """Return a sample, after seeding the generators that mmaction2 draws from."""
        if self._draws[0] >= 0 and not self.test_mode:
            draw = np.random.SeedSequence([*self._draws.tolist(), idx])
            seed = int(draw.generate_state(1)[0])
            np.random.seed(seed)
            random.seed(seed)
        return super().__getitem__(idx)

    def _empty_sample(self, info: dict[str, Any]) -> dict[str, Any]:
        raise VideoDecodeError(
            f'{info["filename"]}: cannot be decoded, and leaving it out would change '
            f'the accuracy; repair the file, or remove it from {self.ann_file}'
        )
