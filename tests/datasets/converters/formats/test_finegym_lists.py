import re
from collections import Counter
from pathlib import Path

import pytest

from carl_mm.datasets.converters.formats.finegym_lists import (
    read_categories,
    read_elements,
    read_lists,
)

LISTS = Path(__file__).parents[5] / 'shared' / 'data' / 'finegym'
EVENT = 'A0xAXXysHUo_E_002184_002237'


def write(path, *lines):
    path.write_text(''.join(f'{line}\n' for line in lines))
    return path


def test_elements_by_event(tmp_path):
    path = write(
        tmp_path / 'list.txt',
        f'{EVENT}_A_0035_0036 2',
        '-_E_x_E-abc_E_000001_000002_A_0000_0001 0',
        f'{EVENT}_A_0003_0005 1',
        '',
    )
    assert read_elements(path, 3) == {
        EVENT: {'A_0035_0036': 2, 'A_0003_0005': 1},
        '-_E_x_E-abc_E_000001_000002': {'A_0000_0001': 0},
    }


@pytest.mark.parametrize(
    ('lines', 'message'),
    [
        (
            [f'{EVENT}_A_0035_0036 3'],
            'line 1: .*_A_0035_0036: label 3 is outside 0 to 2',
        ),
        ([f'{EVENT}_A_0035_0036 1'] * 2, 'line 2: .*_A_0035_0036 is listed twice'),
        ([f'{EVENT} 1'], f"line 1: expected .* got '{EVENT} 1'"),
        ([f'{EVENT}_A_0035_0036'], 'line 1: expected .* got'),
        ([f'{EVENT}_A_0035_0036 -1'], 'line 1: expected .* got'),
        ([], 'list.txt: is empty'),
        (['x', 'y'], 'list.txt: 2 problems:\n  line 1: .*\n  line 2: '),
    ],
)
def test_bad_elements_are_named(tmp_path, lines, message):
    with pytest.raises(ValueError, match=message):
        read_elements(write(tmp_path / 'list.txt', *lines), 3)


def category(label, group, name):
    return f'Clabel: {label:3d}; set: {group:2d}; Glabel: {label * 7:3d}; {name}'


def test_classes_in_order_and_with_different_names(tmp_path):
    lines = [category(0, 1, 'a; b'), category(1, 33, 'tuck'), category(2, 35, 'tuck')]
    path = write(tmp_path / 'categories.txt', *lines)
    assert read_categories(path, 3) == ['a; b', 'tuck (set 33)', 'tuck (set 35)']


@pytest.mark.parametrize(
    ('lines', 'message'),
    [
        ([category(0, 1, 'a')], 'categories.txt: expected 2 classes, got 1'),
        (
            [category(1, 1, 'a'), category(0, 1, 'b')],
            'line 1: expected Clabel 0, got 1',
        ),
        ([category(0, 1, 'a'), 'b'], "line 2: expected .* got 'b'"),
        (
            [category(0, 1, 'a'), category(1, 1, 'a')],
            r"two classes are named 'a \(set 1\)'",
        ),
    ],
)
def test_bad_classes_are_named(tmp_path, lines, message):
    with pytest.raises(ValueError, match=message):
        read_categories(write(tmp_path / 'categories.txt', *lines), 2)


def write_lists(folder, train, test):
    names = [category(label, 1, f'class {label}') for label in range(99)]
    write(folder / 'gym99_categories.txt', *names)
    write(folder / 'gym99_train_element_v1.0.txt', *train)
    write(folder / 'gym99_val_element.txt', *test)


def test_an_event_may_be_in_both_lists_but_not_an_element(tmp_path):
    other = 'A0xAXXysHUo_E_000002_000009_A_0000_0001 4'
    write_lists(tmp_path, [f'{EVENT}_A_0001_0002 5', other], [f'{EVENT}_A_0003_0004 4'])
    lists = read_lists(tmp_path, 99, 'v1.0')
    assert lists.shared == {EVENT}
    assert lists.describe().splitlines() == [
        'list      train: 2 events, 2 elements, 2 classes',
        'list      test: 1 events, 1 elements, 1 classes',
        'shared    1 events are in both lists',
    ]
    write_lists(tmp_path, [f'{EVENT}_A_0001_0002 5'], [f'{EVENT}_A_0001_0002 5'])
    with pytest.raises(ValueError, match=f'{EVENT}_A_0001_0002 is also in .*val_elem'):
        read_lists(tmp_path, 99, 'v1.0')
    with pytest.raises(FileNotFoundError, match='gym99_train_element_v1.1.txt'):
        read_lists(tmp_path, 99, 'v1.1')


@pytest.mark.skipif(not LISTS.is_dir(), reason='the published lists are not here')
@pytest.mark.parametrize(
    ('num_classes', 'num_train', 'num_test'), [(99, 3791, 1442), (288, 4311, 1786)]
)
def test_the_published_lists(num_classes, num_train, num_test):
    lists = read_lists(LISTS, num_classes, 'v1.1')
    files = {'train': f'gym{num_classes}_train_element_v1.1.txt'}
    files['test'] = f'gym{num_classes}_val_element.txt'
    said, events = [], {}
    for split, name in files.items():
        text = (LISTS / name).read_text()
        rows = re.findall(r'^(.{11}_E_.{13})_A_\S+ (\d+)$', text, flags=re.MULTILINE)
        assert len(rows) == len(text.splitlines())
        events[split] = {event for event, _ in rows}
        assert {label for _, label in rows} == set(map(str, range(num_classes)))
        said.append(
            f'list      {split}: {len(events[split])} events, {len(rows)} elements, '
            f'{num_classes} classes'
        )
    assert (len(events['train']), len(events['test'])) == (num_train, num_test)
    shared = events['train'] & events['test']
    assert lists.shared == shared
    said.append(f'shared    {len(shared)} events are in both lists')
    assert lists.describe().splitlines() == said
    counts = Counter(lists.categories)
    assert len(counts) == num_classes
    repeated = [name for name in counts if name.endswith((' (set 33)', ' (set 35)'))]
    assert len(repeated) == {99: 2, 288: 6}[num_classes]
