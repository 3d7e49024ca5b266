"""What files of others are made of."""

import pytest

from carl_mm.datasets.converters.formats.annotations.foreign import (
    Segment,
    by_frame,
    by_time,
    confidence,
    one_line,
    seconds,
)


def test_names_are_one_line_without_padding():
    assert one_line(' \ufeffa\r\nb\u2028\x00 e\u0301 ') == 'a b  é'


@pytest.mark.parametrize('value', ['1', None, True, [], 1e10, float('nan'), 10**400])
def test_what_is_no_time(value):
    with pytest.raises(ValueError, match='must be a '):
        seconds(value)
    assert seconds(3) == 3.0


@pytest.mark.parametrize(
    ('text', 'value'),
    [('0.5', 0.5), (1, 1.0), ('2', None), ('nan', None), ('x', None), (10**400, None)],
)
def test_probabilities(text, value):
    assert confidence(text) == value


def test_what_a_segment_lacks_the_videos_tell():
    with pytest.raises(ValueError, match=r'frames \(0, 1\) have no times; .*--videos'):
        by_time(Segment('x', (0, 1), None))
    with pytest.raises(ValueError, match=r'times \(0.0, 1.0\) have no frames; .*--vid'):
        by_frame(Segment('x', None, (0.0, 1.0)))
