"""Frame numbers and times as people write them."""

import pytest

from carl_mm.datasets.converters.formats.tables.table_cells import (
    parse_frame,
    parse_seconds,
)


@pytest.mark.parametrize('text', ['19', '19.0', '+19', '019', '19.00', '１９'])
def test_frames(text):
    assert parse_frame(text) == 19


def test_signs_and_commas_of_frames():
    assert parse_frame('-3') == -3
    assert parse_frame('19,0', decimal_comma=True) == 19
    for text in ('19,0', '1,019', '1_9', '1.000', '', 'x', '1e3', '9' * 5000):
        with pytest.raises(ValueError, match='^must be an integer$'):
            parse_frame(text)
    for text in ('0:00:01', '0.63'):
        with pytest.raises(ValueError, match='columns start_s and end_s'):
            parse_frame(text)


@pytest.mark.parametrize(
    ('text', 'seconds'),
    [
        ('0', 0.0),
        ('1.25', 1.25),
        ('2.', 2.0),
        ('1e-2', 0.01),
        ('-0.000', 0.0),
        ('0:02', 2.0),
        ('75:02.5', 4502.5),
        ('1:02:03', 3723.0),
        ('01:02:03.250', 3723.25),
        ('00:00:01,500', 1.5),
    ],
)
def test_times(text, seconds):
    assert parse_seconds(text) == seconds


def test_commas_and_what_is_no_time():
    assert parse_seconds('1,25', decimal_comma=True) == 1.25
    for text in ('1,25', '', 'x', 'nan', 'inf', '1e999', '1:60', '1:60:00', '0:0:1:12'):
        with pytest.raises(ValueError, match='must be in seconds or h:mm:ss'):
            parse_seconds(text)
    with pytest.raises(ValueError, match='must not be negative'):
        parse_seconds('-0.5')
