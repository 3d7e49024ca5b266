"""Turn the published CARL checkpoint into one of ours, or back.

python tools/model_converters/carl_checkpoint.py PUBLISHED.pth OURS.pth
python tools/model_converters/carl_checkpoint.py --to-published OURS.pth PUBLISHED.pth

Use OURS.pth with the config of the data that it was trained on, whose number of encoder
layers must be the same: `tools/test.py configs/carl_finegym.py OURS.pth`, or to start a
training from, `tools/train.py ... --cfg-options load_from=OURS.pth
model.backbone.init_cfg=None`. The published file may contain its settings as a Python
object: this is read only with --trust-checkpoint, and if the package of the object
(such as easydict) is installed.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from carl_mm.compat import load_local_checkpoint
from carl_mm.models.converters.carl_checkpoint import (
    Converted,
    from_published,
    to_published,
    write_checkpoint,
)


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('src', metavar='SRC', help='checkpoint to convert')
    parser.add_argument('dst', metavar='DST', help='checkpoint to write')
    parser.add_argument(
        '--to-published',
        action='store_true',
        help='convert ours to the published format',
    )
    parser.add_argument(
        '--force', action='store_true', help='overwrite DST if it exists'
    )
    parser.add_argument(
        '--trust-checkpoint',
        action='store_true',
        help='read SRC even if it contains more than weights, which can run code',
    )
    return parser.parse_args(argv)


def describe(converted: Converted) -> str:
    """Say in words what was converted, and what was not."""
    checkpoint = converted.checkpoint
    state = checkpoint.get('state_dict') or checkpoint['model_state']
    lines = [f'tensors   {len(state)}', f'layers    {converted.num_layers}']
    if converted.left_out:
        lines.append(f'left out  {", ".join(converted.left_out)}: have no place there')
    if converted.absent:
        lines.append(f'absent    {", ".join(converted.absent)}: not in the source')
    return '\n'.join(lines)


def main(argv: Sequence[str] | None = None) -> int:
    """Convert; return the exit status, 1 if SRC or DST is refused."""
    args = parse_args(argv)
    convert = to_published if args.to_published else from_published
    try:
        checkpoint = load_local_checkpoint(args.src, 'cpu', args.trust_checkpoint)
        try:
            converted = convert(checkpoint)
        except ValueError as error:
            raise ValueError(f'{args.src}: {error}') from error
        write_checkpoint(args.dst, converted.checkpoint, force=args.force)
    except (OSError, ValueError) as error:
        sys.stderr.write(f'error: {error}\n')
        return 1
    print(f'{describe(converted)}\nwritten   {Path(args.dst)}')
    return 0


if __name__ == '__main__':
    sys.exit(main())
