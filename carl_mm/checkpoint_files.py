"""Checkpoints: checked byte by byte, and written whole or not at all.

`carl_mm.compat.mend_runner` puts this in place. `tests/test_checkpoint_files.py` shows
each symptom without it.
"""

import functools
import zipfile
from collections.abc import Callable
from glob import escape
from pathlib import Path
from typing import Any

import torch
from mmengine import runner as package  # not yet an attribute while it is imported
from mmengine.hooks import CheckpointHook
from mmengine.runner import checkpoint as checkpoints
from mmengine.runner import runner

from carl_mm.files import atomic_write, check_archive

ZIP = b'PK'  # what torch has written since 2020
_save_elsewhere = checkpoints.save_checkpoint


def replacements() -> list[tuple[Any, str, Any]]:
    """Return what lets mmengine write checkpoints as we do.

    Returns:
        Modules and classes of mmengine, names in them, and what these become.
    """
    writers = [
        (module, 'save_checkpoint', save_checkpoint)
        for module in (package, runner, checkpoints)
    ]
    methods = ('_save_checkpoint_with_step', '_save_best_checkpoint')
    return writers + [
        (CheckpointHook, name, removing_at_the_end(getattr(CheckpointHook, name)))
        for name in methods
    ]


def check_bytes(path: Path) -> None:
    """Check a checkpoint by its checksums, which `torch.load` does not look at.

    It takes half as long again as loading: 0.06 s for 100 MB. Files in the form that
    torch wrote before 2020 have no checksums and pass.

    Args:
        path: File to check.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: The file is damaged or cut off; says where.
    """
    with path.open('rb') as file:
        starts_as_zip = file.read(len(ZIP)) == ZIP
    # A zip archive whose end is missing is known by its start, and the other way round.
    if starts_as_zip or zipfile.is_zipfile(path):
        check_archive(path)


def save_checkpoint(
    checkpoint: dict[str, Any],
    filename: str,
    file_client_args: dict[str, Any] | None = None,
    backend_args: dict[str, Any] | None = None,
) -> None:
    """Write a checkpoint that appears only when it is whole, and on the disk.

    Symptom: a run that is killed, or whose disk is full, leaves a cut off checkpoint
    in the place of the whole one of that name.
    Upstream: mmengine's `save_checkpoint` writes over the file.
    Remove: when it writes to another file and renames that.

    Args:
        checkpoint: Content of the file.
        filename: File to write, or an address such as ``s3://...``, which is left to
            mmengine.
        file_client_args: As mmengine's.
        backend_args: As mmengine's.

    Raises:
        OSError: The file cannot be written; names it. The old one is still there.
    """
    if file_client_args or backend_args or '://' in filename:
        _save_elsewhere(checkpoint, filename, file_client_args, backend_args)
        return
    path = Path(filename)
    atomic_write(path, lambda stream: torch.save(checkpoint, stream))
    for part in path.parent.glob(f'.{escape(path.name)}.*.part'):
        part.unlink(missing_ok=True)  # of a run that was killed


def removing_at_the_end(method: Callable[..., Any]) -> Callable[..., Any]:
    """Let a method of `CheckpointHook` remove the old once the new one is there.

    Symptom: with a full disk the old checkpoint is gone and the new one is not there.
    Upstream: `CheckpointHook` removes what is too many, or no longer the best, first.
    Remove: when it saves first.
    """
    if hasattr(method, '__wrapped__'):  # by us, or mmengine's by `master_only`
        return method

    @functools.wraps(method)
    def wrapper(hook: CheckpointHook, *args: Any, **kwargs: Any) -> Any:
        backend = hook.file_backend
        hook.file_backend = _Postponing(backend)
        try:
            result = method(hook, *args, **kwargs)
            postponed = hook.file_backend.postponed
        finally:
            hook.file_backend = backend
        best = getattr(hook, 'best_ckpt_path_dict', {}).values()
        kept = {hook.last_ckpt, getattr(hook, 'best_ckpt_path', None), *best}
        for remove, path in postponed:
            if path not in kept:
                remove(path)
        return result

    return wrapper


class _Postponing:
    """A file backend that notes what is to be removed."""

    def __init__(self, backend: Any) -> None:
        self.backend = backend
        self.postponed: list[tuple[Callable[[str], None], str]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self.backend, name)

    def remove(self, path: str) -> None:
        self.postponed.append((self.backend.remove, path))

    def rmtree(self, path: str) -> None:
        self.postponed.append((self.backend.rmtree, path))
