"""A folder's project: where its state lies, and who holds it."""

import json
import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from carl_mm.files import atomic_write_text
from carl_mm.json_files import parse_json
from carl_mm.locking import LockedError, lock_file

HIDDEN = '.carl_mm'
VERSION = 1
MAX_CHOICES = 2**20  # characters


class Project:
    """What the page keeps about a folder of videos, in open formats.

    Args:
        videos_dir: Folder of the videos.
        folder: Folder of the project; by default ``.carl_mm`` in that of the videos.

    Attributes:
        videos_dir: Folder of the videos, resolved.
        folder: Folder of the project, resolved.

    Raises:
        ValueError: ``project.json`` is broken, or of a newer version.
        OSError: The folder cannot be written.
    """

    def __init__(
        self,
        videos_dir: str | os.PathLike[str],
        folder: str | os.PathLike[str] | None = None,
    ) -> None:
        self.videos_dir = Path(videos_dir).resolve()
        self.folder = Path(folder or self.videos_dir / HIDDEN).resolve()
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OSError(
                f'{self.folder}: cannot be made ({error.strerror}); name another '
                'folder by --project'
            ) from error
        self._choices = self._read()

    @property
    def models_dir(self) -> Path:
        """Folder of the models, a work dir each."""
        return self.folder / 'models'

    @property
    def embeddings_dir(self) -> Path:
        """Folder of the embeddings, a folder for each model."""
        return self.folder / 'embeddings'

    @property
    def cache_dir(self) -> Path:
        """Folder of what can be made again."""
        return self.folder / 'cache'

    @property
    def choices(self) -> dict[str, Any]:
        """What the page keeps by name."""
        return dict(self._choices)

    def choose(self, new: dict[str, Any]) -> None:
        """Keep choices, whatever can be written as JSON; None forgets one.

        Raises:
            ValueError: All together are longer than 1 MB, nested more than 64 deep, or
                not finite.
        """
        merged = {**self._choices, **new}
        kept = {name: value for name, value in merged.items() if value is not None}
        content = {'version': VERSION, 'choices': kept}
        text = json.dumps(content, indent=1, allow_nan=False)
        if len(text) > MAX_CHOICES:
            raise ValueError(
                f'choices of {len(text)} characters; at most {MAX_CHOICES}'
            )
        parse_json(text)  # refuses what could not be read again
        atomic_write_text(self.folder / 'project.json', text)
        self._choices = kept

    @contextmanager
    def held(self) -> Iterator[None]:
        """Be the only server on the project.

        Raises:
            LockedError: Another one is; the message names it, and where it is.
        """
        address = self.folder / 'address'
        remedy = 'open that page, end it, or name another project by --project'
        what = f'{self.videos_dir}: another page'
        with ExitStack() as stack:
            lock = lock_file(self.folder / 'page.lock', what, remedy)
            try:
                stack.enter_context(lock)
            except LockedError as error:
                where = address.read_text().strip() if address.is_file() else ''
                there = f' It is at {where}' if where else ''
                raise LockedError(error.errno, f'{error.strerror}.{there}') from None
            stack.callback(address.unlink, missing_ok=True)
            yield

    def tell_address(self, host: str, port: int) -> None:
        """Let a second page on the folder say where the first one is."""
        where = f'http://{host}:{port}/ on {socket.gethostname()} (with its token)\n'
        atomic_write_text(self.folder / 'address', where)

    def _read(self) -> dict[str, Any]:
        path = self.folder / 'project.json'
        if not path.exists():
            return {}
        try:
            content = parse_json(path.read_bytes())
            version, choices = content['version'], dict(content['choices'])
        except (ValueError, TypeError, KeyError) as error:
            raise ValueError(
                f'{path}: broken ({error!r}); remove it, only choices of the page are '
                'lost'
            ) from error
        if version != VERSION:
            raise ValueError(f'{path}: version {version} is of a newer carl_mm')
        return choices
