import numpy as np
import pytest
from matplotlib.colors import to_rgba

from carl_mm.visualization import alignment_figure
from carl_mm.visualization.parts.captioned_frames import (
    CORRECT_COLOR,
    NEUTRAL_COLOR,
    WRONG_COLOR,
)

RNG = np.random.default_rng(0)
REFERENCE = [RNG.integers(0, 255, (90, 50, 3), np.uint8) for _ in range(3)]
OTHER = [RNG.integers(0, 255, (50, 90, 3), np.uint8) for _ in range(3)]
CAPTIONS = [['1.00 s, lift'] * 3, ['2.00 s, the long name of a phase'] * 3]


def test_rows_captions_and_marks(assert_no_clipped_text):
    figure = alignment_figure(
        [REFERENCE, OTHER], CAPTIONS, ['a', 'b' * 200], [None, [True, False, None]]
    )
    for axes, frame in zip(figure.axes, [*REFERENCE, *OTHER], strict=True):
        np.testing.assert_array_equal(axes.images[0].get_array(), frame)
    top, below = (text.get_text() for text in figure.texts)
    assert top == 'reference: a   (✓ same phase, ✗ other)'
    assert below.startswith('aligned: b')
    assert '…' in below
    signs = [axes.get_xlabel()[0] for axes in figure.axes[3:]]
    assert signs == ['✓', '✗', '2']
    edges = [axes.spines['left'].get_edgecolor() for axes in figure.axes[3:]]
    expected = [CORRECT_COLOR, WRONG_COLOR, NEUTRAL_COLOR]
    assert edges == [to_rgba(color) for color in expected]
    assert_no_clipped_text(figure)


def test_one_frame_of_one_video_without_marks(assert_no_clipped_text):
    figure = alignment_figure([REFERENCE[:1]], [['0.00 s']], ['a'])
    assert figure.texts[0].get_text() == 'reference: a'
    assert figure.get_figheight() < 8
    assert_no_clipped_text(figure)


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        (([], [], []), r'got \(0, 0, 0, 0\)'),
        (([REFERENCE, OTHER[:2]], CAPTIONS, ['a', 'b']), r'\[3, 2, 3, 3\]'),
        (([REFERENCE], CAPTIONS[:1], ['a', 'b']), r'got \(1, 1, 2, 1\)'),
        (([REFERENCE], CAPTIONS[:1], ['a'], [[True]]), r'\[3, 3, 1\]'),
        (([[]], [[]], ['a']), r'videos with \[0, 0\]'),
    ],
)
def test_sizes_that_do_not_fit_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        alignment_figure(*arguments)
