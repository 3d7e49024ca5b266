"""A config that came with a checkpoint: what it may name, and what is left out."""

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from mmengine.registry import DefaultScope

from carl_mm.apis.embedding.checkpoint_config import is_component
from carl_mm.quoting import quote

SCOPES = ('mmaction', 'mmengine', 'mmpretrain', 'mmcv')
# mmengine imports the packages that these name.
IMPORTING_KEYS = ('_scope_', 'custom_imports')
# Where weights come from before training; here they come from the checkpoint.
WEIGHT_KEYS = ('pretrained', 'init_cfg', 'load_from')
ADDRESS = re.compile(r'[a-z][a-z0-9+.-]*://|hf[-_]hub:', re.IGNORECASE)
HINT = 'if it is yours, name its config file with --config, which is then run'


def check_config(parts: Any, scope: Any, source: str) -> None:
    """Check that a config names networks and transforms of known packages only.

    Args:
        parts: Config of a network or of transforms, or a list of such, as
            `without_weights` returns it.
        scope: The config's ``default_scope``, in which names are looked up.
        source: Name of the file that it is from, for the message.

    Raises:
        ValueError: Something else could run code or reach the network; names the
            first.
    """
    if scope not in SCOPES:
        raise ValueError(
            f'{source}: its default_scope is {quote(scope)}, a package that would be '
            f'imported; known: {", ".join(SCOPES)}; {HINT}'
        )
    # Names are looked up as they will be when it is built.
    with DefaultScope.overwrite_default_scope(scope):
        for key, value in _settings(parts):
            if key in IMPORTING_KEYS:
                raise ValueError(
                    f'{source}: has {key}={quote(value)}, which would import a '
                    f'package; {HINT}'
                )
            if key == 'type' and not (isinstance(value, str) and is_component(value)):
                raise ValueError(
                    f'{source}: names {quote(value)}, which is not a component of '
                    f'OpenMMLab or carl_mm and could run code; {HINT}'
                )
            if isinstance(value, str) and ADDRESS.match(value):
                raise ValueError(
                    f'{source}: {key}={quote(value)} would reach the network; {HINT}'
                )


def without_weights(value: Any) -> Any:
    """Return a config, or a part of one, that loads no weights of its own."""
    if isinstance(value, dict):
        return {
            key: (False if part is True else None)
            if key in WEIGHT_KEYS and part is not False
            else without_weights(part)
            for key, part in value.items()
        }
    if isinstance(value, list | tuple):
        return type(value)(without_weights(part) for part in value)
    return value


@contextmanager
def no_network() -> Iterator[None]:
    """Refuse connections of this thread: a component may download as it is built.

    Raises:
        ValueError: A connection was asked for.
    """
    thread, connect = threading.get_ident(), socket.socket.connect

    def refuse(self: socket.socket, address: Any) -> None:
        if threading.get_ident() != thread or self.family == socket.AF_UNIX:
            connect(self, address)
            return
        raise ConnectionRefusedError(f'no network for a foreign config, not {address}')

    socket.socket.connect = refuse  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        socket.socket.connect = connect  # type: ignore[method-assign]


def _settings(value: Any, key: str = '') -> Iterator[tuple[str, Any]]:
    """Yield every key of dicts with its value, and every item of lists."""
    if isinstance(value, dict):
        for name, part in value.items():
            yield name, part
            yield from _settings(part, name)
    elif isinstance(value, list | tuple):
        for part in value:
            yield key if isinstance(part, str) and key != 'type' else '', part
            yield from _settings(part)
