"""FineGym's events and the labels of their frames."""

import json
from fractions import Fraction

import numpy as np
import pytest

from carl_mm.datasets.annotations import frame_labels
from carl_mm.datasets.converters.formats.finegym_events import Event, read_events
from carl_mm.datasets.converters.formats.finegym_lists import FineGymLists


def test_labels_against_a_loop_over_frames():
    """A frame is a neighbour's from the one on screen at its start on."""
    rng = np.random.default_rng(0)
    for _ in range(50):
        cuts = [Fraction(int(t), 100) for t in np.sort(rng.integers(0, 900, 8))]
        spans = [(cuts[i], cuts[i + 1], int(rng.integers(5))) for i in (0, 1, 3, 4, 6)]
        event = Event(
            'e', 'v', 'train', 0.0, 8.0, [tuple(map(float, s)) for s in spans]
        )
        event.elements[:] = [(a, b, int(label)) for a, b, label in event.elements]
        expected = []
        for k in range(200):
            here, after = Fraction(k, 25), Fraction(k + 1, 25)
            classes = [-1]
            for start, end, label in sorted(spans):
                if here <= end and start < after:
                    classes.append(label)
            expected.append(classes[-1])
        labels = frame_labels(event.phase_rows(200, 25.0), 200)
        np.testing.assert_array_equal(labels, expected)


EVENTS = ('E_000010_000020', 'E_000030_000040')


def annotate(path, **changes):
    event = {
        'timestamps': [[10.5, 20]],
        'segments': {
            'A_0000_0001': {'timestamps': [[0, 9], [0, 0.5]]},
            'A_0001_0002': {'timestamps': [[0.5, 1.5]]},
        },
    }
    other = {'timestamps': [[30, 40]], 'segments': None}
    content = {'v': {EVENTS[0]: event | changes, EVENTS[1]: other}}
    path.write_text(json.dumps(content))
    return path


@pytest.fixture
def lists():
    """One event in both lists, which divide its elements."""
    name = f'v_{EVENTS[0]}'
    return FineGymLists(
        ['a', 'b', 'c'], {name: {'A_0000_0001': 2}}, {name: {'A_0001_0002': 1}}
    )


def test_an_event_of_both_lists_has_the_elements_of_each(tmp_path, lists):
    name = f'v_{EVENTS[0]}'
    assert read_events(annotate(tmp_path / 'a.json'), lists) == [
        Event(name, 'v', 'train', 10.5, 20, [(0, 0.5, 2)]),  # by its last row
        Event(name, 'v', 'test', 10.5, 20, [(0.5, 1.5, 1)]),
    ]


def test_other_events_of_train_videos(tmp_path, lists):
    *_, other = read_events(annotate(tmp_path / 'a.json'), lists, True)
    assert other == Event(f'v_{EVENTS[1]}', 'v', 'train', 30, 40, [])


@pytest.mark.parametrize(
    ('changes', 'message'),
    [
        ({'timestamps': [[3, 2]]}, r'must be \[\[start, end\]\] in seconds, got'),
        ({'timestamps': [[2, 2]]}, 'starts and ends at 2 s'),
        ({'segments': None}, 'A_0000_0001 is not in the file'),
    ],
)
def test_bad_times_are_named(tmp_path, lists, changes, message):
    with pytest.raises(ValueError, match=rf'(?s)a\.json, for the listed .*{message}'):
        read_events(annotate(tmp_path / 'a.json', **changes), lists)
