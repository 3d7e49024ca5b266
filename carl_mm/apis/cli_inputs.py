"""From the arguments of a command line to a model and to embeddings."""

import os
import sys
from argparse import Namespace
from collections.abc import Iterable, Sequence
from pathlib import Path

from carl_mm import compat
from carl_mm.apis.cli import frame_count
from carl_mm.apis.embedding.embedding_files import EMBEDDING_SUFFIXES
from carl_mm.apis.embedding.inferencer import FramewiseInferencer
from carl_mm.apis.embedding.model_files import find_model_files
from carl_mm.apis.embedding.same_model import check_same_model
from carl_mm.apis.embedding.video_embedding import VideoEmbedding
from carl_mm.datasets.annotations import load_annotations
from carl_mm.datasets.converters.formats.folder_csv import read_labels
from carl_mm.datasets.converters.formats.tables.frame_count import FrameCount
from carl_mm.datasets.known_labels import is_annotation_file
from carl_mm.datasets.video_io.find_videos import find_videos, list_files
from carl_mm.files import file_sha256


def load_inferencer(args: Namespace) -> FramewiseInferencer:
    """Load the model that the arguments of `add_model` name.

    Raises:
        FileNotFoundError: See `FramewiseInferencer`.
        ValueError: See `FramewiseInferencer`.
    """
    inferencer = FramewiseInferencer(
        args.config or args.model,
        checkpoint=args.model if args.config else None,
        device=args.device,
        trust_checkpoint=args.trust_checkpoint,
    )
    if inferencer.device.type == 'cpu':
        compat.keep_freed_memory()
    return inferencer


def load_embeddings(
    args: Namespace,
    paths: Iterable[str | Path],
    left_out: list[str] | None = None,
) -> list[VideoEmbedding]:
    """Read embeddings from files, and embed videos, in the given order.

    Args:
        args: Arguments of `add_model`; the model is loaded only if there is a video.
        paths: Videos, files of embeddings, and folders of either kind.
        left_out: List that takes the reasons why videos cannot be decoded; these are
            then left out and reported on stderr. By default they are errors.

    Raises:
        FileNotFoundError: No such file, or a folder without any.
        ValueError: A video without a model, or embeddings of different models.
        VideoDecodeError: A video cannot be decoded, and ``left_out`` is None.
    """
    files = [file for path in paths for file in _list_inputs(path)]
    videos = [file for file in files if not _is_embedding(file)]
    embedded: dict[Path, VideoEmbedding] = {}
    if videos:
        if args.model is None:
            raise ValueError(
                f'{videos[0]}: a video, which needs --model to be embedded; or give '
                'files made by tools/embed.py'
            )
        inferencer = load_inferencer(args)
        on_error = 'raise' if left_out is None else 'skip'
        for video in inferencer.stream(dict.fromkeys(videos), on_error):
            embedded[Path(video.filename)] = video
        for reason in inferencer.failed.values():
            sys.stderr.write(f'left out: {reason}\n')
        if left_out is not None:
            left_out += inferencer.failed.values()
    embeddings = [
        VideoEmbedding.load(file) if _is_embedding(file) else embedded[file]
        for file in files
        if _is_embedding(file) or file in embedded
    ]
    _check_comparable(embeddings)
    if not videos:
        check_given_model(args, check_same_model(embeddings))
    return embeddings


def check_given_model(args: Namespace, provenance: dict[str, str]) -> None:
    """Check that the given model, if it is there, made the embeddings.

    Args:
        args: Arguments of `add_model`; a missing model is no error, as none is needed.
        provenance: Provenance of the embeddings.

    Raises:
        ValueError: Another checkpoint made them; names both.
    """
    made_by = provenance.get('checkpoint_sha256')
    if made_by is None or args.model is None or not Path(args.model).exists():
        return
    given = args.model if args.config else None
    _, path = find_model_files(Path(args.config or args.model), given)
    if file_sha256(path) != made_by:
        raise ValueError(
            f'the embeddings were made by {provenance.get("checkpoint")} '
            f'({made_by[:8]}), which is not {path}; name that, or embed the videos '
            'again'
        )


def check_labels(args: Namespace, phases: Sequence[str] | None = None) -> FrameCount:
    """Read the labels before videos are embedded, so that errors show at once.

    Args:
        args: Arguments with ``--labels`` and those of `add_frame_count`.
        phases: Names that phases must be of; None admits any.

    Returns:
        How the labels count frames.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: The file is bad by itself, or an option lacks it.
    """
    count = frame_count(args)
    if args.labels and not Path(args.labels).is_file():
        raise FileNotFoundError(f'{args.labels}: no such file')
    if args.labels and is_annotation_file(args.labels):
        load_annotations(args.labels)
    elif args.labels:
        read_labels(args.labels, None, phases, None, count)
    return count


def check_not_overwritten(
    inputs: Iterable[str | Path], targets: Iterable[str | Path]
) -> None:
    """Check that no result would be written over what it is made from.

    Args:
        inputs: Files that were given, and folders of them.
        targets: Files that are to be written.

    Raises:
        ValueError: Names the first such file.
    """
    taken = {
        os.path.realpath(file)
        for path in inputs
        for file in (_list_folder(path) if Path(path).is_dir() else [path])
    }
    for target in targets:
        if os.path.realpath(target) in taken:
            raise ValueError(
                f'{target}: is an input and would be overwritten; take another --out'
            )


def is_same_video(a: VideoEmbedding, b: VideoEmbedding) -> bool:
    """Whether two embeddings are of one file, however its path is written."""
    return os.path.realpath(a.filename) == os.path.realpath(b.filename)


def _is_embedding(path: Path) -> bool:
    return path.suffix.lower() in EMBEDDING_SUFFIXES


def _list_folder(path: str | Path) -> list[Path]:
    return list_files(path) + list_files(path, EMBEDDING_SUFFIXES)


def _list_inputs(path: str | Path) -> list[Path]:
    if Path(path).is_dir() and (found := list_files(path, EMBEDDING_SUFFIXES)):
        if list_files(path):
            raise ValueError(
                f'{path}: holds both videos and embeddings; name the files you mean'
            )
        return found
    return [Path(path)] if _is_embedding(Path(path)) else find_videos([path])


def _check_comparable(videos: Sequence[VideoEmbedding]) -> None:
    check_same_model(videos)
    for video in videos[1:]:
        if video.embeddings.shape[1] != videos[0].embeddings.shape[1]:
            raise ValueError(
                f'{videos[0].filename} and {video.filename} have embeddings of '
                f'different sizes: {videos[0].embeddings.shape[1]} and '
                f'{video.embeddings.shape[1]}'
            )
