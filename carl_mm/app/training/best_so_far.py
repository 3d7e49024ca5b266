"""The best weights of a training that is stopped before its end."""

from pathlib import Path

import torch

from carl_mm import compat
from carl_mm.files import atomic_write, atomic_write_text


def keep_best(work_dir: Path) -> int:
    """Write a checkpoint of the best weights so far, which is then the newest.

    Args:
        work_dir: Work dir of the training.

    Returns:
        The step that the weights are of.

    Raises:
        ValueError: Nothing has been saved yet.
    """
    newest = compat.newest_checkpoint(str(work_dir))
    if newest is None:
        raise ValueError('nothing has been saved yet; wait for the first steps')
    content = compat.load_local_checkpoint(newest, 'cpu')
    best = content.get('keep_best') or {}
    state = {**content['state_dict'], **(best.get('weights') or {})}
    step = int(best.get('step', content['meta'].get('iter', 0)))
    path = work_dir / f'kept_{step}.pth'
    kept = {'state_dict': state, 'meta': content['meta']}
    atomic_write(path, lambda file: torch.save(kept, file))
    atomic_write_text(work_dir / 'last_checkpoint', str(path))
    return step
