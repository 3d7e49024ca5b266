"""FineGym's published lists: which elements count, and the names of their classes."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from carl_mm.datasets.problems import refuse

CATEGORY = re.compile(r'Clabel:\s*(\d+);\s*set:\s*(\d+);\s*Glabel:\s*\d+;\s*(.+)')
ELEMENT = re.compile(r'(\S+_E_\d{6}_\d{6})_(A_\d{4}_\d{4}) (\d+)')
ElementList = dict[str, dict[str, int]]  # event: element: class


@dataclass(frozen=True)
class FineGymLists:
    """What counts, of FineGym99 or FineGym288.

    Args:
        categories: Names of the classes, all different, in order of their labels.
        train: Class of each element of each event of the train list.
        test: The same of the val list; no element is in both, but events are.
    """

    categories: list[str]
    train: ElementList
    test: ElementList

    @property
    def shared(self) -> set[str]:
        """Events that both lists name, by different elements."""
        return self.train.keys() & self.test.keys()

    def describe(self) -> str:
        """Count the events, elements and classes of each list."""
        lines = []
        for split, events in (('train', self.train), ('test', self.test)):
            labels = [label for event in events.values() for label in event.values()]
            lines.append(
                f'list      {split}: {len(events)} events, {len(labels)} elements, '
                f'{len(set(labels))} classes'
            )
        if self.shared:
            lines.append(f'shared    {len(self.shared)} events of both are in both')
        return '\n'.join(lines)


def read_lists(folder: str | Path, num_classes: int, version: str) -> FineGymLists:
    """Read the lists of FineGym99 or FineGym288 under their published names.

    Args:
        folder: Of ``gym99_categories.txt``, ``gym99_train_element_v1.1.txt`` and
            ``gym99_val_element.txt``, say.
        num_classes: 99 or 288.
        version: Of the train list, 'v1.0' or 'v1.1'.

    Raises:
        FileNotFoundError: A list is missing.
        ValueError: A bad line, or an element in both lists.
    """
    stem = f'{folder}/gym{num_classes}'
    train_path = f'{stem}_train_element_{version}.txt'
    test_path = f'{stem}_val_element.txt'
    train = read_elements(train_path, num_classes)
    test = read_elements(test_path, num_classes)
    problems = [
        f'{event}_{element} is also in {test_path}'
        for event in sorted(train.keys() & test.keys())
        for element in sorted(train[event].keys() & test[event].keys())
    ]
    refuse(train_path, problems)
    categories = read_categories(f'{stem}_categories.txt', num_classes)
    return FineGymLists(categories, train, test)


def read_categories(path: str | Path, num_classes: int) -> list[str]:
    """Read the names of the classes, in order of their labels.

    FineGym gives some classes of different sets one name: these get their set's
    number behind it.

    Args:
        path: Lines ``Clabel: 0; set: 1; Glabel: 1; (VT) round-off, ...``.
        num_classes: How many there must be, labelled 0 to ``num_classes - 1``.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: A bad line or another number of classes; names line and value.
    """
    found, problems = list[tuple[str, str]](), list[str]()
    for line, text in _lines(path):
        match = CATEGORY.fullmatch(text)
        if match is None:
            problems.append(
                f"line {line}: 'Clabel: N; set: N; Glabel: N; NAME' expected, {text!r}"
            )
            continue
        if int(match[1]) != len(found):
            problems.append(f'line {line}: Clabel {match[1]}, not {len(found)}')
        found.append((match[3].strip(), match[2]))
    if not problems and len(found) != num_classes:
        problems.append(f'{len(found)} classes, not {num_classes}')
    counts = Counter(name for name, _ in found)
    names = [f'{n} (set {s})' if counts[n] > 1 else n for n, s in found]
    problems += [f'two classes {n!r}' for n, c in Counter(names).items() if c > 1]
    refuse(str(path), problems)
    return names


def read_elements(path: str | Path, num_classes: int) -> ElementList:
    """Read an element list.

    Args:
        path: Lines ``VIDEOID_E_SSSSSS_EEEEEE_A_SSSS_EEEE LABEL``.
        num_classes: Labels are below it.

    Returns:
        The class of each element of each event, events under their full name.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: A bad line, a label outside the classes, an element twice.
    """
    events, problems = ElementList(), list[str]()
    for line, text in _lines(path):
        match = ELEMENT.fullmatch(text)
        if match is None:
            problems.append(
                f"line {line}: 'VIDEO_E_SSSSSS_EEEEEE_A_SSSS_EEEE LABEL' expected, "
                f'{text!r}'
            )
            continue
        event, element, label = match[1], match[2], int(match[3])
        if label >= num_classes:
            problems.append(
                f'line {line}: {event}_{element}: label {label} is outside 0 to '
                f'{num_classes - 1}'
            )
        elements = events.setdefault(event, {})
        if element in elements:
            problems.append(f'line {line}: {event}_{element} is here twice')
        elements[element] = label
    if not events and not problems:
        problems.append('is empty')
    refuse(str(path), problems)
    return events


def _lines(path: str | Path) -> Iterator[tuple[int, str]]:
    """Numbers and texts of the lines that are not blank."""
    lines = Path(path).read_text(encoding='utf-8').splitlines()
    for line, text in enumerate(lines, start=1):
        if text.strip():
            yield line, ' '.join(text.split())
