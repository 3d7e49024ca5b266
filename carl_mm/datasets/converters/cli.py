"""What the converters' command lines share."""

import sys
from argparse import ArgumentParser, ArgumentTypeError, RawDescriptionHelpFormatter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from carl_mm.datasets.converters.conversion import (
    MAX_NAMES_SHOWN,
    ConversionSummary,
    describe,
    write_annotations,
    write_left_out,
)


def make_parser(description: str | None) -> ArgumentParser:
    """Return a parser with ``--workers``, which shows the description unchanged."""
    parser = ArgumentParser(
        description=description, formatter_class=RawDescriptionHelpFormatter
    )
    parser.add_argument(
        '--workers', type=_positive, default=4, help='number of threads, default: 4'
    )
    return parser


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f'must be a whole number of at least 1, got {text!r}')
    return int(text)


def run(
    out: str,
    convert: Callable[[], tuple[dict[str, Any], ConversionSummary]],
    report: bool = False,
) -> int:
    """Convert, write the annotations and print a summary.

    Args:
        out: Path of the annotation file.
        convert: Returns the annotations and their summary.
        report: Whether to list all videos that are left out in a CSV file next to
            ``out``; the summary then names the first only.

    Returns:
        Exit status, 1 if the data is refused.
    """
    try:
        annotations, summary = convert()
        write_annotations(out, annotations)
    except (OSError, ValueError) as error:
        sys.stderr.write(f'error: {error}\n')
        return 1
    sys.stdout.write(f'{describe(summary, MAX_NAMES_SHOWN if report else None)}\n')
    sys.stdout.write(f'written   {out}\n')
    if report:
        path = Path(out).with_suffix('.left_out.csv')
        write_left_out(path, summary.left_out)
        sys.stdout.write(f'written   {path}\n')
    return 0
