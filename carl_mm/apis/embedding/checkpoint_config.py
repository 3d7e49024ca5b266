"""The config that a checkpoint or a work dir keeps, read without running it."""

import ast
import importlib.util
from collections.abc import Collection
from pathlib import Path
from typing import Any

from mmaction.registry import MODELS, TRANSFORMS
from mmcv.transforms import BaseTransform
from mmengine.config import Config
from torch import nn

from carl_mm.quoting import clip

NEEDED = ('model', 'test_dataloader', 'default_scope')
PACKAGES = ('carl_mm', 'mmaction', 'mmpretrain', 'mmcv', 'mmengine')
REGISTRIES = (MODELS, TRANSFORMS)
KINDS = (nn.Module, BaseTransform)


def read_config(checkpoint: dict[str, Any], source: str) -> Config:
    """Read the config that mmengine keeps in a checkpoint.

    It is Python, which `Config.fromstring` would run; here it is read as literals.

    Args:
        checkpoint: Content of the checkpoint.
        source: Name of the checkpoint, for messages.

    Returns:
        Its ``model``, ``test_dataloader`` and ``default_scope``.

    Raises:
        ValueError: The checkpoint keeps no config, or one that is more than plain
            values.
    """
    meta = checkpoint.get('meta')
    text = meta.get('cfg') if isinstance(meta, dict) else None
    if not (isinstance(text, str) and text):
        raise ValueError(f'{source}: keeps no config; give the config file too')
    return _read(text, f'{source}: the config kept in it is not plain values')


def read_dumped(path: Path) -> Config:
    """Read the config that training wrote to its work dir, as `read_config` does.

    Raises:
        ValueError: It is more than plain values.
    """
    return _read(path.read_text('utf-8', 'replace'), f'{path}: not plain values')


def _read(text: str, problem: str) -> Config:
    try:
        return Config(read_literals(text))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ValueError(
            f'{problem} ({clip(error)}); give the config file with --config, which is '
            'then run'
        ) from error


def read_literals(text: str, names: Collection[str] = NEEDED) -> dict[str, Any]:
    """Read the assignments to some names in a dumped config, which is not run.

    Args:
        text: The config as Python.
        names: Names to read, where they are there.

    Raises:
        SyntaxError: Not Python.
        ValueError: A value is more than literals, lists and ``dict(key=...)``.
    """
    values = {}
    for statement in ast.parse(text).body:
        if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            target = statement.targets[0]
            if isinstance(target, ast.Name) and target.id in names:
                values[target.id] = _value(statement.value)
    return values


def _value(node: ast.expr) -> Any:
    if isinstance(node, ast.Call):
        keys = [keyword.arg for keyword in node.keywords]
        plain = isinstance(node.func, ast.Name) and node.func.id == 'dict'
        if not plain or node.args or None in keys:
            raise ValueError(f'line {node.lineno} holds a call')
        return {keyword.arg: _value(keyword.value) for keyword in node.keywords}
    if isinstance(node, ast.List):
        return [_value(item) for item in node.elts]
    if isinstance(node, ast.Tuple):
        return tuple(_value(item) for item in node.elts)
    if isinstance(node, ast.Dict) and None not in node.keys:
        keys = [ast.literal_eval(key) for key in node.keys if key is not None]
        return dict(zip(keys, map(_value, node.values), strict=True))
    return ast.literal_eval(node)


def is_component(name: str) -> bool:
    """Whether a type's name builds a network or a transform, and nothing else.

    A dotted name would reach any function of any module that a module has imported.
    """
    if '.' not in name:
        # Registries import a bare name that is a module's.
        if not name.isidentifier() or importlib.util.find_spec(name) is not None:
            return False
    elif name.split('.')[0] not in PACKAGES:
        return False
    for registry in REGISTRIES:
        try:
            found = registry.get(name)
        except (RuntimeError, ImportError):
            continue
        if isinstance(found, type) and issubclass(found, KINDS):
            return True
    return False
