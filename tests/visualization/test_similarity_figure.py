import numpy as np
import pytest

from carl_mm.visualization import similarity_figure

RNG = np.random.default_rng(0)
A, B = RNG.normal(size=(6, 4)), RNG.normal(size=(9, 4))
PATH = np.array([[i * 6 // 9, i] for i in range(9)])
LABELS_A, LABELS_B = np.array([0, 0, 0, 1, 1, -1]), np.array([0] * 5 + [1] * 4)


def test_the_matrix_holds_the_cosine_similarities():
    image = similarity_figure(A, B).axes[0].images[0]
    expected = [[a @ b / np.linalg.norm(a) / np.linalg.norm(b) for b in B] for a in A]
    np.testing.assert_allclose(image.get_array(), expected, atol=1e-6)
    assert image.origin == 'lower'


def test_axes_are_named_with_units_and_the_path_lies_on_frame_times(
    assert_no_clipped_text,
):
    figure = similarity_figure(
        A, B, PATH, fps_a=2.0, fps_b=10.0, labels_a=LABELS_A, labels_b=LABELS_B,
        phases=['lift', 'tilt'], title_a='one.mp4', title_b='two.mp4',
    )  # fmt: skip
    axes = figure.axes[0]
    (line,) = axes.get_lines()
    np.testing.assert_allclose(line.get_xdata(), PATH[:, 1] / 10)
    np.testing.assert_allclose(line.get_ydata(), PATH[:, 0] / 2)
    np.testing.assert_allclose(axes.images[0].get_extent(), [-0.05, 0.85, -0.25, 2.75])
    names = {a.get_xlabel() for a in figure.axes} | {
        a.get_ylabel() for a in figure.axes
    }
    assert {'one.mp4, time (s)', 'two.mp4, time (s)', 'cosine similarity'} <= names
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    assert legend == ['alignment (DTW)', 'lift', 'tilt', 'unlabelled']
    assert_no_clipped_text(figure)


def test_phase_bars_show_each_frame():
    figure = similarity_figure(A, B, labels_a=LABELS_A, labels_b=LABELS_B)
    bar_a, bar_b = (axes.images[0].get_array() for axes in figure.axes[1:3])
    assert bar_a.shape == (6, 1, 3)
    assert bar_b.shape == (1, 9, 3)
    for labels, colors in ((LABELS_A, bar_a[:, 0]), (LABELS_B, bar_b[0])):
        same_color = (colors[:, None] == colors[None]).all(axis=2)
        np.testing.assert_array_equal(same_color, labels[:, None] == labels[None])


def test_without_labels_and_rates(assert_no_clipped_text):
    figure = similarity_figure(A[:1], B)
    assert len(figure.axes) == 2
    assert figure.axes[0].get_xlabel() == 'video b, time (frames)'
    assert figure.axes[0].get_ylabel() == 'video a, time (frames)'
    assert_no_clipped_text(figure)


def test_long_names_are_shortened(assert_no_clipped_text):
    phases = [f'the long name {i} of a phase, with all its words' for i in range(7)]
    figure = similarity_figure(
        A,
        B,
        PATH,
        labels_a=LABELS_A,
        phases=phases,
        title_a='ab' * 99,
        title_b='Z' * 99,
    )
    assert '…' in figure.axes[0].get_xlabel()
    assert_no_clipped_text(figure)


def test_long_videos_are_thinned():
    axes = similarity_figure(np.ones((5001, 2)), B[:, :2]).axes[0]
    assert axes.images[0].get_array().shape == (1667, 9)
    assert axes.images[0].get_extent()[3] == 5000.5


@pytest.mark.parametrize(
    ('changes', 'message'),
    [
        ({'embedding_b': B[:, :3]}, r'\(6, 4\) and \(9, 3\)'),
        ({'embedding_a': A[0]}, r'embedding_a must be \(T, D\)'),
        ({'embedding_a': np.where(A[2, 1] == A, np.nan, A)}, 'not finite at frame 2'),
        ({'labels_a': LABELS_B}, r'labels_a .* 6 frames.*\(9,\)'),
        ({'path': PATH[:, ::-1]}, 'have 6 and 9 frames'),
        ({'labels_a': LABELS_A, 'phases': ['lift']}, 'label 1 is none of the 1'),
        ({'fps_a': 0.0}, 'must be positive, got 0.0'),
    ],
)
def test_sizes_that_do_not_fit_are_named(changes, message):
    with pytest.raises(ValueError, match=message):
        similarity_figure(**{'embedding_a': A, 'embedding_b': B, **changes})
