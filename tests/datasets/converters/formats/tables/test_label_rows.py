"""What is wrong with rows of labels."""

import re

import pytest

from carl_mm.datasets.converters.formats.tables.frame_count import FrameCount
from carl_mm.datasets.converters.formats.tables.label_rows import (
    LabelRow,
    ListedLabel,
    count_remarks,
    phase_remarks,
    row_span_problems,
    successive,
)


def rows(*spans, name='a.mp4'):
    return [
        LabelRow(line, name, first, last, 'x', '')
        for line, (first, last) in enumerate(spans, start=2)
    ]


def test_a_listed_label_with_its_frames():
    listed = ListedLabel(3, 'a.mp4', 'up', 'cook', None, (0.0, 1.0))
    assert listed.row(4, 6) == LabelRow(3, 'a.mp4', 4, 6, 'up', 'cook')


def test_the_end_is_checked_where_the_length_is_known():
    both = rows((0, 12)) + rows((0, 12), name='b.mp4')
    assert row_span_problems(both, {}) == []
    (problem,) = row_span_problems(both, {'a.mp4': 9})
    assert problem == (
        'line 2: a.mp4: last frame 12 is past the end: the video has 9 frames (0 to 8)'
    )


@pytest.mark.parametrize(
    ('spans', 'hint'),
    [
        ([(1, 20), (21, 40)], 'none starts at 0: .*--first-frame 1'),
        ([(0, 20), (20, 40)], r'the next one starts \(1\): .*--exclusive-end'),
        ([(0, 20), (20, 39)], r'the next one starts \(1\): .*--exclusive-end'),
        ([(0, 19), (25, 40)], r'one frame past the video \(1\): .*--exclusive-end'),
    ],
)
def test_rows_of_another_count_are_recognised(spans, hint):
    problems = row_span_problems(rows(*spans), {'a.mp4': 40})
    assert len(problems) < 3
    assert re.search(hint, problems[0])
    both = FrameCount(1, exclusive_end=True)
    (problem, *_) = row_span_problems(rows(*spans), {'a.mp4': 40}, both)
    assert problem.endswith(' (told from 0 on, with the last one counted in)')


def test_the_other_half_of_a_count_is_recognised():
    found = row_span_problems(
        rows((1, 20), (21, 40)), {'a.mp4': 40}, FrameCount(0, True)
    )
    assert '--first-frame 1' in found[0] and '--exclusive-end' not in found[0]
    found = row_span_problems(rows((0, 20), (20, 39)), {'a.mp4': 40}, FrameCount(1))
    assert '--exclusive-end' in found[0] and '--first-frame' not in found[0]


@pytest.mark.parametrize('spans', [[(0, 9), (5, 12), (13, 20)], [(1, 43)], [(5, 4)]])
def test_other_mistakes_are_not_taken_for_another_count(spans):
    (problem,) = row_span_problems(rows(*spans), {'a.mp4': 40})
    assert 'say so' not in problem


def test_where_every_video_starts_at_1():
    at_one = rows((1, 5), (6, 9)) + rows((1, 7), name='b.mp4')
    assert '--first-frame 1' in count_remarks(at_one)[0]
    assert count_remarks(at_one + rows((0, 7), name='c.mp4')) == []
    assert count_remarks([]) == []


def test_phases_that_differ_in_case_or_spaces():
    assert phase_remarks(['up', 'Up', 'up', 'go_on', 'go on', 'down']) == [
        "'Up' and 'up' are phases of their own",
        "'go on' and 'go_on' are phases of their own",
    ]
    assert phase_remarks(['up', 'up', 'upper']) == []


def test_successive_rows_are_of_one_video_and_in_order():
    a, b, c = *rows((5, 9), (0, 4)), *rows((10, 11), name='b.mp4')
    assert successive([a, b, c]) == [(b, a)]
