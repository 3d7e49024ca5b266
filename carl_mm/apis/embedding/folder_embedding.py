"""Embed folders of videos into folders of files."""

import dataclasses
import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from glob import escape
from pathlib import Path

import torch

from carl_mm.apis.embedding.embedding_files import read_provenance
from carl_mm.apis.embedding.inferencer import FramewiseInferencer
from carl_mm.apis.embedding.progress import Advance, progress_bar
from carl_mm.datasets.video_io.find_videos import (
    VIDEO_SUFFIXES,
    find_videos,
    list_files,
)
from carl_mm.datasets.video_io.open_video import VideoDecodeError

MODEL_KEYS = ('checkpoint_sha256', 'settings_sha256')
VIDEO_KEY = 'video'


@dataclass(frozen=True)
class FolderSummary:
    """What was done.

    Attributes:
        num_written: Videos that this run embedded.
        num_kept: Videos whose embeddings were there already.
        num_ignored: Other files in the folders.
        failed: Of each video that could not be embedded, why.
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
) -> FolderSummary:
    """Embed videos, one file each; stopped and called again, go on.

    A file is kept if the same model made it of the same video, by its size and its
    time of change; it is made anew if the video has changed. One that another model
    made is refused, for a folder of both could not be compared.

    Args:
        inferencer: The model.
        paths: Videos, and folders that are searched with their subfolders.
        out_dir: Where ``sub/a.mp4`` of a folder becomes ``sub/a.npz``; where two
            videos of a folder would share a name, both keep their ending, as
            ``sub/a.mp4.npz``.
        form: 'npz' or 'parquet'.
        overwrite: Make files of other models anew.

    Raises:
        FileNotFoundError: No such file, or a folder without a video.
        ValueError: Two videos of one name, files of another model, or embeddings that
            are not finite.
        OSError: A file cannot be written.
    """
    folders, out_dir = [Path(path) for path in paths], Path(out_dir)
    targets = _name_targets(folders, out_dir, form)
    done = _find_done(targets, inferencer.provenance, overwrite)
    failed: dict[str, str] = {}
    with progress_bar() as bar:
        task = bar.add_task('', total=len(targets), completed=len(done))
        for index, video in enumerate(sorted(targets.keys() - done), len(done) + 1):
            reason = _embed_one(
                video, targets[video], inferencer, lambda part: bar.advance(task, part)
            )
            if reason is not None:
                failed[str(video)] = reason
            bar.update(task, completed=index)
    return FolderSummary(
        num_written=len(targets) - len(done) - len(failed),
        num_kept=len(done),
        num_ignored=sum(_count_others(folder, out_dir) for folder in folders),
        failed=failed,
    )


def _name_targets(paths: list[Path], out_dir: Path, form: str) -> dict[Path, Path]:
    """Return where each video goes; a video given twice goes once."""
    relative: dict[Path, Path] = {}
    for path in paths:
        for video in find_videos([path]):
            root = path if path.is_dir() and video != path else path.parent
            relative.setdefault(Path(os.path.abspath(video)), video.relative_to(root))
    stems = Counter(name.with_suffix('') for name in set(relative.values()))
    sources: dict[Path, Path] = {}
    for video, name in relative.items():
        stem = name.with_suffix('') if stems[name.with_suffix('')] == 1 else name
        target = out_dir / stem.with_name(f'{stem.name}.{form}')
        other = sources.setdefault(target, video)
        if other != video:
            raise ValueError(
                f'{other} and {video} would both be {target}; give their common '
                'folder, or embed them into two'
            )
    return {video: target for target, video in sources.items()}


def _find_done(
    targets: dict[Path, Path], provenance: dict[str, str], overwrite: bool
) -> set[Path]:
    """Return the videos whose files need not be made; refuse others' files."""
    done, problems = set(), []
    for video, target in targets.items():
        if not target.exists():
            continue
        try:
            there = read_provenance(target)
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
            f'{problems[0]}{more}; take another --out, or --overwrite to make such '
            'files anew'
        )
    return done


def _embed_one(
    video: Path, target: Path, inferencer: FramewiseInferencer, advance: Advance
) -> str | None:
    """Write one video's file; why it could not be embedded, or None."""
    try:
        identity = _identity(video)  # before it is read: it may change meanwhile
        embedded = inferencer.embed_file(video, advance)
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
    stat = video.stat()
    return f'{stat.st_size} bytes, changed at {stat.st_mtime_ns} ns'


def _count_others(folder: Path, out_dir: Path) -> int:
    """Count the files that are no videos, also of earlier runs no embeddings."""
    if not folder.is_dir() or not list_files(folder):
        return 0
    return sum(
        file.is_file()
        and not file.name.lower().endswith(VIDEO_SUFFIXES)
        and not file.is_relative_to(out_dir)
        for file in folder.rglob('*')
    )
