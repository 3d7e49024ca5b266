import numpy as np
import pytest

from carl_mm.visualization import retrieval_figure
from carl_mm.visualization.parts.captioned_frames import CORRECT_COLOR, WRONG_COLOR

QUERY = np.zeros((20, 30, 3), np.uint8)
NEIGHBOURS = [np.full((40, 20 + i, 3), 40 * i, np.uint8) for i in range(3)]
CAPTIONS = ['a_rather_long_name_of_a_video_file.mp4\n1.2 s, lift', 'b', 'c']


def test_marks_and_captions(assert_no_clipped_text):
    figure = retrieval_figure(QUERY, NEIGHBOURS, 'q', CAPTIONS, [True, False, True])
    titles = [axes.get_title() for axes in figure.axes]
    assert titles == ['query', '1. ✓ same phase', '2. ✗ other phase', '3. ✓ same phase']
    spines = [axes.spines['left'] for axes in figure.axes[1:]]
    colors = [axes.title.get_color() for axes in figure.axes[1:]]
    assert colors == [CORRECT_COLOR, WRONG_COLOR, CORRECT_COLOR]
    assert spines[0].get_linestyle() != spines[1].get_linestyle()
    for axes, picture in zip(figure.axes, [QUERY, *NEIGHBOURS], strict=True):
        np.testing.assert_array_equal(axes.images[0].get_array(), picture)
    caption = figure.axes[1].get_xlabel()
    assert caption.replace('\n', '') == CAPTIONS[0].replace('\n', '')
    assert figure.axes[2].get_xlabel() == 'b'
    assert_no_clipped_text(figure)


def test_without_marks():
    figure = retrieval_figure(QUERY, NEIGHBOURS, 'q', CAPTIONS)
    assert [axes.get_title() for axes in figure.axes] == ['query', '1.', '2.', '3.']


def test_every_picture_is_at_least_240_pixels_wide(assert_no_clipped_text):
    """Of many neighbours five stand in a line; the place below the query is empty."""
    figure = retrieval_figure(QUERY, NEIGHBOURS * 4, 'q', CAPTIONS * 4, [True] * 12)
    assert_no_clipped_text(figure)
    boxes = [axes.get_position() for axes in figure.axes]
    assert min(box.width for box in boxes) * figure.get_figwidth() * 100 >= 240
    lefts = [round(box.x0, 3) for box in boxes]
    assert lefts[1:6] == lefts[6:11] and lefts[11:] == lefts[1:3]
    assert lefts[0] < min(lefts[1:])
    assert boxes[1].y0 > boxes[6].y1 > boxes[11].y1
    sizes = [axes.xaxis.label.get_size() for axes in figure.axes]
    assert min(sizes) >= 12


def test_several_queries_of_different_numbers_of_neighbours(assert_no_clipped_text):
    figure = retrieval_figure(
        [QUERY, NEIGHBOURS[0]],
        [NEIGHBOURS, NEIGHBOURS[:1]],
        ['q', 'r'],
        [CAPTIONS, ['d']],
        [[True, None, False], [True]],
    )
    titles = [axes.get_title() for axes in figure.axes]
    assert titles[:4] == ['query', '1. ✓ same phase', '2.', '3. ✗ other phase']
    assert titles[4:] == ['query', '1. ✓ same phase']
    assert_no_clipped_text(figure)


def test_sizes_that_do_not_fit_are_named():
    with pytest.raises(ValueError, match='got 2, 3 and 3'):
        retrieval_figure(QUERY, NEIGHBOURS, 'q', CAPTIONS[:2])
    with pytest.raises(ValueError, match='got 3, 2 and 3'):
        retrieval_figure(QUERY, NEIGHBOURS, 'q', CAPTIONS, [True, False])
    with pytest.raises(ValueError, match=r'\[1, 2, 1, 1, 1\]'):
        retrieval_figure([QUERY], [NEIGHBOURS, NEIGHBOURS], ['q'], [CAPTIONS])
