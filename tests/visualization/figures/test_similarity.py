import numpy as np
import pytest

from carl_mm.apis import VideoEmbedding
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
    assert legend == ['alignment', 'lift', 'tilt', 'unlabelled']
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


def test_long_videos_are_thinned_evenly():
    axes = similarity_figure(np.ones((5001, 2)), B[:, :2]).axes[0]
    assert axes.images[0].get_array().shape == (2000, 9)
    assert axes.images[0].get_extent()[3] == 5000.5


def test_frames_that_last_unequally_stand_at_their_time_stamps():
    """By hand: of 0, 1, 2 and 5 s the nearest to each whole second, 0 to 6."""
    stamps = np.array([0.0, 1, 2, 5])
    axes = similarity_figure(A[:4], B, PATH[:6], timestamps_a=stamps, fps_b=1).axes[0]
    cells = axes.images[0].get_array()
    unit = A / np.linalg.norm(A, axis=1, keepdims=True)
    rows = (
        unit[[0, 1, 2, 2, 3, 3, 3]] @ (B / np.linalg.norm(B, axis=1, keepdims=True)).T
    )
    # Half of the first gap before it, half of the last frame's 3 s after it.
    assert axes.images[0].get_extent()[2:] == [-0.5, 6.5]
    assert len(cells) == 7
    np.testing.assert_allclose(cells, rows, atol=1e-6)
    np.testing.assert_allclose(axes.get_lines()[0].get_ydata(), stamps[PATH[:6, 0]])


@pytest.mark.parametrize('path', [[[0, 4], [1, 2], [2, 8]], [[0, 0]]])
def test_a_path_without_order_or_of_one_pair_is_drawn_as_dots(path):
    (line,) = similarity_figure(A, B, np.array(path)).axes[0].get_lines()
    assert (line.get_marker(), line.get_linestyle()) == ('o', 'None')


def test_a_video_embedding_brings_its_name_and_time_stamps():
    times = np.arange(6) / 2
    video = VideoEmbedding('in/a.mp4', A.astype(np.float32), times, 2.0)
    figure = similarity_figure(video, B, fps_b=5)
    expected = similarity_figure(A, B, fps_a=2, fps_b=5)
    image, bare = (f.axes[0].images[0] for f in (figure, expected))
    np.testing.assert_allclose(image.get_array(), bare.get_array(), atol=1e-6)
    assert image.get_extent() == bare.get_extent()
    assert figure.axes[0].get_ylabel() == 'a.mp4, time (s)'


@pytest.mark.parametrize(
    ('changes', 'message'),
    [
        ({'embedding_b': B[:, :3]}, r'\(6, 4\) and \(9, 3\)'),
        ({'embedding_a': A[0]}, r'embedding_a must be \(T, D\)'),
        ({'embedding_a': np.where(A[2, 1] == A, np.nan, A)}, 'not finite at frame 2'),
        ({'labels_a': LABELS_B}, r'labels_a .* per frame \(6\).*\(9,\)'),
        ({'path': PATH[:, ::-1]}, 'have 6 and 9 frames'),
        ({'labels_a': LABELS_A, 'phases': ['lift']}, 'label 1 is none of the 1'),
        (
            {'timestamps_b': np.arange(8)},
            r'timestamps_b .* per frame \(9\), got \(8,\)',
        ),
        ({'fps_a': 0.0}, 'must be positive, got 0.0'),
    ],
)
def test_sizes_that_do_not_fit_are_named(changes, message):
    with pytest.raises(ValueError, match=message):
        similarity_figure(**{'embedding_a': A, 'embedding_b': B, **changes})


def test_the_line_is_broken_where_frames_are_left_out():
    path = np.array([[0, 0], [1, 1], [4, 2], [5, 3]])
    (line,) = similarity_figure(A, B, path).axes[0].get_lines()
    assert np.flatnonzero(np.isnan(line.get_ydata())).tolist() == [2]
    assert len(line.get_ydata()) == 5
