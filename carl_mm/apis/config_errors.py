"""Errors of a config said in one line, and told apart from bugs.

mmengine reports what is wrong in a config by errors of all kinds. They are known by
where they come from: a config's own file, mmengine itself, or the constructor that
was given what the config says.
"""

import reprlib
from pathlib import Path
from types import FrameType
from typing import Any

from mmengine.config import Config

from carl_mm.apis.shipped_files import find_config

BUILDING = ('registry', 'build_functions.py')
RUNNING = ('run', 'run_epoch', 'run_iter')  # of a loop: all is built by then
KINDS = (TypeError, KeyError, AssertionError)
# In configs of mmaction2 before 1.0.
OLD_KEYS = (
    *('data', 'optimizer', 'optimizer_config', 'lr_config', 'total_epochs'),
    *('checkpoint_config', 'evaluation', 'log_config', 'dist_params'),
)
TRAINING = ('model', 'train_dataloader', 'train_cfg', 'optim_wrapper')
EMBEDDING = ('model', 'test_dataloader')
TESTING = (*EMBEDDING, 'test_cfg', 'test_evaluator')


def read_config(path: str) -> Config:
    """Read a config file.

    Args:
        path: The file, or the name of a shipped one, see `find_config`.

    Raises:
        FileNotFoundError: There is no such file, or none that it is based on.
        ImportError: It imports what is not there.
        ValueError: It is no config; says where and why.
    """
    path = str(find_config(path))
    try:
        return Config.fromfile(path)
    except ImportError:
        raise
    except OSError as error:
        if error.filename:
            raise
        raise ValueError(f'{path}: {error}') from error
    except Exception as error:  # a config is a program of the user's: it can fail
        raise ValueError(f'{path}: not a config: {_reason(error, path)}') from error


def check_parts(cfg: Config, needed: tuple[str, ...], path: str) -> None:
    """Check that a config has what training or testing needs.

    Args:
        cfg: The config.
        needed: `TRAINING`, `TESTING` or `EMBEDDING`.
        path: Its file.

    Raises:
        ValueError: Something is missing; says if the config is of mmaction2 before 1.0.
    """
    missing = [name for name in needed if cfg.get(name) is None]
    if not missing:
        return
    former = [name for name in OLD_KEYS if name in cfg]
    said = f'{path}: has no {", ".join(missing)}'
    if former:
        raise ValueError(
            f'{said}, but {", ".join(former)}: a config in the style of mmaction2 '
            'before 1.0; begin with one of configs/ and carry your settings over'
        )
    raise ValueError(f'{said}; begin with one of configs/')


def config_error(error: BaseException) -> str | None:
    """Say what is wrong in a config.

    Args:
        error: What was raised while a part of it was built.

    Returns:
        A line; None if the error may be a bug.
    """
    if not isinstance(error, KINDS):
        return None
    frames = _frames(error)
    built = [place for place, frame in enumerate(frames) if _is_in(frame, BUILDING)]
    text = _message(error)
    if any(f.f_code.co_name in RUNNING and _is_in(f, ('loops.py',)) for f in frames):
        return None
    if _is_in(frames[-1], ('mmengine',)):
        return text
    # In a constructor itself, not deeper: it was given what it cannot take.
    if built and len(frames) - built[-1] == 2:
        return f'{_call(frames[built[-1]])}: {text}'
    return None


def _reason(error: Exception, path: str) -> str:
    if isinstance(error, SyntaxError):
        where = (
            '' if error.filename in (None, path, '<unknown>') else f'{error.filename}, '
        )
        return f'{where}line {error.lineno}: {error.msg}'
    name = Path(path).name
    lines = [
        traceback.tb_lineno
        for traceback in _tracebacks(error)
        if Path(traceback.tb_frame.f_code.co_filename).name == name
    ]
    where = f'line {lines[-1]}: ' if lines else ''
    return f'{where}{type(error).__name__}: {_message(error)}'


def _message(error: BaseException) -> str:
    # The text of a KeyError is its argument's repr.
    whole = error.args[0] if isinstance(error, KeyError) and error.args else error
    return ' '.join(str(whole).split())


def _tracebacks(error: BaseException) -> list[Any]:
    found, traceback = [], error.__traceback__
    while traceback is not None:
        found.append(traceback)
        traceback = traceback.tb_next
    return found


def _frames(error: BaseException) -> list[FrameType]:
    return [traceback.tb_frame for traceback in _tracebacks(error)]


def _is_in(frame: FrameType, parts: tuple[str, ...]) -> bool:
    """Whether a frame is of mmengine, and of a file at those parts of a path."""
    places = Path(frame.f_code.co_filename).parts
    return 'mmengine' in places and set(parts) <= set(places)


def _call(frame: FrameType) -> str:
    """Write a constructor and its arguments, from the frame that calls it."""
    made = frame.f_locals.get('obj_cls')
    given = frame.f_locals.get('args') or {}
    short = reprlib.Repr()
    short.maxother = short.maxstring = 60
    settings = ', '.join(
        f'{key}={short.repr(value)}'
        for key, value in given.items()
        if isinstance(value, str | int | float | bool | None)
    )
    return f'{getattr(made, "__name__", made)}({settings})'
