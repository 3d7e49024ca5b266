"""Whether a checkpoint belongs to the training that is to resume from it."""

import re
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any, NamedTuple

from mmengine.config import Config

from carl_mm.apis.config_paths import class_name
from carl_mm.distributed.launchers import world_size_of

# What decides which weights a training ends with.
PARTS = (
    'model',
    'train_dataloader',
    'train_cfg',
    'optim_wrapper',
    'param_scheduler',
    'custom_hooks',
    'randomness',
    'auto_scale_lr',
    'sync_bn',
)
# Of these not: where files are, how fast they are read, how weights began (they come
# from the checkpoint), how is tested. The seed is compared as the run has drawn it.
IGNORED_KEYS = {
    *('data_root', 'data_prefix', 'cache_dir', 'init_cfg', 'pretrained'),
    *('num_workers', 'persistent_workers', 'pin_memory', 'prefetch_factor'),
    *('val_begin', 'val_interval', 'dynamic_intervals', 'deterministic', 'seed'),
    *('controls', 'test_cfg', 'keep_frame_features'),
}
IGNORED_HOOKS = {
    'AlignmentVisualizationHook',
    'DecodeFailureHook',
    'DivergenceHook',
    'HeartbeatHook',
    'ProgressBarHook',
}
# A training may be made longer or shorter; its rates then follow.
LENGTHS = ('train_cfg.max_epochs', 'train_cfg.max_iters')
PLANNED_ENDS = re.compile(r'param_scheduler\..+\.(T_max|end|total_iters)')
SHOWN = 5  # changes in a message


class Change(NamedTuple):
    """A setting that differs from the checkpoint's; None is no setting."""

    path: str
    before: Any
    now: Any

    def __str__(self) -> str:
        """Return a clause of a message."""
        return f'{self.path} was {self.before}, is {self.now}'

    @property
    def is_length(self) -> bool:
        """Whether the training, or its plan of rates, is to end at another time."""
        return self.path in LENGTHS or bool(PLANNED_ENDS.fullmatch(self.path))


def check_training(checkpoint: dict[str, Any], source: str) -> None:
    """Check that a checkpoint holds a training, not only weights.

    Raises:
        ValueError: It holds only weights.
    """
    meta = checkpoint.get('meta') or {}
    if 'optimizer' not in checkpoint or not {'epoch', 'iter', 'cfg'} <= set(meta):
        raise ValueError(
            f'{source}: holds weights, but no training to resume; to start from them '
            f'leave out --resume and add --cfg-options load_from={source}'
        )


def find_changes(checkpoint: dict[str, Any], cfg: Config, source: str) -> list[Change]:
    """Compare the training that wrote a checkpoint with the one of a config.

    Args:
        checkpoint: Content of the checkpoint, of a training.
        cfg: Config of this training.
        source: Name of the checkpoint, for messages.

    Returns:
        What differs and matters: not paths, logging, or what only tests.

    Raises:
        ValueError: The checkpoint keeps no readable config.
    """
    from carl_mm.apis.embedding.checkpoint_config import read_literals

    meta = checkpoint['meta']
    processes = meta.get('world_size', world_size(cfg))
    try:
        before = _effective(read_literals(meta['cfg'], PARTS), processes)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ValueError(
            f'{source}: the config kept in it is not plain values ({error}), so that '
            'it cannot be compared; resume anyway with --accept-changes'
        ) from error
    now = _effective(read_literals(cfg.pretty_text, PARTS), processes)
    seed = (cfg.get('randomness') or {}).get('seed')
    if seed is not None:  # else the run takes the checkpoint's
        before['randomness.seed'], now['randomness.seed'] = meta.get('seed'), seed
    if 'world_size' in meta:
        name = 'the number of processes'
        before[name], now[name] = meta['world_size'], world_size(cfg)
    return [
        Change(path, before.get(path), now.get(path))
        for path in dict.fromkeys([*before, *now])
        if before.get(path) != now.get(path)
    ]


def refuse_changes(changes: list[Change], source: str) -> None:
    """Refuse to resume a training that has changed in more than its length.

    Args:
        changes: What `find_changes` found; nothing is refused without any.
        source: Name of the checkpoint.

    Raises:
        ValueError: Names the changes and the ways to go on.
    """
    if all(change.is_length for change in changes):
        return
    raise ValueError(
        f'{source}: of a training with other settings: {_listed(changes)}. Resume '
        'with the former ones, train into another --work-dir, or pass '
        '--accept-changes: the training then goes on by the new ones, its rates too, '
        'with the state of the optimizer and the seed of the checkpoint. To start '
        f'anew from its weights leave out --resume and add --cfg-options '
        f'load_from={source}'
    )


def followed(changes: list[Change], source: str) -> str:
    """Say which changes a resumed training follows."""
    return (
        f'{source}: {_listed(changes)}; learning rates go on as in a training that had '
        'these settings from its start'
    )


def _listed(changes: list[Change]) -> str:
    more = f' (and {len(changes) - SHOWN} more)' if len(changes) > SHOWN else ''
    return '; '.join(map(str, changes[:SHOWN])) + more


def what_is_left(checkpoint: dict[str, Any], cfg: Config) -> int:
    """Return how many epochs, or steps where the config counts these, are left."""
    done, settings = checkpoint['meta'], cfg.train_cfg
    if settings.get('max_epochs') is not None:
        return max(0, int(settings.max_epochs) - int(done['epoch']))
    return max(0, int(settings.max_iters) - int(done['iter']))


def world_size(cfg: Config) -> int:
    """Return the number of processes, before they know each other."""
    return world_size_of(cfg.get('launcher', 'none'))


def _effective(settings: dict[str, Any], processes: int) -> dict[str, Any]:
    """Return what matters of a config by paths, without what changes nothing."""
    found = dict(_leaves(settings))
    if not found.get('auto_scale_lr.enable'):
        found = {k: v for k, v in found.items() if not k.startswith('auto_scale_lr.')}
    if processes == 1:
        found.pop('sync_bn', None)
    return found


def _leaves(value: Any, path: str = '') -> Iterator[tuple[str, Any]]:
    """Yield what matters of a config, by paths as `--cfg-options` takes them."""
    if isinstance(value, dict):
        for key, part in value.items():
            if key not in IGNORED_KEYS:
                yield from _leaves(part, f'{path}.{key}' if path else str(key))
    elif isinstance(value, list) and any(isinstance(part, dict) for part in value):
        parts = [part for part in value if class_name(part) not in IGNORED_HOOKS]
        names = [class_name(part) for part in parts]
        yield path, ', '.join(names)  # tells of another order
        for place, (name, part) in enumerate(zip(names, parts, strict=True)):
            key = name if name and names.count(name) == 1 else place
            yield from _leaves(part, f'{path}.{key}')
    elif isinstance(value, str) and path.endswith('.type'):
        yield path, value.rsplit('.', 1)[-1]  # a class may move to another module
    elif isinstance(value, str) and path.endswith('.ann_file'):
        yield path, PurePath(value).name
    elif value is not None:
        yield path, value
