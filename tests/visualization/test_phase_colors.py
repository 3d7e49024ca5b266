import numpy as np
import pytest

from carl_mm.visualization.phases import (
    OKABE_ITO,
    check_labels,
    label_colors,
    phase_colors,
    phase_handles,
    phase_names,
    shorten,
)


def test_colors_differ_past_the_palette():
    assert phase_colors(8) == [color.lower() for color in OKABE_ITO]
    assert len(set(phase_colors(20))) == 20


def test_label_colors_and_unlabelled():
    colors = label_colors(np.array([1, -1, 0]), 2)
    expected = [(0x56, 0xB4, 0xE9), (0xBB, 0xBB, 0xBB), (0xE6, 0x9F, 0x00)]
    np.testing.assert_allclose(colors * 255, expected)
    assert label_colors(np.array([-1]), 0).shape == (1, 3)


def test_labels_and_names():
    assert check_labels([0, -7, 1], 3, 'labels').tolist() == [0, -1, 1]
    with pytest.raises(ValueError, match=r'labels_a .* 4 frames.*\(3,\)'):
        check_labels([0, 1, 1], 4, 'labels_a')
    labels = [np.array([0, 2])]
    assert phase_names(labels, None) == ['phase 0', 'phase 1', 'phase 2']
    assert phase_names([], ['x']) == ['x']
    with pytest.raises(ValueError, match='label 2 is none of the 2 phases'):
        phase_names(labels, ['x', 'y'])


def test_the_legend_names_unlabelled_frames_only_where_there_are_some():
    labels = np.array([0, 1])
    assert [h.get_label() for h in phase_handles([labels], ['x', 'y'])] == ['x', 'y']
    handles = phase_handles([labels, np.array([-1])], ['x', 'y'])
    assert handles[-1].get_label() == 'unlabelled'


def test_shorten_keeps_both_ends():
    assert shorten('abcdef', 6) == 'abcdef'
    assert shorten('abcdefg', 6) == 'abc…fg'
