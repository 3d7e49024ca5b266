"""Write the features of videos, and the annotation files that list them."""

import hashlib
import json
from pathlib import Path

from mmaction.registry import DATASETS
from mmengine.model import is_model_wrapper
from mmengine.runner import Runner
from rich.console import Console
from rich.progress import track

from carl_mm.apis.embedding.predict_sample import predict_sample
from carl_mm.apis.localization.formats import (
    FORMS,
    annotation_files,
    localized_video,
    write_features,
)
from carl_mm.apis.localization.truth import Truth, video_ids
from carl_mm.datasets.annotations import check_rows_fit, load_annotations
from carl_mm.datasets.framewise_video import FramewiseVideoDataset
from carl_mm.datasets.video_io.open_video import VideoDecodeError
from carl_mm.files import atomic_write_text, file_state
from carl_mm.functional.metrics.localization import resample_features
from carl_mm.json_files import read_json

FORMAT_VERSION = 1  # raise it when the same settings give other files


class Exporter:
    """What `export_localization` does, in steps; see its arguments.

    Args:
        runner: Runner with a loaded checkpoint, whose config names the videos.
        out_dir: Folder to write to.
        form: Whose files to write, a key of `FORMS`.
        num_snippets: Number of rows per video.
        truth: Ground truth, as `load_truth` gives it, or None.
    """

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
        """Write the features of this process's share of the videos.

        Returns:
            For each video that could be embedded whether its features are new, and for
            each other one, by its name in the annotations, the reason.
        """
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
        """Write one video's features; return False if they are there already."""
        info = self.dataset.get_data_info(index)
        features, record = self._paths(index)
        key = self._video_key(info['filename'])
        if features.is_file() and _key_in(record) == key:
            return False
        record.unlink(missing_ok=True)  # so that it never vouches for other features
        sample = predict_sample(self.model, self.dataset.pipeline(info))
        try:
            rows = resample_features(sample.pred_embedding, self.num_snippets)
        except ValueError as error:  # NaN, of a checkpoint that diverged
            raise ValueError(f'{info["filename"]}: {error}') from error
        write_features(features, rows)
        described = {'num_frames': sample.total_frames, 'fps': sample.fps}
        atomic_write_text(record, json.dumps({'key': key, **described}))
        return True

    def _video_key(self, filename: str) -> str:
        try:
            size, changed = file_state(filename)
        except FileNotFoundError:
            return 'missing'  # decoding says so
        identity = f'{self.settings_key}|{size}|{changed}'
        return hashlib.sha256(identity.encode()).hexdigest()

    def write_annotations(self, failed: dict[str, str]) -> tuple[list[Path], int]:
        """Write the annotation files.

        Args:
            failed: Videos to leave out, by their names in the annotations.

        Returns:
            The files, and the number of videos that none of them lists.
        """
        videos = []
        for index, entry in enumerate(self.entries):
            if entry['filename'] in failed:
                continue
            record = read_json(self._paths(index)[1])
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
    try:
        return str(read_json(record)['key'])
    except (FileNotFoundError, ValueError, TypeError, KeyError):
        return None  # the video is embedded again
