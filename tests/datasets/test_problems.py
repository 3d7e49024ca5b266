"""Checks that annotation and CSV files share."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carl_mm.datasets.problems import is_name_list, overlaps, refuse, span_problem


def test_one_problem_is_one_line_and_many_are_a_list():
    refuse('a.csv', [])
    with pytest.raises(ValueError, match='^a.csv: is empty$'):
        refuse('a.csv', ['is empty'])
    with pytest.raises(ValueError, match=r'^a.csv: 2 problems:\n  one\n  two$'):
        refuse('a.csv', ['one', 'two'])
    with pytest.raises(ValueError, match=r'21 problems:(\n  x){20}\n  and 1 more$'):
        refuse('a.csv', ['x'] * 21)


@pytest.mark.parametrize(
    ('first', 'last', 'length', 'problem'),
    [
        (0, 4, 5, None),
        (4, 4, None, None),
        (-1, 4, 5, 'is negative'),
        (3, 2, 5, 'first frame 3 is after last frame 2'),
        (0, 5, 5, r'last frame 5 is past the end: the video has 5 frames (0 to 4)'),
    ],
)
def test_the_ends_of_a_row(first, last, length, problem):
    found = span_problem(first, last, length)
    assert found is None if problem is None else problem in found


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 9)), max_size=6))
def test_overlaps_are_found_as_by_counting_frames(spans):
    spans = [(first, first + more, str(i)) for i, (first, more) in enumerate(spans)]
    frames = [frame for first, last, _ in spans for frame in range(first, last + 1)]
    found = list(overlaps(spans))
    assert bool(found) == (len(set(frames)) < len(frames))
    by_name = {name: set(range(first, last + 1)) for first, last, name in spans}
    assert all(by_name[name] & by_name[other] for name, other in found)


def test_names():
    assert is_name_list(['a', 'b'])
    for bad in ([], ['a', 'a'], ['a', 1], ('a',), 'ab', None):
        assert not is_name_list(bad)
