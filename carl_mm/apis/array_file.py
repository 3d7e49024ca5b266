"""Files of arrays with a JSON header, without pickle, written whole or not at all."""

import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from carl_mm.files import atomic_write, check_names
from carl_mm.json_files import parse_json
from carl_mm.quoting import clip

Built = TypeVar('Built')
# What is written here is not packed at all; what someone packed shrinks less.
MAX_PACKING = 100


def open_npz(path: str | os.PathLike[str]) -> Any:
    """Open an .npz file that someone else made, without pickle.

    Raises:
        ValueError: It is not one, or unpacks to over 100 times its size.
    """
    with zipfile.ZipFile(path) as archive:
        check_names(archive)
        unpacked = sum(member.file_size for member in archive.infolist())
    size = Path(path).stat().st_size
    if unpacked > MAX_PACKING * size:
        raise ValueError(f'{size} bytes would unpack to {unpacked}')
    return np.load(path, allow_pickle=False)


def save_arrays(
    path: str | os.PathLike[str],
    form: str,
    header: dict[str, Any],
    arrays: dict[str, np.ndarray],
) -> None:
    """Write a file in numpy's .npz format, whatever its ending.

    Args:
        path: File to write; its folder is made.
        form: Name and version of the form, which `load_arrays` asks for.
        header: Values that JSON can hold, by name.
        arrays: Arrays by name.

    Raises:
        OSError: The file cannot be written; names it.
    """
    named: dict[str, Any] = {**arrays, 'header': json.dumps({**header, 'form': form})}
    atomic_write(Path(path), lambda stream: np.savez(stream, **named))


def load_arrays(
    path: str | os.PathLike[str],
    form: str,
    build: Callable[[dict[str, Any], dict[str, np.ndarray]], Built],
) -> Built:
    """Read a file that `save_arrays` wrote.

    Args:
        path: File to read.
        form: Form that the file must have.
        build: Function of header and arrays that makes the result; if it raises, the
            file is not of the form.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: The file is of another form, or broken.
    """
    if not Path(path).is_file():
        raise FileNotFoundError(f'{path}: no such file')
    try:
        with open_npz(path) as file:
            header = parse_json(str(file['header']))
            if header['form'] != form:
                raise ValueError(f'its form is {header["form"]}')
            arrays = {name: file[name] for name in file.files if name != 'header'}
        return build(header, arrays)
    except Exception as error:  # a broken file fails in whatever way
        raise ValueError(
            f'{path}: not a file of the form {form}, or a broken one '
            f'({clip(repr(error), 200)})'
        ) from error
