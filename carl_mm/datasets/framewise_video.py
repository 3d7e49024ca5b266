"""Videos with optional phase labels a frame."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmaction.registry import DATASETS
from mmaction.structures import ActionDataSample
from mmengine.dataset import BaseDataset
from mmengine.logging import print_log

from carl_mm.datasets.annotations import check_rows_fit, load_annotations
from carl_mm.datasets.selection import choose_videos
from carl_mm.datasets.transforms import META_KEYS
from carl_mm.datasets.video_io.open_video import VideoDecodeError, open_video

INFO_KEYS = ('action', 'split', 'view', 'sample_idx')
MAKE_SYNTHETIC = 'python tools/make_synthetic_videos.py'
FROM_FOLDER = 'python tools/dataset_converters/folder.py VIDEO_DIR'


@DATASETS.register_module()
class FramewiseVideoDataset(BaseDataset):
    """Videos of an annotation file, one sample a video.

    Before anything is trained every video is opened; the unreadable ones are named,
    all at once, and left out. A video that fails later, while it is decoded, is
    named, counted and replaced in training by the next one of its action, or, if none
    can be decoded, of any; at test time its sample has no frame, and the metrics leave
    it out.

    Args:
        ann_file: JSON, see `carl_mm.datasets.annotations`.
        pipeline: Transforms; the first gets ``filename`` (a path), ``action``,
            ``split``, ``view``, ``sample_idx``, ``rng`` and, with labels, ``phases``.
        data_root: Stands before a relative ``ann_file`` and ``data_prefix``.
        data_prefix: ``dict(video=FOLDER)``.
        split: One or several of 'train', 'val', 'test'; None takes all.
        action: Take the videos of this action alone.
        video_share: Of the videos of each split, the first max(1, int(share x N)) are
            taken, in (0, 1].
        with_labels: Give phase labels; by default in testing alone.
        test_mode: Give labels; leave out train videos without any, which no metric
            uses, unless there are no others.
        check_videos: Open every video first; costs about 5 ms a video.
        max_unreadable_share: Of the videos, in [0, 1]; more is an error.
        metainfo: Overrides the file's.

    Raises:
        FileNotFoundError: The annotation file is absent.
        ValueError: A bad annotation, or too many unreadable videos.
    """

    def __init__(
        self,
        ann_file: str,
        pipeline: list,
        data_root: str = '',
        data_prefix: dict | None = None,
        split: str | Sequence[str] | None = None,
        action: str | None = None,
        video_share: float = 1.0,
        with_labels: bool | None = None,
        test_mode: bool = False,
        check_videos: bool = True,
        max_unreadable_share: float = 0.1,
        metainfo: dict | None = None,
    ) -> None:
        if not 0 < video_share <= 1:
            raise ValueError(f'video_share must be in (0, 1], got {video_share}')
        self.splits = (split,) if isinstance(split, str) else split
        self.action = action
        self.video_share = video_share
        self.with_labels = test_mode if with_labels is None else with_labels
        self.check_videos = check_videos
        self.max_unreadable_share = max_unreadable_share
        # Shared with the workers, which outlive an epoch: (seed, epoch), -1 if unset.
        self._draws = torch.full((2,), -1, dtype=torch.int64).share_memory_()
        self.feature_files: dict[str, str] = {}
        super().__init__(
            ann_file=ann_file,
            metainfo=metainfo,
            data_root=data_root,
            data_prefix=data_prefix or {'video': ''},
            pipeline=pipeline,
            test_mode=test_mode,
        )
        self._failed = torch.zeros(len(self), dtype=torch.bool).share_memory_()

    def load_data_list(self) -> list[dict]:
        """Read the annotation file and open the videos."""
        if not Path(self.ann_file).is_file():
            hint = f'{FROM_FOLDER} {self.ann_file}'
            if 'synthetic' in self.ann_file:
                hint = MAKE_SYNTHETIC
            raise FileNotFoundError(
                f'{self.ann_file}: no such annotation file; make it with: {hint}'
            )
        annotations = load_annotations(self.ann_file)
        for key, value in annotations['metainfo'].items():
            self._metainfo.setdefault(key, value)
        filters = self.splits, self.action, self.video_share
        entries = choose_videos(annotations['data_list'], *filters, self.ann_file)
        if self.test_mode:
            judged = [e for e in entries if e['split'] != 'train' or e.get('phases')]
            entries = judged or entries
        if self.check_videos:
            entries = self._drop_unreadable(entries)
        return entries

    def video_path(self, entry: dict) -> str:
        """Return where the video of an entry lies."""
        return str(Path(self.data_prefix['video']) / entry['filename'])

    def _drop_unreadable(self, entries: list[dict]) -> list[dict]:
        def check(entry: dict) -> str | None:
            try:
                video = open_video(self.video_path(entry))
            except VideoDecodeError as error:
                return str(error)
            check_rows_fit(entry, video.num_frames, self.ann_file)
            return None

        with ThreadPoolExecutor(4) as pool:
            problems = list(pool.map(check, entries))
        bad = [problem for problem in problems if problem]
        kept = [e for e, p in zip(entries, problems, strict=True) if not p]
        if bad:
            message = (
                f'{self.ann_file}: {len(bad)} of {len(entries)} videos are unreadable '
                'and left out:\n  ' + '\n  '.join(bad)
            )
            if not kept or len(bad) > self.max_unreadable_share * len(entries):
                raise ValueError(
                    f'{message}\nMore than max_unreadable_share='
                    f'{self.max_unreadable_share} of them: mend the files or the paths'
                )
            print_log(message, logger='current', level=30)
        return kept

    def set_epoch(self, seed: int, epoch: int) -> None:
        """Make all draws of an epoch depend on the seed, the epoch and the sample."""
        self._draws[:] = torch.tensor([seed, epoch])

    @property
    def failed_videos(self) -> list[str]:
        """Videos that could not be decoded so far, by any worker of this process."""
        return [self.get_data_info(int(i))['filename'] for i in self._failed.nonzero()]

    def get_data_info(self, idx: int) -> dict[str, Any]:
        """Return what the pipeline starts from."""
        entry = super().get_data_info(idx)
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
        """Return a sample; a train video that fails is replaced by another."""
        for place in self._stand_ins(idx):
            info = self.get_data_info(place)
            try:
                return self.pipeline(info)
            except VideoDecodeError as error:
                self._record_failure(info, error)
            if self.test_mode:
                return self._empty_sample(info)
        raise RuntimeError(f'{self.ann_file}: no video can be decoded')

    def _stand_ins(self, idx: int) -> Iterator[int]:
        # Of the same action first: a loss of pairs may have asked for one action.
        yield idx
        later = [(idx + step) % len(self) for step in range(len(self))]
        actions = {place: self.get_data_info(place)['action'] for place in later}
        yield from sorted(later[1:], key=lambda place: actions[place] != actions[idx])

    def _record_failure(self, info: dict, error: VideoDecodeError) -> None:
        if not self._failed[info['sample_idx']]:
            print_log(f'skipped: {error}', logger='current', level=30)
        self._failed[info['sample_idx']] = True

    def _empty_sample(self, info: dict) -> dict:
        meta = {key: info[key] for key in META_KEYS if key in info}
        data_sample = ActionDataSample(metainfo={**meta, 'total_frames': 0})
        data_sample.gt_label = torch.empty(0, dtype=torch.int64)
        return {
            'inputs': torch.empty(0, 3, 1, 1, dtype=torch.uint8),
            'frame_inds': torch.empty(1, 0, dtype=torch.int64),
            'valid': torch.empty(1, 0, dtype=torch.bool),
            'data_samples': data_sample,
        }
