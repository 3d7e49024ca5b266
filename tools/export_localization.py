"""Export features for temporal localisation, for mmaction2's BMN or for G-TAD.

python tools/export_localization.py CONFIG CHECKPOINT OUT_DIR
    --truth activity_net.v1-3.min.json

Embeds every video of the config's test annotation file and reads the embeddings at
the centres of 100 equal snippets. Writes to OUT_DIR features/v_ID.csv and
anet_anno_{train,val,test}.json for configs/bmn/bmn_carl_activitynet.py; with --format
gtad features/v_ID.npy, anet_anno_action.json and video_info_new.csv, and G-TAD's
_load_file then reads `feat = np.load(self.feature_path + video_name + '.npy')`.
Without --truth the segments are the phase rows. It can be interrupted and resumed.
On several GPUs: torchrun --nproc_per_node=4 tools/export_localization.py ...
--launcher pytorch
"""

import argparse
import sys
from typing import TYPE_CHECKING

import carl_mm
from carl_mm.apis.cli import one_line_errors
from carl_mm.apis.config_errors import EMBEDDING
from carl_mm.apis.launch import (
    add_common_arguments,
    build_runner,
    check_is_there,
    load_config,
    load_strictly,
    trust,
)

# Heavy imports stand in the functions: a help text need not wait for them.
if TYPE_CHECKING:
    from carl_mm.apis.localization.export import ExportSummary


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add('config', help='a config file')
    add('checkpoint', help='a checkpoint file')
    add('out_dir', metavar='OUT_DIR')
    add('--num-snippets', type=int, default=100, help='rows per video (default: 100)')
    add('--format', choices=('bmn', 'gtad'), default='bmn')
    add('--truth', metavar='JSON', help="ActivityNet's ground truth")
    add_common_arguments(parser)
    return parser.parse_args()


def describe(summary: 'ExportSummary') -> str:
    """Say in words what was written and what was not."""
    lines = [f'features  {summary.num_written} written, {summary.num_kept} kept']
    lines += [f'written   {file}' for file in summary.files]
    if summary.num_unlisted:
        lines.append(f'unlisted  {summary.num_unlisted} videos without a segment')
    if summary.failed:
        lines.append(f'failed    {len(summary.failed)}')
        lines += [f'  {reason}' for _, reason in sorted(summary.failed.items())]
    return '\n'.join(lines)


def main() -> int:
    """Export; the exit status is 1 if a video could not be decoded."""
    one_line_errors()
    args = parse_args()
    from mmengine.dist import is_main_process

    from carl_mm.apis.localization.export import export_localization

    cfg = load_config(args, EMBEDDING)
    check_is_there(args.checkpoint)
    cfg.load_from, cfg.resume = None, False
    cfg.model.controls = ()  # they are not exported
    trust(args.checkpoint, args)
    runner = build_runner(cfg)
    load_strictly(runner, args.checkpoint)
    summary = export_localization(
        runner, args.out_dir, args.format, args.num_snippets, args.truth
    )
    if is_main_process():
        print(describe(summary))
    carl_mm.compat.end_distributed()
    return 1 if summary.failed else 0


if __name__ == '__main__':
    sys.exit(main())
