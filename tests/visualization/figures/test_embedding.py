import numpy as np
import pytest
from sklearn.decomposition import PCA

from carl_mm.apis import VideoEmbedding
from carl_mm.visualization import embedding_figure
from carl_mm.visualization.figures.embedding import principal_components

RNG = np.random.default_rng(0)
EMBEDDINGS = [RNG.normal(size=(length, 5)) * [5, 3, 1, 1, 1] for length in (7, 1, 12)]
LABELS = [np.zeros(7, int), np.array([-1]), np.arange(12) // 6]


def test_components_equal_scikit_learns():
    points, shares = principal_components(EMBEDDINGS)
    pca = PCA(2).fit(np.concatenate(EMBEDDINGS))
    np.testing.assert_allclose(shares, pca.explained_variance_ratio_)
    for point, embedding in zip(points, EMBEDDINGS, strict=True):
        expected = pca.transform(embedding)
        np.testing.assert_allclose(np.abs(point), np.abs(expected), atol=1e-9)


def test_components_that_are_not_there_are_zero():
    points, shares = principal_components([np.array([[1.0], [3.0]])])
    assert points[0].tolist() == [[-1, 0], [1, 0]]
    assert shares.tolist() == [1, 0]
    points, shares = principal_components([np.ones((3, 4))])
    assert not points[0].any()
    assert not shares.any()


def test_every_frame_is_drawn_over_relative_time(assert_no_clipped_text):
    figure = embedding_figure(EMBEDDINGS, LABELS, ['lift', 'tilt'], ['one', 'two', 'x'])
    over_time, _, scatter = figure.axes
    points, shares = principal_components(EMBEDDINGS)
    for index, point in enumerate(points):
        drawn = over_time.collections[index].get_offsets()
        time = np.linspace(0, 1, len(point))
        np.testing.assert_allclose(drawn, np.stack([time, point[:, 0]], axis=1))
        np.testing.assert_allclose(scatter.collections[index].get_offsets(), point)
    assert scatter.get_xlabel() == f'component 1 ({shares[0]:.0%} of variance)'
    assert figure.axes[1].get_xlabel() == 'time (share of the video)'
    phases, videos = ([t.get_text() for t in x.get_texts()] for x in figure.legends)
    assert phases == ['lift', 'tilt', 'unlabelled']
    assert videos == ['one', 'two', 'x']
    assert_no_clipped_text(figure)


def test_without_labels_no_phase_is_named(assert_no_clipped_text):
    times = np.arange(7) / 25
    video = VideoEmbedding('a/b.mp4', EMBEDDINGS[0].astype(np.float32), times, 25.0)
    figure = embedding_figure([video, EMBEDDINGS[2]])
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ['b.mp4', 'video 1']
    assert_no_clipped_text(figure)


def test_short_videos_lie_above_long_ones():
    figure = embedding_figure(EMBEDDINGS, LABELS)
    orders = [tracks.get_zorder() for tracks in figure.axes[0].collections]
    assert orders[1] > orders[0] > orders[2]


def test_many_videos_are_counted_not_named(assert_no_clipped_text):
    figure = embedding_figure([EMBEDDINGS[0]] * 12, [LABELS[0]] * 12)
    assert len(figure.legends) == 1
    assert figure.get_supxlabel() == '12 videos'
    assert_no_clipped_text(figure)


def test_sizes_that_do_not_fit_are_named():
    with pytest.raises(ValueError, match='3 embeddings, 2 labels, 3 names'):
        embedding_figure(EMBEDDINGS, LABELS[:2])
    with pytest.raises(
        ValueError, match=r'labels of video 0 .* per frame \(7\).*\(1,\)'
    ):
        embedding_figure(EMBEDDINGS, [LABELS[1], LABELS[1], LABELS[2]])
    with pytest.raises(ValueError, match='of one D'):
        principal_components([np.ones((2, 3)), np.ones((2, 4))])
    with pytest.raises(ValueError, match='of one D'):
        principal_components([])
    with pytest.raises(ValueError, match='video 1 is not finite'):
        principal_components([np.ones((2, 3)), np.full((2, 3), np.nan)])
