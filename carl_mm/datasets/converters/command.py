"""What the converters' command lines share."""

import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Callable
from typing import Any

from carl_mm.datasets.converters.common import (
    ConversionSummary,
    describe,
    write_annotations,
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
    out: str, convert: Callable[[], tuple[dict[str, Any], ConversionSummary]]
) -> int:
    """Convert, write and describe; the exit status is 1 where the data is refused."""
    try:
        annotations, summary = convert()
        write_annotations(out, annotations)
    except (OSError, ValueError) as error:
        sys.stderr.write(f'error: {error}\n')
        return 1
    sys.stdout.write(f'{describe(summary)}\nwritten   {out}\n')
    return 0
