"""Frozen features for temporal localisation, for mmaction2's BMN and for G-TAD."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from mmaction.registry import DATASETS
from mmengine import dist
from mmengine.dataset import pseudo_collate
from mmengine.model import is_model_wrapper
from mmengine.runner import Runner
from rich.console import Console
from rich.progress import track

from carl_mm.apis.localization.forms import (
    FORMS,
    annotation_files,
    localized_video,
    write_features,
)
from carl_mm.apis.localization.truth import Truth, load_truth, video_ids
from carl_mm.datasets.annotations import check_rows_fit, load_annotations
from carl_mm.datasets.framewise_video import FramewiseVideoDataset
from carl_mm.datasets.video_io.open_video import VideoDecodeError
from carl_mm.files import atomic_write_text
from carl_mm.functional import resample_features

FORMAT_VERSION = 1  # raise it when the same settings give other files


@dataclass(frozen=True)
class ExportSummary:
    """What was written.

    Attributes:
        num_written: Videos whose features this run wrote.
        num_kept: Videos whose features were there already.
        num_unlisted: Videos without a segment, in no annotation file.
        failed: Why each video without features could not be decoded.
        files: The annotation files.
    """

    num_written: int
    num_kept: int
    num_unlisted: int
    failed: dict[str, str]
    files: list[Path]


def export_localization(
    runner: Runner,
    out_dir: str | Path,
    form: str = 'bmn',
    num_snippets: int = 100,
    truth_file: str | None = None,
) -> ExportSummary:
    """Embed all videos of the test loader's annotation file, labelled or not.

    Writes ``features/v_ID.csv`` or ``.npy``, ``num_snippets`` rows of D numbers, and
    the annotation files of `carl_mm.apis.localization.forms`.

    A video's file is kept if nothing that changes it did: weights, settings, the
    video itself; that is stamped in ``records/``. So an interrupted export
    goes on where it stopped. Several processes share the videos.

    Args:
        runner: With a loaded checkpoint; its config names the videos.
        out_dir: Folder.
        form: 'bmn' or 'gtad'.
        num_snippets: Rows a video.
        truth_file: ActivityNet's ground truth; without one, segments are the phase
            rows and subsets the splits.

    Raises:
        ValueError: Unknown ``form``, ``num_snippets`` < 2, a bad ``truth_file``, video
            ids that clash or that it lacks, or NaN embeddings.
    """
    if form not in FORMS:
        raise ValueError(f'form must be one of {tuple(FORMS)}, got {form!r}')
    if num_snippets < 2:  # mmaction2 reads a single row as a vector
        raise ValueError(f'num_snippets must be at least 2, got {num_snippets}')
    truth = load_truth(truth_file) if truth_file else None
    exporter = _Exporter(runner, Path(out_dir), form, num_snippets, truth)
    parts = dist.all_gather_object(exporter.embed(runner.rank, runner.world_size))
    is_new = [value for part in parts for value in part[0]]
    failed = {name: reason for part in parts for name, reason in part[1].items()}
    files: list[Path] = []
    num_unlisted = 0
    if dist.is_main_process():
        files, num_unlisted = exporter.write_annotations(failed)
    return ExportSummary(
        num_written=sum(is_new),
        num_kept=len(is_new) - sum(is_new),
        num_unlisted=num_unlisted,
        failed=failed,
        files=files,
    )


class _Exporter:
    def __init__(
        self,
        runner: Runner,
        out_dir: Path,
        form: str,
        num_snippets: int,
        truth: Truth | None,
    ) -> None:
        self.out_dir, self.form, self.num_snippets = out_dir, form, num_snippets
        self.truth = truth
        model = runner.model
        self.model = (model.module if is_model_wrapper(model) else model).eval()
        # Split and labels choose what is judged; a localiser wants every video.
        self.dataset: FramewiseVideoDataset = DATASETS.build(
            {
                **runner.cfg.test_dataloader.dataset,
                'split': None,
                'test_mode': False,
                'check_videos': False,
            }
        )
        annotations = load_annotations(self.dataset.ann_file)
        self.phases = annotations['metainfo'].get('phases', {})
        self.entries = annotations['data_list']
        self.ids = video_ids([entry['filename'] for entry in self.entries], truth)
        self.settings_key = self._settings_key(runner)

    def _settings_key(self, runner: Runner) -> str:
        pipeline = runner.cfg.test_dataloader.dataset.to_dict()['pipeline']
        settings = [runner.cfg.model.to_dict(), pipeline, self.form, self.num_snippets]
        recipe = json.dumps([FORMAT_VERSION, *settings], default=str, sort_keys=True)
        digest = hashlib.sha256(recipe.encode())
        for name, tensor in self.model.state_dict().items():
            digest.update(name.encode())
            digest.update(tensor.cpu().contiguous().numpy().tobytes())
        return digest.hexdigest()

    def embed(self, rank: int, world_size: int) -> tuple[list[bool], dict[str, str]]:
        """Write this process's share: whether each is new; failures by file name."""
        is_new, failed = [], {}
        share = range(rank, len(self.entries), world_size)
        for index in track(
            share,
            description='exporting features',
            console=Console(stderr=True),
            disable=rank > 0,
        ):
            try:
                is_new.append(self._export_video(index))
            except VideoDecodeError as error:
                failed[self.entries[index]['filename']] = str(error)
        return is_new, failed

    def _paths(self, index: int) -> tuple[Path, Path]:
        name = f'v_{self.ids[index]}{FORMS[self.form]}'
        features = self.out_dir / 'features' / name
        return features, self.out_dir / 'records' / f'{name}.json'

    def _export_video(self, index: int) -> bool:
        """Write one video's features; False where they are there already."""
        info = self.dataset.get_data_info(index)
        features, record = self._paths(index)
        key = self._video_key(Path(info['filename']))
        if features.is_file() and _key_in(record) == key:
            return False
        record.unlink(missing_ok=True)  # so that it never vouches for other features
        (sample,) = self.model.test_step(pseudo_collate([self.dataset.pipeline(info)]))
        if 'problem' in sample:
            raise VideoDecodeError(sample.problem)
        try:
            rows = resample_features(sample.pred_embedding, self.num_snippets)
        except ValueError as error:  # NaN, of a checkpoint that diverged
            raise ValueError(f'{info["filename"]}: {error}') from error
        write_features(features, rows)
        described = {'num_frames': sample.total_frames, 'fps': sample.fps}
        atomic_write_text(record, json.dumps({'key': key, **described}))
        return True

    def _video_key(self, path: Path) -> str:
        try:
            stat = path.stat()
        except FileNotFoundError:
            return 'missing'  # decoding says so
        identity = f'{self.settings_key}|{stat.st_size}|{stat.st_mtime_ns}'
        return hashlib.sha256(identity.encode()).hexdigest()

    def write_annotations(self, failed: dict[str, str]) -> tuple[list[Path], int]:
        """Write the annotation files; returns them and how many videos are in none."""
        videos = []
        for index, entry in enumerate(self.entries):
            if entry['filename'] in failed:
                continue
            record = json.loads(self._paths(index)[1].read_text())
            length, fps = record['num_frames'], record['fps']
            check_rows_fit(entry, length, self.dataset.ann_file)
            videos.append(
                localized_video(
                    self.ids[index], entry, length, fps, self.phases, self.truth
                )
            )
        files = []
        for name, text in annotation_files(videos, self.form).items():
            files.append(self.out_dir / name)
            atomic_write_text(files[-1], text)
        return files, sum(not video.entry['annotations'] for video in videos)


def _key_in(record: Path) -> str | None:
    return json.loads(record.read_text())['key'] if record.is_file() else None
