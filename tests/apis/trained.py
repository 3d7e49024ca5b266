"""Work dirs of a small untrained model, as tools/train.py leaves them."""

import torch
from mmaction.registry import MODELS
from mmengine.config import Config

from tests.engine.small import small_config


def make_work_dir(folder, seed=0, change=None, name='work'):
    """Write a config and a checkpoint of it; returns the work dir."""
    cfg = Config(small_config(folder))
    if change:
        change(cfg)
    torch.manual_seed(seed)
    model = MODELS.build({**cfg.model, 'controls': ()})
    work_dir = folder / name
    work_dir.mkdir(parents=True, exist_ok=True)
    cfg.dump(work_dir / 'small.py')
    meta = {'cfg': cfg.pretty_text, 'experiment_name': 'small_20260102_030405'}
    checkpoint = work_dir / 'epoch_2.pth'
    torch.save({'meta': meta, 'state_dict': model.state_dict()}, checkpoint)
    (work_dir / 'last_checkpoint').write_text(str(checkpoint))
    return work_dir
