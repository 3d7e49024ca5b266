"""Settings of a config by name: knobs, and parts of a list by their class.

A knob is a name that a config lists in its ``knobs``, with the paths that it sets. A
path is mmengine's, dotted, but names a part of a list by its class where mmengine
counts: ``train_dataloader.dataset.pipeline.OpenVideo.num_threads``.
"""

import inspect
from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Any

from mmengine.config import Config
from mmengine.runner import FlexibleRunner, Runner

# Settings that mmengine reads from the whole config, beside the Runner's arguments.
READ_BY_MMENGINE = {
    'activation_checkpointing',
    'compile',
    'efficient_conv_bn_eval',
    'find_unused_parameters',
    'init_weights_for_test_or_val',
    'model_wrapper_cfg',
    'runner_type',
    'sync_bn',
    'tta_model',
    'tta_pipeline',
}


def set_options(cfg: Config, options: dict[str, Any]) -> None:
    """Change settings of a config in place.

    Args:
        cfg: The config.
        options: Knob or path to the new value.

    Raises:
        ValueError: An option leads to nothing, or to a value of the file from which
            others were derived; a list holds no part, or several, of the class that a
            path names; or a value is of another kind than the one it replaces.
    """
    knobs = cfg.get('knobs') or {}
    targets = {}
    for option, value in options.items():
        for path in knobs.get(option, [option]):
            _check_first_key(cfg, option, path)
            part, *inside = path.split('.')
            if option in knobs and inside and cfg.get(part, {}) is None:
                continue  # switched off, as by --no-validate
            path = numbered_path(cfg, path)
            _check_kind(cfg, option, path, value)
            targets[path] = value
    turned = {option: value for option, value in options.items() if option in knobs}
    cfg.merge_from_dict({**targets, **turned})


def numbered_path(cfg: Config, path: str) -> str:
    """Put numbers in place of the class names in a path, as mmengine needs it.

    Args:
        cfg: The config that the path leads into.
        path: Dotted; may hold numbers, and keys that do not exist yet.

    Returns:
        The path with numbers.

    Raises:
        ValueError: A list holds no part, or several, of the class that the path names.
    """
    here: Any = cfg
    keys = path.split('.')
    for depth, key in enumerate(keys):
        if not isinstance(here, list | tuple):
            here = here.get(key) if isinstance(here, dict | Config) else None
            continue
        where = '.'.join(keys[:depth])
        if key.isdecimal():
            number = int(key)
        else:
            try:
                number = _number_of(here, key)
            except ValueError as error:
                raise ValueError(f'{path}: {where} has {error}') from error
            keys[depth] = str(number)
        here = here[number] if number < len(here) else None
    return '.'.join(keys)


def find_part(parts: Sequence[Any], name: str) -> Any:
    """Find the only part of a list that is of a class.

    Args:
        parts: The steps of a pipeline, hooks, metrics.
        name: Name of the class, without its module; ``*`` stands for any letters.

    Returns:
        The part itself; changing it changes the list.

    Raises:
        ValueError: No part is of that class, or several are.
    """
    return parts[_number_of(parts, name)]


def class_name(part: Any) -> str:
    """Return the name of a part's class, without its module.

    Args:
        part: A dict whose ``type`` is a class, its import path or its registered
            name. Anything else has no class.

    Returns:
        The name, or an empty string.
    """
    kind = part.get('type', '') if isinstance(part, dict) else ''
    name: str = kind if isinstance(kind, str) else kind.__name__
    return name.rsplit('.', 1)[-1]


def _number_of(parts: Sequence[Any], name: str) -> int:
    names = [class_name(part) for part in parts]
    places = [place for place, known in enumerate(names) if fnmatchcase(known, name)]
    if len(places) == 1:
        return places[0]
    held = ', '.join(known or '(no class)' for known in names) or 'nothing'
    if not places:
        raise ValueError(f'no {name}, only {held}')
    numbers = ' or '.join(map(str, places))
    raise ValueError(f'several of {name} in {held}: give the number, {numbers}')


def _check_kind(cfg: Config, option: str, path: str, value: Any) -> None:
    """Refuse text in the place of a number, and anything but None in that of a dict."""
    *parents, last = path.split('.')
    here: Any = cfg
    for depth, key in enumerate(parents, 1):
        where, inside = '.'.join(parents[:depth]), '.'.join([*parents[depth:], last])
        if isinstance(here, list | tuple):
            if int(key) >= len(here):
                raise ValueError(
                    f'--cfg-options {option}: there is no part {key} among '
                    f'{len(here)}, which are numbered from 0'
                )
            here = here[int(key)]
        elif key not in here:
            return
        else:
            here = here[key]
        if not isinstance(here, dict | list | tuple):
            raise ValueError(
                f'--cfg-options {option}: {where} is {here!r}, which has no {inside!r}'
            )
    before = here.get(last) if isinstance(here, dict | Config) else None
    if isinstance(before, int | float) and isinstance(value, str):
        kind = 'True or False' if isinstance(before, bool) else 'a number'
        raise ValueError(
            f'--cfg-options {option}={value}: must be {kind}, as {before} is'
        )
    if isinstance(before, dict) and before and value is not None:
        raise ValueError(
            f'--cfg-options {option}={value}: is a dict, whose keys are set one by '
            f'one: {", ".join(f"{option}.{key}" for key in before)}'
        )


def _check_first_key(cfg: Config, option: str, path: str) -> None:
    """Refuse an option that would change nothing."""
    known = set(READ_BY_MMENGINE)
    for runner in (Runner, FlexibleRunner):
        known |= {*inspect.signature(runner.__init__).parameters} - {'self', 'cfg'}
    key, file = path.split('.')[0], cfg.filename or 'the config'
    if key in known:
        return
    if key not in cfg:
        raise ValueError(f'--cfg-options {option}: {file} has no {key!r}')
    raise ValueError(
        f'--cfg-options {option}: {key!r} is a value of {file} that others were '
        'derived from, and these would not follow; set them instead, or edit the '
        f'file. Its knobs: {", ".join(cfg.get("knobs") or {}) or "none"}'
    )
