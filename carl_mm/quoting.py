"""Foreign values in messages: short, whatever they are."""

import reprlib
from typing import Any

MAX_LENGTH = 100  # of a quoted value, in characters
MAX_INTEGER_BITS = 1000  # Python takes quadratic time to write longer ones


class _Short(reprlib.Repr):
    """Looks at a few parts of a value only, so that its size does not matter."""

    def __init__(self) -> None:
        super().__init__()
        self.maxlevel = 3
        self.maxstring = self.maxother = self.maxlong = MAX_LENGTH

    def repr_int(self, x: int, level: int) -> str:
        if x.bit_length() > MAX_INTEGER_BITS:
            return f'<an integer of {x.bit_length()} bits>'
        return repr(x)

    def repr_bytes(self, x: bytes, level: int) -> str:
        return repr(x if len(x) <= MAX_LENGTH else x[:MAX_LENGTH] + b'...')

    repr_bytearray = repr_bytes

    def repr_ndarray(self, x: Any, level: int) -> str:
        return f'<{x.dtype} array of shape {x.shape}>'


def quote(value: object) -> str:
    """Return a value as Python writes it, shortened; it takes no time for a large one.

    Args:
        value: Any value of a file that someone else made.

    Returns:
        At most 100 characters, in one line.

    Example:
        >>> quote('a.mp4'), quote(['x'] * 1000)
        ("'a.mp4'", "['x', 'x', 'x', 'x', 'x', 'x', ...]")
    """
    return clip(_Short().repr(value))


def clip(text: object, length: int = MAX_LENGTH) -> str:
    """Shorten a text, such as another library's message, and keep it in one line.

    Args:
        text: Text, or an error, whose message is taken.
        length: Largest length, in characters.
    """
    start = ' '.join(str(text)[: 4 * length].split())
    return start if len(start) <= length else f'{start[: length - 3]}...'
