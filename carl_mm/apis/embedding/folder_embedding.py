"""Embed folders of videos into folders of files."""

import dataclasses
import os
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from glob import escape
from pathlib import Path

import torch

from carl_mm.apis.embedding.embedding_files import name_targets
from carl_mm.apis.embedding.inferencer import FramewiseInferencer
from carl_mm.apis.embedding.progress import OnProgress, progress_bar
from carl_mm.apis.embedding.video_embedding import VideoEmbedding
from carl_mm.datasets.video_io.find_videos import (
    VIDEO_SUFFIXES,
    list_files,
)
from carl_mm.datasets.video_io.open_video import VideoDecodeError
from carl_mm.files import file_state
from carl_mm.locking import lock_folder

MODEL_KEYS = ('checkpoint_sha256', 'settings_sha256')
VIDEO_KEY = 'video'


@dataclass(frozen=True)
class FolderSummary:
    """What was done.

    Attributes:
        num_written: Number of videos that this run embedded.
        num_kept: Number of videos whose embeddings were there already.
        num_ignored: Number of other files in the folders.
        failed: Videos that could not be embedded, each with the reason.
    """

    num_written: int
    num_kept: int
    num_ignored: int
    failed: dict[str, str]


def embed_folder(
    inferencer: FramewiseInferencer,
    paths: Iterable[str | os.PathLike[str]],
    out_dir: str | os.PathLike[str],
    form: str = 'npz',
    overwrite: bool = False,
    left_out: Collection[Path] = (),
) -> FolderSummary:
    """Embed videos into one file each; it can be interrupted and resumed.

    A file is kept if the same model made it of the same video, judged by the video's
    size and time of change; if the video has changed, it is replaced. A file of another
    model is an error, for embeddings of two models cannot be compared.

    Args:
        inferencer: Model that embeds.
        paths: Videos, and folders that are searched with their subfolders.
        out_dir: Folder to write to: ``sub/a.mp4`` of a folder becomes ``sub/a.npz``; if
            two videos would share a name, both keep their ending, as ``sub/a.mp4.npz``.
        form: 'npz' or 'parquet'.
        overwrite: Whether to replace files of other models.
        left_out: Absolute paths of videos in the folders that are not embedded.

    Raises:
        FileNotFoundError: There is no such file, or a folder has no video.
        ValueError: Two videos would share a file, a file is another model's, or
            embeddings are not finite.
        LockedError: Another process is writing into the folder; names it.
        OSError: A file cannot be written.
    """
    folders, out_dir = [Path(path) for path in paths], Path(out_dir)
    targets = name_targets(folders, out_dir, form)
    targets = {video: to for video, to in targets.items() if video not in left_out}
    with lock_folder(out_dir, 'wait until it has ended, or take another --out'):
        done, failed = _embed_missing(targets, inferencer, overwrite)
    return FolderSummary(
        num_written=len(targets) - len(done) - len(failed),
        num_kept=len(done),
        num_ignored=sum(_count_others(folder, out_dir) for folder in folders),
        failed=failed,
    )


def _embed_missing(
    targets: dict[Path, Path], inferencer: FramewiseInferencer, overwrite: bool
) -> tuple[set[Path], dict[str, str]]:
    """Return the videos that were embedded before, and why others cannot be."""
    done = _find_done(targets, inferencer.provenance, overwrite)
    failed: dict[str, str] = {}
    with progress_bar() as bar:
        task = bar.add_task('', total=len(targets), completed=len(done))
        for index, video in enumerate(sorted(targets.keys() - done), len(done) + 1):
            reason = embed_one(
                video, targets[video], inferencer, lambda part: bar.advance(task, part)
            )
            if reason is not None:
                failed[str(video)] = reason
            bar.update(task, completed=index)
    return done, failed


def _find_done(
    targets: dict[Path, Path], provenance: dict[str, str], overwrite: bool
) -> set[Path]:
    """Return the videos whose files are there; raise if some are another model's."""
    done, problems = set(), []
    for video, target in targets.items():
        if not target.exists():
            continue
        try:
            # All of it, not the provenance alone: a damaged file is not done.
            there = VideoEmbedding.load(target).provenance
        except ValueError as error:
            problems.append(str(error))
            continue
        if any(there.get(key) != provenance[key] for key in MODEL_KEYS):
            model = there.get('checkpoint', 'a model that it does not name')
            problems.append(f'{target}: was made by another model or config ({model})')
        elif there.get(VIDEO_KEY) == _identity(video):
            done.add(video)
    if problems and not overwrite:
        more = f' (and {len(problems) - 1} more)' if len(problems) > 1 else ''
        raise ValueError(
            f'{problems[0]}{more}; take another --out, or --overwrite to replace '
            'such files'
        )
    return done


def is_of(embedded: VideoEmbedding, video: Path, provenance: dict[str, str]) -> bool:
    """Whether embeddings were made by a model, of a video as it is now.

    Args:
        embedded: Embeddings that `embed_one` wrote.
        video: The video.
        provenance: The model's, see `FramewiseInferencer`.
    """
    there = embedded.provenance
    is_same = all(there.get(key) == provenance[key] for key in MODEL_KEYS)
    return is_same and there.get(VIDEO_KEY) == _identity(video)


def embed_one(
    video: Path,
    target: Path,
    inferencer: FramewiseInferencer,
    on_progress: OnProgress | None = None,
) -> str | None:
    """Write one video's file.

    Args:
        video: The video.
        target: File to write, an .npz or .parquet.
        inferencer: Model that embeds.
        on_progress: Is told the share of the video that was done since the last call.

    Returns:
        Why it could not be embedded; None if it was.

    Raises:
        OSError: The file cannot be written.
    """
    try:
        identity = _identity(video)  # before it is read: it may change meanwhile
        embedded = inferencer.embed_file(video, on_progress)
    except (VideoDecodeError, OSError) as error:
        return str(error)
    except torch.OutOfMemoryError:
        return (
            f'{video}: too long for the memory of {inferencer.device}; take --device '
            'cpu, or a config with model.max_frames'
        )
    provenance = {**embedded.provenance, VIDEO_KEY: identity}
    dataclasses.replace(embedded, provenance=provenance).save(target)
    for part in target.parent.glob(f'.{escape(target.name)}.*.part'):
        part.unlink(missing_ok=True)  # of a run that was killed
    return None


def _identity(video: Path) -> str:
    size, changed = file_state(video)
    return f'{size} bytes, changed at {changed} ns'


def _count_others(folder: Path, out_dir: Path) -> int:
    """Count the files that are neither videos nor embeddings of earlier runs."""
    if not folder.is_dir() or not list_files(folder):
        return 0
    return sum(
        not file.name.lower().endswith(VIDEO_SUFFIXES)
        and not file.is_relative_to(out_dir)
        for file in list_files(folder, ('',))
    )
