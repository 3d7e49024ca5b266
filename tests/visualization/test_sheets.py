import numpy as np
import pytest

from carl_mm.functional import dtw
from carl_mm.visualization.sheets import _matches, alignment_sheet, retrieval_sheet
from carl_mm.visualization.tested_video import TestedVideo


def embedding_of(times):
    """A point on an arc of a circle."""
    return np.stack([np.cos(times), np.sin(times)], axis=1).astype(np.float32)


@pytest.fixture
def videos(make_videos):
    """Three videos of the same arc, at different speeds; labels cut it in two."""
    lengths = (12, 24, 9)
    folder = make_videos(lengths=lengths)
    return [
        TestedVideo(
            filename=str(folder / 'videos' / f'video_{index}.mp4'),
            embedding=embedding_of(np.linspace(0, 1.5, length)),
            labels=(np.linspace(0, 1, length) > 0.5).astype(int),
            fps=25.0,
        )
        for index, length in enumerate(lengths)
    ]


def test_the_alignment_sheet_shows_aligned_frames(videos, assert_no_clipped_text):
    figure = alignment_sheet(videos, ['early', 'late'])
    moments = [1, 3, 5, 7, 9, 11]
    path = dtw(1 - videos[0].embedding @ videos[1].embedding.T)
    matches = [path[path[:, 0] == i, 1] for i in moments]
    expected = [m[len(m) // 2] for m in matches]
    top, below = figure.axes[:6], figure.axes[6:12]
    assert [axes.get_xlabel() for axes in top] == [
        f'{i / 25:.2f} s, {"late" if i > 5 else "early"}' for i in moments
    ]
    captions = [axes.get_xlabel() for axes in below]
    assert [float(text[1:].split()[0]) for text in captions] == [
        i / 25 for i in expected
    ]
    marks = [
        videos[1].labels[j] == (i > 5) for i, j in zip(moments, expected, strict=True)
    ]
    assert [text[0] == '✓' for text in captions] == marks
    for axes, frame in zip(below, expected, strict=True):
        picture = videos[1].reader.read([frame])[0]
        np.testing.assert_array_equal(axes.images[0].get_array(), picture)
    assert len(figure.axes) == 18
    assert_no_clipped_text(figure)


def test_the_retrieval_sheet_asks_for_the_middle_of_the_second_phase(videos):
    figure = retrieval_sheet(videos, ['early', 'late'])
    frame = 6 + 6 // 2
    assert figure.axes[0].get_xlabel() == f'video_0\n{frame / 25:.2f} s, late'
    nearest = []
    for video in videos[1:]:
        similarities = [float(e @ videos[0].embedding[frame]) for e in video.embedding]
        best = int(np.argmax(similarities))
        nearest.append((-similarities[best], video.name, best))
    for axes, (_, name, best) in zip(figure.axes[1:], sorted(nearest), strict=True):
        assert axes.get_xlabel().split('\n')[:2] == [name, f'{best / 25:.2f} s, late']
        assert 'same phase' in axes.get_title()


def test_without_labels_nothing_is_judged(videos, assert_no_clipped_text):
    for video in videos:
        video.labels[:] = -1
    assert [a.get_title() for a in retrieval_sheet(videos).axes] == [
        'query',
        '1.',
        '2.',
    ]
    figure = alignment_sheet(videos)
    assert figure.texts[0].get_text() == 'reference: video_0'
    assert_no_clipped_text(figure)


def test_long_videos_are_aligned_at_every_kth_frame():
    videos = [
        TestedVideo(name, embedding_of(np.linspace(0, 1.5, n)), np.zeros(n, int), 25.0)
        for name, n in (('a', 20), ('b', 6001))
    ]
    frames = np.array([0, 10, 19])
    found = _matches(videos[0], videos[1], frames)
    np.testing.assert_allclose(found / 6000, frames / 19, atol=0.03)
    back = _matches(videos[1], videos[0], np.array([0, 3000, 6000]))
    np.testing.assert_allclose(back, [0, 9.5, 19], atol=1)


def test_one_video_is_refused(videos):
    for sheet in (alignment_sheet, retrieval_sheet):
        with pytest.raises(ValueError, match='at least two test videos, got 1'):
            sheet(videos[:1])
