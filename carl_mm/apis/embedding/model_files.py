"""Which files make a trained model."""

import os
from pathlib import Path

from carl_mm import compat

CONFIG_SUFFIXES = ('.py', '.json', '.yaml', '.yml')


def find_model_files(
    config_or_dir: Path, checkpoint: str | os.PathLike[str] | None
) -> tuple[Path | None, Path]:
    """Return the config file, None for the one in the checkpoint, and the checkpoint.

    The config of a work dir is taken if it is the only one there: after runs of several
    configs, the one that the checkpoint keeps is right.

    Args:
        config_or_dir: A config, a work dir or a checkpoint.
        checkpoint: A checkpoint or a work dir; needed with a config.

    Raises:
        FileNotFoundError: A file is not there, or a work dir has no whole checkpoint.
        ValueError: A file beside a checkpoint is no config.
    """
    if not config_or_dir.exists():
        raise FileNotFoundError(
            f'{config_or_dir}: no such config, work dir or checkpoint'
        )
    config: Path | None = None
    if config_or_dir.is_dir():
        checkpoint = checkpoint or config_or_dir
        configs = list(config_or_dir.glob('*.py'))
        config = configs[0] if len(configs) == 1 else None
    elif config_or_dir.suffix in CONFIG_SUFFIXES:
        config = config_or_dir
    elif checkpoint is None:
        checkpoint = config_or_dir
    else:
        raise ValueError(
            f'{config_or_dir}: not a config ({", ".join(CONFIG_SUFFIXES)})'
        )
    if checkpoint is None:
        raise FileNotFoundError(f'{config}: a config alone; give a checkpoint too')
    if not Path(checkpoint).is_dir():
        return config, Path(checkpoint)
    newest = compat.newest_checkpoint(str(checkpoint))
    if newest is None:
        raise FileNotFoundError(
            f'{checkpoint}: holds no whole checkpoint (*.pth); train one by '
            'tools/train.py, or name another work dir'
        )
    return config, Path(newest)
