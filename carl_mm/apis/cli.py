"""What the command lines of embedding and its uses share.

A tool makes a parser by `make_parser`, adds a model by `add_model` and its own
arguments, and ends in `sys.exit(main(function, parser))`; its ``function`` takes the
parsed arguments and may return an exit status.
"""

import io
import os
import sys
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from carl_mm import compat
from carl_mm.apis.embedding.embedding_files import EMBEDDING_SUFFIXES
from carl_mm.apis.embedding.inferencer import FramewiseInferencer
from carl_mm.apis.embedding.model_files import file_sha256, find_model_files
from carl_mm.apis.embedding.same_model import check_same_model
from carl_mm.apis.embedding.video_embedding import VideoEmbedding
from carl_mm.datasets.video_io.find_videos import (
    VIDEO_SUFFIXES,
    find_videos,
    list_files,
)

INPUTS = (*VIDEO_SUFFIXES, *EMBEDDING_SUFFIXES)
INTERRUPTED = 130  # what shells give for Ctrl-C


def make_parser(description: str | None) -> ArgumentParser:
    """Return a parser that knows ``--traceback`` and shows the text as it is."""
    parser = ArgumentParser(
        description=description, formatter_class=RawDescriptionHelpFormatter
    )
    parser.add_argument(
        '--traceback', action='store_true', help='show where an error comes from'
    )
    return parser


def add_model(parser: ArgumentParser, positional: bool = True) -> None:
    """Add MODEL, or ``--model`` for tools that can do with embeddings, and its options.

    Args:
        parser: Of `make_parser`.
        positional: False where embeddings made before do without a model.
    """
    what = 'a work dir of tools/train.py, or a checkpoint'
    if positional:
        parser.add_argument('model', metavar='MODEL', help=what)
    else:
        what += '; needed where videos are given, not for .npz or .parquet files'
        parser.add_argument('--model', metavar='MODEL', help=what)
    parser.add_argument(
        '--config', help="default: the work dir's, or the one in the checkpoint"
    )
    parser.add_argument('--device', help='default: cuda where there is one, else cpu')
    parser.add_argument(
        '--trust-checkpoint',
        action='store_true',
        help='read a checkpoint that holds more than weights; it can run code',
    )


def load_inferencer(args: Namespace) -> FramewiseInferencer:
    """Load the model of `add_model`'s arguments.

    Raises:
        FileNotFoundError: See `FramewiseInferencer`.
        ValueError: Likewise.
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


def embeddings_of(
    args: Namespace,
    paths: Iterable[str | Path],
    left_out: list[str] | None = None,
) -> list[VideoEmbedding]:
    """Take embeddings from files, and embed videos, in the given order.

    Args:
        args: With `add_model`'s arguments; the model is loaded where a video is given.
        paths: Videos, files of embeddings, and folders of the one or the other.
        left_out: Takes the reasons of videos that cannot be decoded, which are left
            out and told on stderr; by default they are errors.

    Raises:
        FileNotFoundError: No such file, or a folder without any.
        ValueError: A video without a model, or embeddings of different models.
        VideoDecodeError: See ``left_out``.
    """
    files = [file for path in paths for file in _files_of(path)]
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
    _refuse_mixed(embeddings)
    if not videos:
        refuse_other_model(args, check_same_model(embeddings))
    return embeddings


def refuse_other_model(args: Namespace, provenance: dict[str, str]) -> None:
    """Refuse embeddings that were made by another model than the given one.

    Args:
        args: With `add_model`'s arguments; a model that is not there is not needed.
        provenance: Of the embeddings.

    Raises:
        ValueError: Names both checkpoints.
    """
    made_by = provenance.get('checkpoint_sha256')
    if made_by is None or args.model is None or not Path(args.model).exists():
        return
    given = args.model if args.config else None
    _, path = find_model_files(Path(args.config or args.model), given)
    if file_sha256(path) != made_by:
        raise ValueError(
            f'the embeddings were made by {provenance.get("checkpoint")} '
            f'({made_by[:8]}), which is not {path}; name that, or embed anew'
        )


def refuse_to_overwrite(
    targets: Iterable[str | Path], inputs: Iterable[str | Path]
) -> None:
    """Refuse to write a result over what it is made of.

    Args:
        targets: Files that are to be written.
        inputs: Files that were given, and folders of them.

    Raises:
        ValueError: Names the first such file.
    """
    taken = {
        os.path.realpath(file)
        for path in inputs
        for file in (list_files(path, INPUTS) if Path(path).is_dir() else [path])
    }
    for target in targets:
        if os.path.realpath(target) in taken:
            raise ValueError(
                f'{target}: was given, and would be overwritten; take another --out'
            )


def same_video(a: VideoEmbedding, b: VideoEmbedding) -> bool:
    """Whether two embeddings are of one file, however its path is written."""
    return os.path.realpath(a.filename) == os.path.realpath(b.filename)


def _is_embedding(path: Path) -> bool:
    return path.suffix.lower() in EMBEDDING_SUFFIXES


def _files_of(path: str | Path) -> list[Path]:
    if Path(path).is_dir() and (found := list_files(path, EMBEDDING_SUFFIXES)):
        if list_files(path):
            raise ValueError(
                f'{path}: holds both videos and embeddings; name the files that are '
                'meant'
            )
        return found
    return [Path(path)] if _is_embedding(Path(path)) else find_videos([path])


def _refuse_mixed(videos: Sequence[VideoEmbedding]) -> None:
    """Refuse embeddings that no distance compares."""
    check_same_model(videos)
    for video in videos[1:]:
        if video.embeddings.shape[1] != videos[0].embeddings.shape[1]:
            raise ValueError(
                f'{videos[0].filename} and {video.filename} have embeddings of '
                f'different sizes: {videos[0].embeddings.shape[1]} and '
                f'{video.embeddings.shape[1]}'
            )


def main(
    function: Callable[[Namespace], int | None],
    parser: ArgumentParser,
    argv: Sequence[str] | None = None,
) -> int:
    """Parse, run, and turn an expected error into a line on stderr.

    Returns:
        The exit status: the function's, 1 after an error, 130 after Ctrl-C.
    """
    args = parser.parse_args(argv)
    if isinstance(sys.stdout, io.TextIOWrapper):
        # As stderr does: names of files need not be text.
        sys.stdout.reconfigure(errors='backslashreplace')
    try:
        return function(args) or 0
    except KeyboardInterrupt:
        sys.stderr.write('interrupted\n')
        return INTERRUPTED
    # An ImportError is a missing optional requirement.
    except (ValueError, OSError, ImportError) as error:
        if args.traceback:
            raise
        sys.stderr.write(f'error: {describe(error)}\n')
        return 1


def describe(error: Exception) -> str:
    """Return an error's message, without the system's number for it."""
    if not (isinstance(error, OSError) and error.strerror):
        return str(error)
    return f'{error.filename}: {error.strerror}' if error.filename else error.strerror
