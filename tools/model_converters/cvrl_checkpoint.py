"""Turn the backbone of CVRL's released checkpoint into a checkpoint of ours.

python tools/model_converters/cvrl_checkpoint.py RELEASED.npz OURS.pth

TensorFlow alone reads the released files. Where it is installed, write the .npz with

    import numpy, tensorflow as tf
    reader = tf.train.load_checkpoint('FOLDER_OR_PREFIX')
    names = reader.get_variable_to_dtype_map()
    names = [n for n in names if 'layer_with_weights' in n and 'SLOT' not in n]
    numpy.savez('RELEASED.npz', **{n: reader.get_tensor(n) for n in names})

Use OURS.pth with `--cfg-options released=True load_from=OURS.pth`, as in
configs/cvrl/cvrl_linear_k400.py: the released code pads and changes colours in its own
way. Checkpoints of R3D-50, R3D-101 and R3D-152 are known.
"""

import argparse
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from carl_mm.models.converters.carl_checkpoint import write_checkpoint
from carl_mm.models.converters.cvrl_checkpoint import from_released


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('src', metavar='SRC', help='.npz of the released variables')
    parser.add_argument('dst', metavar='DST', help='checkpoint to write')
    parser.add_argument(
        '--force', action='store_true', help='overwrite DST if it exists'
    )
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    """Convert; return the exit status, 1 if SRC or DST is refused."""
    args = parse_args(argv)
    try:
        try:
            with np.load(args.src, allow_pickle=False) as arrays:
                checkpoint, left_out = from_released(arrays)
        except (ValueError, AttributeError, TypeError, zipfile.BadZipFile) as error:
            raise ValueError(f'{args.src}: {error}') from error
        write_checkpoint(args.dst, checkpoint, force=args.force)
    except (OSError, ValueError) as error:
        sys.stderr.write(f'error: {error}\n')
        return 1
    print(f'tensors   {len(checkpoint["state_dict"])}')
    if left_out:
        print(f'left out  {", ".join(left_out)}: not of the backbone')
    print(f'written   {Path(args.dst)}')
    return 0


if __name__ == '__main__':
    sys.exit(main())
