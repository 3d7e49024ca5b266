"""What the converters' command lines share."""

import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
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
    """Return a parser that knows ``--workers`` and shows the description as it is."""
    parser = ArgumentParser(
        description=description, formatter_class=RawDescriptionHelpFormatter
    )
    parser.add_argument(
        '--workers', type=_positive, default=4, help='threads, default: 4'
    )
    return parser


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ValueError(text)  # argparse names the option and the value
    return int(text)


def run(
    out: str,
    convert: Callable[[], tuple[dict[str, Any], ConversionSummary]],
    report: bool = False,
) -> int:
    """Convert, write and describe; the exit status is 1 where the data is refused.

    With ``report`` a CSV file beside ``out`` lists all that was left out, and the
    description the first of it.
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
