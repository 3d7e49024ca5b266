"""Videos whose frames may have phase labels."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmaction.registry import DATASETS
from mmaction.structures import ActionDataSample
from mmengine.dataset import BaseDataset
from mmengine.logging import print_log

from carl_mm.datasets.annotations import load_annotations
from carl_mm.datasets.outside_names import check_names_inside
from carl_mm.datasets.readable_videos import keep_readable_videos
from carl_mm.datasets.selection import select_videos, videos_to_show
from carl_mm.datasets.transforms import META_KEYS
from carl_mm.datasets.video_io.open_video import VideoDecodeError

INFO_KEYS = 'action', 'split', 'view', 'sample_idx'
MAKE_SYNTHETIC = 'python tools/make_synthetic_videos.py'
FROM_FOLDER = 'python tools/dataset_converters/folder.py VIDEO_DIR'


@DATASETS.register_module()
class FramewiseVideoDataset(BaseDataset):
    """Videos of an annotation file, one sample for each.

    Every video is opened before training starts; the unreadable ones are listed in one
    warning and left out. A video that fails later, while it is decoded, is logged and
    counted. In training the next video of its action stands in for it or, if there is
    none, the next of any; in testing its sample has no frame, and metrics leave it out.

    Args:
        ann_file: JSON file, see `carl_mm.datasets.annotations`.
        pipeline: Transforms. The first gets ``filename`` (the joined path), ``name``
            (the path in the annotations), ``action``, ``split``, ``view``,
            ``sample_idx``, ``rng`` and, with labels, ``phases``.
        data_root: Folder that a relative ``ann_file`` and ``data_prefix`` start from.
        data_prefix: Folder of the videos, ``dict(video=FOLDER)``.
        split: One or several of 'train', 'val' and 'test'; None takes all.
        action: Action whose videos are taken; None takes all.
        video_share: Share of each split's N videos to take: the first max(1, int(N x)).
        with_labels: Whether samples have phase labels; by default in testing only.
        test_mode: Whether to test. Train videos without labels, which no metric uses,
            are then left out unless there are no others.
        max_unjudged: Number of videos to test, for their pictures, where there are only
            train videos, so that none is judged; by default all.
        check_videos: Whether to open every video first, which takes about 5 ms each.
        max_unreadable_share: Largest share of unreadable videos to admit, in [0, 1].
        outside_names: Whether to 'allow', 'warn' of or 'refuse' file names that lead
            out of the folder of videos.
        metainfo: Overrides the file's own.

    Raises:
        FileNotFoundError: There is no annotation file.
        ValueError: An annotation is bad, or too many videos are unreadable.
    """

    def __init__(
        self,
        ann_file: str,
        pipeline: list[Any],
        data_root: str = '',
        data_prefix: dict[str, str] | None = None,
        split: str | Sequence[str] | None = None,
        action: str | None = None,
        video_share: float = 1.0,
        with_labels: bool | None = None,
        test_mode: bool = False,
        max_unjudged: int | None = None,
        check_videos: bool = True,
        max_unreadable_share: float = 0.1,
        outside_names: str = 'warn',
        metainfo: dict[str, Any] | None = None,
    ) -> None:
        if not 0 < video_share <= 1:
            raise ValueError(f'video_share must be in (0, 1], got {video_share}')
        self.splits = (split,) if isinstance(split, str) else split
        self.action = action
        self.video_share = video_share
        self.with_labels = test_mode if with_labels is None else with_labels
        self.max_unjudged = max_unjudged
        self.check_videos = check_videos
        self.max_unreadable_share = max_unreadable_share
        self.outside_names = outside_names
        # Workers outlive an epoch, so they share these: (seed, epoch), -1 if unset.
        self._draws = _shared(torch.full((2,), -1))
        self.feature_files: dict[str, str] = {}
        super().__init__(
            ann_file=ann_file,
            metainfo=metainfo,
            data_root=data_root,
            data_prefix=data_prefix or {'video': ''},
            pipeline=pipeline,
            test_mode=test_mode,
        )
        self._failed = _shared(torch.zeros(len(self), dtype=torch.bool))

    def load_data_list(self) -> list[dict[str, Any]]:
        """Read the annotation file, select videos and open them."""
        if not Path(self.ann_file).is_file():
            is_made = 'synthetic' in self.ann_file
            hint = MAKE_SYNTHETIC if is_made else f'{FROM_FOLDER} {self.ann_file}'
            raise FileNotFoundError(
                f'{self.ann_file}: no such annotation file; make it with: {hint}'
            )
        annotations = load_annotations(self.ann_file)
        entries = annotations['data_list']
        check_names_inside(entries, self.ann_file, self.outside_names)
        for key, value in annotations['metainfo'].items():
            self._metainfo.setdefault(key, value)
        filters = self.splits, self.action, self.video_share
        entries = select_videos(entries, *filters, self.ann_file)
        if self.test_mode:
            judged = [e for e in entries if e['split'] != 'train' or e.get('phases')]
            entries = judged or entries
            if self.max_unjudged and all(e['split'] == 'train' for e in entries):
                count = self.max_unjudged
                entries = videos_to_show(entries, count) or entries[:count]
        if self.check_videos:
            entries = keep_readable_videos(
                entries, self.video_path, self.max_unreadable_share, self.ann_file
            )
        return entries

    def video_path(self, entry: dict[str, Any]) -> str:
        """Return the joined path of an entry's video."""
        return str(Path(self.data_prefix['video']) / entry['filename'])

    def set_epoch(self, seed: int, epoch: int) -> None:
        """Make an epoch's draws depend on the seed, the epoch and the sample alone."""
        self._draws[:] = torch.tensor([seed, epoch])

    @property
    def failed_videos(self) -> list[str]:
        """Videos that could not be decoded so far, by any worker of this process."""
        return [self.get_data_info(int(i))['filename'] for i in self._failed.nonzero()]

    def get_data_info(self, idx: int) -> dict[str, Any]:
        """Return what the pipeline starts from.

        Args:
            idx: Place of the video; plus any multiple of the number of videos for other
                draws of the same epoch (`RepeatingSampler`).
        """
        entry: dict[str, Any] = super().get_data_info(idx % len(self))
        info = {key: entry.get(key) for key in INFO_KEYS}
        info['name'] = entry['filename']
        info['filename'] = self.video_path(entry)
        if self.with_labels:
            info['phases'] = entry.get('phases', [])
        if entry['filename'] in self.feature_files:
            info['feature_file'] = self.feature_files[entry['filename']]
        if self._draws[0] >= 0:
            info['rng'] = np.random.default_rng([*self._draws.tolist(), idx])
        return info

    def __getitem__(self, idx: int) -> dict[str, Any]:
        """Return a sample; in training another stands in for a video that fails."""
        for index in self._stand_ins(idx):
            info = self.get_data_info(index)
            try:
                return self.pipeline(info)  # type: ignore[no-any-return]
            except VideoDecodeError as error:
                self._record_failure(info, error)
            except MemoryError as error:
                raise MemoryError(f'{info["filename"]}: not enough memory') from error
            if self.test_mode:
                return self._empty_sample(info)
        raise RuntimeError(f'{self.ann_file}: no video can be decoded')

    def _stand_ins(self, idx: int) -> Iterator[int]:
        # Of the same action first: a loss of pairs may have asked for one action.
        yield idx
        others = [(idx + step) % len(self) for step in range(1, len(self))]
        info = self.get_data_info
        action = info(idx)['action']
        yield from sorted(others, key=lambda other: info(other)['action'] != action)

    def _record_failure(self, info: dict[str, Any], error: VideoDecodeError) -> None:
        if not self._failed[info['sample_idx']]:
            print_log(f'skipped: {error}', logger='current', level=30)
        self._failed[info['sample_idx']] = True

    def _empty_sample(self, info: dict[str, Any]) -> dict[str, Any]:
        meta = {key: info[key] for key in META_KEYS if key in info}
        data_sample = ActionDataSample(metainfo={**meta, 'total_frames': 0})
        data_sample.gt_label = torch.empty(0, dtype=torch.int64)
        return {
            'inputs': torch.empty(0, 3, 1, 1, dtype=torch.uint8),
            'frame_inds': torch.empty(1, 0, dtype=torch.int64),
            'valid': torch.empty(1, 0, dtype=torch.bool),
            'data_samples': data_sample,
        }


def _shared(values: torch.Tensor) -> torch.Tensor:
    return values.share_memory_()  # type: ignore[no-untyped-call, no-any-return]
