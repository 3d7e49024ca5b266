"""JSON that someone else wrote."""

import json
import os
from pathlib import Path
from typing import Any

from carl_mm.quoting import clip

# Copying and pickling what was read go deeper by recursion, as reading itself does.
MAX_DEPTH = 64


def read_json(path: str | os.PathLike[str]) -> Any:
    """Read a JSON file.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: It is not JSON in UTF-8, or lists in it are nested more than 64
            deep; names the file.
    """
    try:
        return parse_json(Path(path).read_bytes())
    except ValueError as error:
        raise ValueError(f'{path}: not a JSON file: {clip(error)}') from error


def parse_json(text: str | bytes) -> Any:
    """Read JSON from memory.

    Raises:
        ValueError: As `read_json`.
    """
    try:
        value = json.loads(text if isinstance(text, str) else text.decode('utf-8'))
    except RecursionError:
        raise ValueError(f'nested more than {MAX_DEPTH} deep') from None
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [child for part in level for child in _children(part)]
        if not level:
            return value
    raise ValueError(f'nested more than {MAX_DEPTH} deep')


def _children(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []
