"""One file of arrays and a JSON header, without pickle, that is whole or not there."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from carl_mm.files import atomic_write

Built = TypeVar('Built')


def save_arrays(
    path: str | os.PathLike[str],
    form: str,
    header: dict[str, Any],
    arrays: dict[str, np.ndarray],
) -> None:
    """Write an .npz file, whatever the ending.

    Args:
        path: Of the file; its folder is made.
        form: Name and version of the form, which `load_arrays` asks for.
        header: What JSON can hold.
        arrays: By name.

    Raises:
        OSError: The disk is full, say; names the file.
    """
    named: dict[str, Any] = {**arrays, 'header': json.dumps({**header, 'form': form})}
    atomic_write(Path(path), lambda stream: np.savez(stream, **named))


def load_arrays(
    path: str | os.PathLike[str],
    form: str,
    build: Callable[[dict[str, Any], dict[str, np.ndarray]], Built],
) -> Built:
    """Read a file of `save_arrays`.

    Args:
        path: Of the file.
        form: That it must have.
        build: Makes the result of header and arrays; an error of it says that the
            file is not of the form.

    Raises:
        FileNotFoundError: No such file.
        ValueError: A file of another form, or a broken one.
    """
    if not Path(path).is_file():
        raise FileNotFoundError(f'{path}: no such file')
    try:
        with np.load(path, allow_pickle=False) as file:
            header = json.loads(str(file['header']))
            if header['form'] != form:
                raise ValueError(f'its form is {header["form"]}')
            arrays = {name: file[name] for name in file.files if name != 'header'}
        return build(header, arrays)
    except Exception as error:  # a broken file fails in whatever way
        raise ValueError(
            f'{path}: not a file of the form {form}, or a broken one ({error!r:.200})'
        ) from error
