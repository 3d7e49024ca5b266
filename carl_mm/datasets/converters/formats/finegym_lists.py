"""FineGym's published lists: which elements count, and the names of their classes."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from carl_mm.datasets.problems import refuse
from carl_mm.quoting import quote

CATEGORY = re.compile(r'Clabel:\s*(\d+);\s*set:\s*(\d+);\s*Glabel:\s*\d+;\s*(.+)')
ELEMENT = re.compile(r'(\S+_E_\d{6}_\d{6})_(A_\d{4}_\d{4}) (\d+)')
ElementList = dict[str, dict[str, int]]  # event: element: class


@dataclass(frozen=True)
class FineGymLists:
    """The lists of FineGym99 or FineGym288.

    Args:
        categories: Names of the classes, all different, in the order of their labels.
        train: Class of each element of each event in the train list.
        test: Class of each element of each event in the val list. The lists may share
            events, but not elements.
    """

    categories: list[str]
    train: ElementList
    test: ElementList

    @property
    def shared(self) -> set[str]:
        """Events that are in both lists, each with other elements."""
        return self.train.keys() & self.test.keys()

    def describe(self) -> str:
        """Say how many events, elements and classes each list has."""
        lines = []
        for split, events in (('train', self.train), ('test', self.test)):
            labels = [label for event in events.values() for label in event.values()]
            lines.append(
                f'list      {split}: {len(events)} events, {len(labels)} elements, '
                f'{len(set(labels))} classes'
            )
        if self.shared:
            lines.append(f'shared    {len(self.shared)} events are in both lists')
        return '\n'.join(lines)


def read_lists(folder: str | Path, num_classes: int, version: str) -> FineGymLists:
    """Read the lists of FineGym99 or FineGym288 under their published names.

    Args:
        folder: Folder of ``gym99_categories.txt``, ``gym99_train_element_v1.1.txt``
            and ``gym99_val_element.txt``, or of those of gym288.
        num_classes: Number of classes, 99 or 288.
        version: Version of the train list, 'v1.0' or 'v1.1'.

    Raises:
        FileNotFoundError: A list is missing.
        ValueError: A line is bad, or an element is in both lists.
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
    """Read the names of the classes, in the order of their labels.

    Some classes of different sets have the same name in FineGym: the number of the set
    is appended to these.

    Args:
        path: File of lines ``Clabel: 0; set: 1; Glabel: 1; (VT) round-off, ...``.
        num_classes: Number of classes, which must be labelled 0 to
            ``num_classes - 1``.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: A line is bad, or the number of classes differs; the message names
            the line and the value.
    """
    found, problems = list[tuple[str, str]](), list[str]()
    for line, text in _lines(path):
        match = CATEGORY.fullmatch(text)
        if match is None:
            problems.append(
                f"line {line}: expected 'Clabel: N; set: N; Glabel: N; NAME', got "
                f'{quote(text)}'
            )
            continue
        if int(match[1]) != len(found):
            problems.append(
                f'line {line}: expected Clabel {len(found)}, got {match[1]}'
            )
        found.append((match[3].strip(), match[2]))
    if not problems and len(found) != num_classes:
        problems.append(f'expected {num_classes} classes, got {len(found)}')
    counts = Counter(name for name, _ in found)
    names = [f'{n} (set {s})' if counts[n] > 1 else n for n, s in found]
    problems += [
        f'two classes are named {quote(n)}' for n, c in Counter(names).items() if c > 1
    ]
    refuse(str(path), problems)
    return names


def read_elements(path: str | Path, num_classes: int) -> ElementList:
    """Read an element list.

    Args:
        path: File of lines ``VIDEOID_E_SSSSSS_EEEEEE_A_SSSS_EEEE LABEL``.
        num_classes: Number of classes, which all labels are below.

    Returns:
        The class of each element of each event, by the events' full names.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: A line is bad, a label is too large, or an element is listed twice.
    """
    events, problems = ElementList(), list[str]()
    for line, text in _lines(path):
        match = ELEMENT.fullmatch(text)
        if match is None:
            problems.append(
                f"line {line}: expected 'VIDEO_E_SSSSSS_EEEEEE_A_SSSS_EEEE LABEL', "
                f'got {quote(text)}'
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
            problems.append(f'line {line}: {event}_{element} is listed twice')
        elements[element] = label
    if not events and not problems:
        problems.append('is empty')
    refuse(str(path), problems)
    return events


def _lines(path: str | Path) -> Iterator[tuple[int, str]]:
    """Yield the numbers and texts of the lines that are not blank."""
    lines = Path(path).read_text(encoding='utf-8').splitlines()
    for line, text in enumerate(lines, start=1):
        if text.strip():
            yield line, ' '.join(text.split())
