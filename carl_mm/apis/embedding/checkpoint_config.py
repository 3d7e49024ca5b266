"""The config that a checkpoint keeps, read without running it."""

import ast
import importlib.util
from collections.abc import Collection, Iterator
from typing import Any

from mmaction.registry import MODELS, TRANSFORMS
from mmcv.transforms import BaseTransform
from mmengine.config import Config
from mmengine.model import BaseInit
from torch import nn

NEEDED = ('model', 'test_dataloader', 'default_scope')
PACKAGES = ('carl_mm', 'mmaction', 'mmpretrain', 'mmcv', 'mmengine')
KINDS = (nn.Module, BaseTransform, BaseInit)


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
    try:
        return Config(read_literals(text))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ValueError(
            f'{source}: the config kept in it is not plain values ({error}); give '
            'the config file too'
        ) from error


def check_types(value: Any, source: str) -> None:
    """Check that all types in a config are networks and transforms.

    Args:
        value: Part of the config; may be nested.
        source: Name of the checkpoint, for the message.

    Raises:
        ValueError: Another type could run code; names the first.
    """
    for name in _types_in(value):
        if not is_component(name):
            raise ValueError(
                f'{source}: the config kept in it names {name!r}, which is not a '
                'component of OpenMMLab or carl_mm and could run code; if you trust '
                'it, give the config file too, or pass --trust-checkpoint'
            )


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
        return name.isidentifier() and importlib.util.find_spec(name) is None
    if name.split('.')[0] not in PACKAGES:
        return False
    for registry in (MODELS, TRANSFORMS):
        try:
            found = registry.get(name)
        except RuntimeError:
            continue
        if isinstance(found, type) and issubclass(found, KINDS):
            return True
    return False


def _types_in(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get('type'), str):
            yield value['type']
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        for item in value:
            yield from _types_in(item)
