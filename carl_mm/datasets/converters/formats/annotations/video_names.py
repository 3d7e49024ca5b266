"""Names that programs give to videos, and the videos that they mean."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePosixPath
from urllib.parse import parse_qs, unquote, urlsplit

from carl_mm.datasets.converters.formats.tables.listed_names import plain_name
from carl_mm.datasets.video_io.find_videos import VIDEO_SUFFIXES
from carl_mm.quoting import quote

_ADDRESS = re.compile(r'[a-z][a-z0-9+.-]+://|/data/', re.IGNORECASE)
# Label Studio puts it before the names of files that it was given.
_UPLOADED = re.compile(r'[0-9a-f]{8}-(?=.)')


class MeantVideos:
    """The videos that there are, by names of another program.

    A name means the video whose path it ends in, or that ends in its path; the longest
    such path counts, then the name of the file alone. Names without the ending of a
    video mean the only video of this name with any ending.

    Args:
        filenames: Names of the videos.
    """

    def __init__(self, filenames: Iterable[str]) -> None:
        self._tails: dict[tuple[str, ...], list[str]] = defaultdict(list)
        self._stems: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for name in filenames:
            path = PurePosixPath(plain_name(name))
            for tail in _tails(path):
                self._tails[tail].append(name)
            for tail in _tails(path.with_suffix('') if path.suffix else path):
                self._stems[tail].append(name)

    def find(self, name: str) -> tuple[str, int] | None:
        """Return the video that is meant; None if it is not there.

        Returns:
            The video, and how many parts of its path the name has.

        Raises:
            ValueError: It can be several videos; the message is a clause.
        """
        for text in spellings(name):
            path = PurePosixPath(text)
            known = [self._tails]
            if path.suffix.lower() not in VIDEO_SUFFIXES:
                known.append(self._stems)
            for names in known:
                for tail in _tails(path):
                    found = names.get(tail, [])
                    if len(found) == 1:
                        return found[0], len(tail)
                    if found:
                        # Of a whole path, another video's longer one is no rival.
                        whole = [n for n in found if plain_name(n) == '/'.join(tail)]
                        if len(whole) == 1:
                            return whole[0], len(tail)
                        likely = ' or '.join(map(quote, found[:3]))
                        raise ValueError(f'{quote(name)} may be {likely}')
        return None


def spellings(name: str) -> Iterator[str]:
    """Yield the plain paths that a name may stand for, the likeliest first."""
    yield plain_name(name)
    if _ADDRESS.match(name):
        try:
            parts = urlsplit(name)
        except ValueError:  # brackets that are no address
            return
        inner = parse_qs(parts.query).get('d')
        path = inner[0] if inner else unquote(parts.path)
        yield plain_name(path)
        base = PurePosixPath(plain_name(path))
        if _UPLOADED.match(base.name):
            yield _UPLOADED.sub('', base.name, count=1)


def short_names(names: Sequence[str]) -> dict[str, str]:
    """Return what videos are called where no folder tells: without what leads there.

    Relative names stay; absolute ones and addresses lose their folders, if the names
    of their files differ.
    """
    paths = {name: list(spellings(name))[-1] for name in names}
    bases = {
        name: PurePosixPath(path).name if _is_absolute(name) else path
        for name, path in paths.items()
    }
    for short in (bases, paths):
        if len(set(short.values())) == len(names):
            return short
    return {name: name for name in names}


def names_video(name: str) -> bool:
    """Whether a name has the ending of a video."""
    suffixes = {PurePosixPath(text).suffix.lower() for text in spellings(name)}
    return not suffixes.isdisjoint(VIDEO_SUFFIXES)


def _is_absolute(name: str) -> bool:
    return bool(_ADDRESS.match(name) or re.match(r'[\\/]|[a-zA-Z]:[\\/]', name))


def _tails(path: PurePosixPath) -> Iterator[tuple[str, ...]]:
    """Yield the ends of a path, the longest first."""
    for start in range(len(path.parts)):
        yield path.parts[start:]
