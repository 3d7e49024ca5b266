"""Time a part of the package beside a plain reference in the same run.

    python benchmarks/speed/benchmark.py data
    python benchmarks/speed/benchmark.py step --json step.json

`data`: two views of a video; `step`: a training step; `cache`: a step on cached
features; `embed`: a long video; `evaluate`: metrics at Penn Action's size; `align`:
two long videos; `scaling`: how cost grows. In all but the last, `ratio` is the
reference's time over ours. Videos are made once, in the system's folder for temporary
files.
"""

import argparse
import importlib
import inspect
import json
from pathlib import Path
from typing import Any

PARTS = ('data', 'step', 'cache', 'embed', 'evaluate', 'align', 'scaling')
OPTIONS = ('repeats', 'frames')


def parse_args() -> tuple[argparse.ArgumentParser, argparse.Namespace]:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('part', choices=PARTS)
    parser.add_argument('--json', type=Path, help='file to write the figures to')
    parser.add_argument(
        '--repeats', type=int, help='number of runs, of which the median counts'
    )
    parser.add_argument(
        '--frames',
        type=int,
        help='step: frames of each view (T); cache, embed, align: of each video',
    )
    args = parser.parse_args()
    if args.json and not args.json.parent.is_dir():
        parser.error(f'--json {args.json}: no such folder')
    return parser, args


def rows(figures: dict[str, Any], prefix: str = '') -> dict[str, Any]:
    """Flatten nested figures: ``probes.ours``."""
    flat: dict[str, Any] = {}
    for name, value in figures.items():
        if isinstance(value, dict):
            flat |= rows(value, f'{prefix}{name}.')
        else:
            flat[prefix + name] = value
    return flat


def table(figures: dict[str, Any]) -> str:
    """Return a Markdown table, with a column a figure where all rows have the same."""
    values = list(figures.values())
    if all(
        isinstance(value, dict) and value.keys() == {**values[0]}.keys()
        for value in values
    ):
        head = ['', *values[0]]
        body = [[name, *row.values()] for name, row in figures.items()]
    else:
        head = ['', 'figure']
        body = [list(row) for row in rows(figures).items()]
    lines = [head, ['---'] * len(head), *body]
    return '\n'.join(f'| {" | ".join(map(show, line))} |' for line in lines)


def show(value: Any) -> str:
    """Format a figure, or a list of figures, with four digits."""
    if isinstance(value, list):
        return ', '.join(map(show, value))
    return f'{value:.4g}' if isinstance(value, float) else str(value)


def main() -> None:
    """Run one part."""
    parser, args = parse_args()
    # After the arguments: a part's imports take seconds.
    run = importlib.import_module(f'parts.{args.part}').run
    timing = importlib.import_module('parts.timing')
    given = {name: getattr(args, name) for name in OPTIONS}
    given = {name: value for name, value in given.items() if value is not None}
    for name, value in given.items():
        if name not in inspect.signature(run).parameters:
            parser.error(f'--{name} {value}: {args.part} has no such option')
        if value < 1:
            parser.error(f'--{name} {value}: must be at least 1')
    machine = timing.machine()
    figures = run(**given)
    print(table(figures), table(machine), sep='\n\n')
    if args.json:
        result = {args.part: figures, 'machine': machine}
        args.json.write_text(json.dumps(result, indent=2) + '\n')


if __name__ == '__main__':
    main()
