"""Names of videos in tables, and the videos that they mean."""

import posixpath
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from pathlib import PurePosixPath

from carl_mm.quoting import quote


def plain_name(name: str) -> str:
    r"""Return a name as this machine would write it.

    Backslashes become '/', './' goes, and letters with accents, which macOS writes as
    two characters, become one (NFC).
    """
    text = unicodedata.normalize('NFC', name).replace('\\', '/')
    return posixpath.normpath(text) if text else ''


class ListedNames:
    """The videos that there are, by names that other programs write.

    Args:
        filenames: Their names.
    """

    def __init__(self, filenames: Iterable[str]) -> None:
        self._names = set(filenames)
        self._plain: dict[str, list[str]] = defaultdict(list)
        self._loose: dict[str, list[str]] = defaultdict(list)
        for name in sorted(self._names):
            self._plain[plain_name(name)].append(name)
            self._loose[_loose(name)].append(name)

    def find(self, name: str) -> str:
        """Return the video that is meant: by this name, or by the only plain one.

        Raises:
            ValueError: There is none; the message is a clause that names those like it.
        """
        if name in self._names:
            return name
        found = self._plain.get(plain_name(name), [])
        if len(found) == 1:
            return found[0]
        like = found or self._loose.get(_loose(name), [])
        hint = f'; there is {", ".join(map(quote, like[:3]))}' if like else ''
        raise ValueError(f'unknown file {quote(name)}{hint}')


def _loose(name: str) -> str:
    return PurePosixPath(plain_name(name)).stem.casefold()
