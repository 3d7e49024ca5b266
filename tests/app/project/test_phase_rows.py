"""Rows of phases."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carl_mm.app.project.phase_rows import (
    check_rows,
    clean_name,
    dense_labels,
    name_problem,
    rows_csv,
    rows_of,
)


def test_by_hand():
    rows = [[0, 2, 'a'], [5, 5, 'b'], [6, 7, 'a']]
    labels = dense_labels(rows, ['a', 'b'], 9)
    assert labels.tolist() == [0, 0, 0, -1, -1, 1, 0, 0, -1]
    assert rows_of(labels, ['a', 'b']) == rows
    assert rows_csv({'z.mp4': [], 'b.mp4': rows[::-1], 'a,1.mp4': [[3, 4, 'x']]}) == (
        'filename,first_frame,last_frame,phase\n"a,1.mp4",3,4,x\n'
        'b.mp4,0,2,a\nb.mp4,5,5,b\nb.mp4,6,7,a\n'
    )


@given(st.lists(st.integers(-1, 2), min_size=1, max_size=30))
def test_rows_are_the_labels(labels):
    names = ['a', 'b', 'c']
    rows = rows_of(np.array(labels), names)
    assert dense_labels(rows, names, len(labels)).tolist() == labels
    check_rows({'v': rows}, {'v': len(labels)})
    for (_, last, name), (first, _, following) in zip(rows, rows[1:], strict=False):
        assert last + 1 < first or name != following  # runs are whole


def test_all_problems_at_once():
    labels = {
        'a': [[0, 1, 'x'], [1, 2, 'y'], [2, 9, 'x']],
        'b': [[True, 1, 'x'], [3, 2, 'x'], [0, 1], [0, 1, None], [-1, 0, 'x']],
    }
    with pytest.raises(ValueError, match='7 problems') as info:
        check_rows(labels, {'a': 5, 'b': 5})
    for text in ('overlaps', 'past the end', 'is after', 'negative', 'no name'):
        assert text in str(info.value)


def test_rows_of_a_video_of_unknown_length_are_checked_without_it():
    check_rows({'a': [[0, 10**6, 'x']]}, {'a': None})
    with pytest.raises(ValueError, match='labels.csv: a: .*negative'):
        check_rows({'a': [[-1, 2, 'x']]}, {'a': None}, 'labels.csv')


@pytest.mark.parametrize(
    'name',
    ['', '  ', '\ufeff', 'x' * 201, 'a\nb', 'a\0', '\ud800', 'a\u2028b', None, 3],
)
def test_names_that_are_refused(name):
    assert name_problem(name)


@pytest.mark.parametrize(
    'name', ['a, "b"; c', '=1+1', 'für 東京 👩\u200d🔬', '#x', "'"]
)
def test_names_that_are_taken(name):
    assert name_problem(name) is None
    assert clean_name(f' {name}\t') == name


def test_letters_and_their_accents_become_one():
    assert clean_name('u\u0308') == '\u00fc'
