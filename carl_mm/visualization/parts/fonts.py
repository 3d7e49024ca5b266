"""Letters of all scripts: a font for each, or a way to write it without one."""

import unicodedata
import warnings
from collections.abc import Callable, Iterable
from functools import cached_property
from pathlib import Path

from matplotlib import font_manager
from matplotlib.ft2font import FT2Font

# Fonts of many letters that look like the one of all texts, best first.
LIKED = (
    *('notosanscjk', 'sourcehansans', 'notosans', 'droidsansfallback', 'wqy'),
    *('pingfang', 'hiragino', 'applesdgothic', 'arial unicode', 'arialunicode'),
    *('msyh', 'simhei', 'meiryo', 'yugoth', 'msgothic', 'malgun', 'nanum', 'ipag'),
)
UNLIKED = ('bold', 'italic', 'oblique', 'mono', 'serif', 'light', 'thin', 'black')
CJK = ('CJK', 'HIRAGANA', 'KATAKANA', 'HANGUL', 'BOPOMOFO', 'FULLWIDTH', 'IDEOGRAPHIC')
LEFT_TO_RIGHT = '\u200e'
# Letters that join or part their neighbours, and what says that a line runs rightward.
SILENT = {'\n', '\u200c', '\u200d', LEFT_TO_RIGHT}


class Fonts:
    """Fonts of a machine; the one that comes with matplotlib is the first choice.

    Args:
        list_files: Function that lists the files of all other fonts; called when a
            letter is first missing.
    """

    def __init__(self, list_files: Callable[[], Iterable[str]]) -> None:
        self._list_files = list_files
        self._letters: dict[str, frozenset[int]] = {}
        self._found: dict[str, str | None] = {}
        self._known: set[str] = set()
        self._warned: set[str] = set()

    @cached_property
    def base(self) -> str:
        """File of the font that comes with matplotlib."""
        # It has letters that OpenCV's font lacks, Arabic ones among them.
        return str(font_manager.findfont('DejaVu Sans'))

    @cached_property
    def others(self) -> list[str]:
        """Files of the other fonts, the most alike first."""
        return sorted(map(str, self._list_files()), key=_likeness)

    def file_of(self, letter: str) -> str | None:
        """Return the file of the first font that has a letter; None for no font."""
        if letter not in self._found:
            files = (self.base, *self.others) if not self._is_basic(letter) else ()
            self._found[letter] = next(
                (file for file in files if self._has(file, letter)),
                self.base if self._is_basic(letter) else None,
            )
        return self._found[letter]

    def pieces(self, text: str) -> list[tuple[str, str]]:
        """Cut a text into pieces of one font each: the font's file and the piece."""
        pieces: list[tuple[str, str]] = []
        for letter in text:
            file = self.file_of(letter) or self.base
            if pieces and (file == pieces[-1][0] or self._fits(letter, pieces[-1][0])):
                pieces[-1] = pieces[-1][0], pieces[-1][1] + letter
            else:
                pieces.append((file, letter))
        return pieces

    def drawable(self, text: str) -> str:
        r"""Write what no font has as code points, such as ``\u6c34``, and warn once.

        Letters and their accents are composed, as macOS takes them apart in the names
        of files; the line is `rightward`.
        """
        if text.isascii() and text.isprintable():
            return text
        shown, missing = [], []
        for letter in unicodedata.normalize('NFC', text):
            category = unicodedata.category(letter)
            is_silent = letter in SILENT
            if category[0] == 'C' and not is_silent:
                shown.append(_escaped(letter))
            elif is_silent or self.file_of(letter):
                shown.append(letter)
            elif category[0] != 'M':  # accents and variants change the one before
                shown.append(_escaped(letter))
                missing.append(letter)
        self._warn(missing)
        return rightward(''.join(shown))

    def families(self, text: str) -> list[str]:
        """Return the names of the fonts that a text needs beside the base one.

        matplotlib knows them from then on.
        """
        files = dict.fromkeys(file for file, _ in self.pieces(text))
        return [self._add(file) for file in files if file != self.base]

    def _add(self, file: str) -> str:
        name = str(FT2Font(file).family_name)
        if name not in self._known:
            self._known.add(name)
            # The bold one, too; matplotlib's own list can be older than these files.
            family = Path(file).name.split('-')[0]
            for other in self.others:
                if Path(other).name.split('-')[0] == family and self._letters_of(other):
                    font_manager.fontManager.addfont(other)
        return name

    def _letters_of(self, file: str) -> frozenset[int]:
        if file not in self._letters:
            try:
                font = FT2Font(file)
                letters = font.get_charmap() if font.scalable else ()
            except (OSError, RuntimeError, ValueError):  # of a form that is not read
                letters = ()
            self._letters[file] = frozenset(letters)
        return self._letters[file]

    def _fits(self, letter: str, file: str) -> bool:
        """Whether a sign belongs to the letter before, and to the font of that."""
        is_accent = unicodedata.combining(letter) and self._has(file, letter)
        return letter in SILENT or bool(is_accent)

    def _has(self, file: str, letter: str) -> bool:
        return ord(letter) in self._letters_of(file)

    def _is_basic(self, letter: str) -> bool:
        return letter.isascii() or letter in SILENT or letter.isspace()

    def _warn(self, missing: list[str]) -> None:
        for package in dict.fromkeys(map(_package, missing)):
            if package in self._warned:
                continue
            self._warned.add(package)
            letters = [each for each in missing if _package(each) == package]
            some = ''.join(dict.fromkeys(letters))[:8]
            warnings.warn(
                f'no font here has the letters {some}; pictures and videos show them '
                f'as {_escaped(some[0])}. Install one, on Debian and Ubuntu '
                f'{package}, and start again',
                stacklevel=2,
            )


FONTS = Fonts(font_manager.findSystemFonts)


def rightward(text: str) -> str:
    """Let a line run rightward though its letters run leftward, as Arabic ones do.

    So '.mp4' and times stay behind the name; a word itself runs as it should.
    """
    leftward = any(unicodedata.bidirectional(each) in ('R', 'AL') for each in text)
    is_marked = text.startswith(LEFT_TO_RIGHT)
    return LEFT_TO_RIGHT + text if leftward and not is_marked else text


def columns(text: str) -> int:
    """Count how wide a text is, in Latin letters; a Chinese one is as wide as two."""
    return sum(map(_columns_of, text))


def cut(text: str, room: int) -> str:
    """Return as much of the beginning of a text as is so many columns wide."""
    used = 0
    for place, letter in enumerate(text):
        used += _columns_of(letter)
        if used > room:
            return text[:place]
    return text


def _columns_of(letter: str) -> int:
    if unicodedata.category(letter) in ('Mn', 'Me', 'Cf'):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in 'WF' else 1


def _escaped(letter: str) -> str:
    return letter.encode('unicode_escape').decode()


def _package(letter: str) -> str:
    name = unicodedata.name(letter, '')
    return 'fonts-noto-cjk' if name.startswith(CJK) else 'fonts-noto-core'


def _likeness(file: str) -> tuple[int, int, str]:
    name = Path(file).name.lower()
    liked = [place for place, each in enumerate(LIKED) if name.startswith(each)]
    unliked = sum(each in name for each in UNLIKED)
    return unliked, liked[0] if liked else len(LIKED), name
