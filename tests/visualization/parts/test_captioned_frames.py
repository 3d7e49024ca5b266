from carl_mm.visualization.parts.captioned_frames import mark_style, wrap


def test_long_names_break_at_their_joints():
    assert wrap('first_second-third', 8) == 'first_\nsecond-\nthird'
    assert wrap('abcdefghijkl\nm', 5) == 'abcd\nefgh\nijkl\nm'
    assert wrap('a b', 20) == 'a b'


def test_marks_differ_in_sign_colour_and_line():
    right, wrong, unknown = (mark_style(mark) for mark in (True, False, None))
    assert (right[0], wrong[0], unknown[0]) == ('✓', '✗', '')
    assert len({right[1], wrong[1], unknown[1]}) == 3
    assert right[2] != wrong[2]


def test_lines_of_wide_letters_hold_half_as_many():
    assert wrap('倒水倒水倒水.mp4', 8) == '倒水倒\n水倒水.\nmp4'
