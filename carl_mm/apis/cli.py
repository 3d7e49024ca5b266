"""The frame of a command line: its parser, its model's options, its errors.

A tool makes a parser with `make_parser`, adds a model with `add_model` and its own
arguments, and ends in `sys.exit(main(function, parser))`; its ``function`` takes the
parsed arguments and may return an exit status. Nothing heavy is imported here, so that
a help text appears at once; what the arguments stand for is loaded by
`carl_mm.apis.cli_inputs`.
"""

import io
import os
import sys
import time
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING

from carl_mm.distributed.launchers import local_rank

if TYPE_CHECKING:
    from carl_mm.datasets.converters.formats.tables.frame_count import FrameCount

INTERRUPTED = 130  # the status that shells give for Ctrl-C
PATIENCE_S = 5.0  # until a launcher has ended the processes beside a failed one


def make_parser(description: str | None) -> ArgumentParser:
    """Return a parser that knows ``--traceback`` and shows the text as it is."""
    parser = ArgumentParser(
        description=description, formatter_class=RawDescriptionHelpFormatter
    )
    parser.add_argument(
        '--traceback', action='store_true', help='show where an error comes from'
    )
    return parser


def add_videos(parser: ArgumentParser) -> None:
    """Add VIDEO..., what is embedded or has been."""
    what = 'videos, files of tools/embed.py, or folders of them'
    parser.add_argument('videos', nargs='+', metavar='VIDEO', help=what)


def add_model(parser: ArgumentParser, positional: bool = True) -> None:
    """Add MODEL, or ``--model``, and the options of loading it.

    Args:
        parser: Parser to add the arguments to.
        positional: Whether the model must be given; False suits tools that can work
            on embeddings alone.
    """
    what = 'a work dir of tools/train.py, or a checkpoint'
    if positional:
        parser.add_argument('model', metavar='MODEL', help=what)
    else:
        what += '; needed for videos, not for .npz or .parquet files'
        parser.add_argument('--model', metavar='MODEL', help=what)
    parser.add_argument(
        '--config', help="default: the work dir's, or the one in the checkpoint"
    )
    parser.add_argument('--device', help='default: cuda if there is one, else cpu')
    parser.add_argument(
        '--trust-checkpoint',
        action='store_true',
        help='read a checkpoint that holds more than weights; it can run code',
    )
    what = 'of a video that is damaged in its middle, take the frames before the damage'
    parser.add_argument('--salvage', action='store_true', help=what)


def add_frame_count(add: Callable[..., object]) -> None:
    """Add ``--first-frame`` and ``--exclusive-end`` beside ``--labels``.

    Args:
        add: Method ``add_argument`` of a parser or of a group.
    """
    what = 'number of the first frame in the labels (default: 0)'
    add('--first-frame', type=int, choices=(0, 1), default=0, help=what)
    what = 'in the labels, last_frame is the first frame after the phase'
    add('--exclusive-end', action='store_true', help=what)


def frame_count(args: Namespace) -> 'FrameCount':
    """Return how the labels count frames, by the options of `add_frame_count`.

    Raises:
        ValueError: An option is given without ``--labels``.
    """
    from carl_mm.datasets.converters.formats.tables.frame_count import FrameCount

    given = {'--first-frame': args.first_frame, '--exclusive-end': args.exclusive_end}
    for option, value in given.items():
        if value and not args.labels:
            raise ValueError(f'{option}: says how --labels counts; give that, too')
    return FrameCount(args.first_frame, args.exclusive_end)


def main(
    function: Callable[[Namespace], int | None],
    parser: ArgumentParser,
    argv: Sequence[str] | None = None,
) -> int:
    """Parse, run, and turn an expected error into a line on stderr.

    Args:
        function: What the tool does with its arguments; may return an exit status.
        parser: Parser of those arguments.
        argv: Arguments to parse; by default those of the command line.

    Returns:
        The exit status: the function's, 1 after an error, 130 after Ctrl-C.
    """
    args = parser.parse_args(argv)
    if isinstance(sys.stdout, io.TextIOWrapper):
        # As stderr does: names of files need not be text.
        sys.stdout.reconfigure(errors='backslashreplace')
    try:
        with _salvaging(getattr(args, 'salvage', False)):
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


@contextmanager
def _salvaging(wanted: bool) -> Iterator[None]:
    """Let every video that is opened, by other processes too, be salvaged."""
    if not wanted:
        yield
        return
    from carl_mm.datasets.video_io.open_video import SALVAGE_VARIABLE

    before = os.environ.get(SALVAGE_VARIABLE)
    os.environ[SALVAGE_VARIABLE] = '1'
    try:
        yield
    finally:
        del os.environ[SALVAGE_VARIABLE]
        if before is not None:
            os.environ[SALVAGE_VARIABLE] = before


def describe(error: Exception) -> str:
    """Return an error's message, without the system's number for it."""
    if not (isinstance(error, OSError) and error.strerror):
        return str(error)
    return f'{error.filename}: {error.strerror}' if error.filename else error.strerror


def one_line_errors(argv: Sequence[str] | None = None) -> None:
    """Show an expected error that ends this process as one line, if it is not caught.

    Of several processes that fail for one reason, the first one of each machine says
    it; another waits until it is ended by the launcher, and speaks only if it is not.
    A bug, which is what is not expected, shows its traceback.

    Args:
        argv: Arguments, by default the command line's; ``--traceback`` keeps Python's
            way.
    """
    if '--traceback' in (sys.argv[1:] if argv is None else argv):
        return
    python_way = sys.excepthook

    def show(
        kind: type[BaseException],
        error: BaseException,
        traceback: TracebackType | None,
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.stderr.write('interrupted\n')
            return
        line = _expected(error)
        if line is None:
            python_way(kind, error, traceback)
            return
        rank = local_rank()
        if rank:
            time.sleep(PATIENCE_S)
        where = f' on process {rank} of this machine' if rank else ''
        sys.stderr.write(f'error{where}: {line}\n')

    sys.excepthook = show


def _expected(error: BaseException) -> str | None:
    """Return the line of an expected error; None for a bug."""
    from carl_mm.apis.config_errors import config_error
    from carl_mm.run_stopped import RunStopped

    if isinstance(error, (ValueError, OSError, ImportError, RunStopped)):
        return describe(error)
    return config_error(error)
