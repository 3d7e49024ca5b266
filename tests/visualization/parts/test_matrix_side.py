import numpy as np
import pytest

from carl_mm.visualization.parts.matrix_side import MAX_CELLS_A_SIDE, matrix_side


def side(video, labels=None, fps=None, stamps=None, title=''):
    return matrix_side('a', np.asarray(video, dtype=float), labels, fps, stamps, title)


def test_frames_that_last_equally_have_a_cell_each():
    found = side(np.eye(5, 3) + 1, fps=2)
    assert found.cells.tolist() == [0, 1, 2, 3, 4]
    assert found.extent == (-0.25, 2.25)  # a cell is centred on its frame's time
    assert found.axis_label == 'video a, time (s)'
    np.testing.assert_allclose(np.linalg.norm(found.unit, axis=1), 1, rtol=1e-6)


def test_a_frame_that_lasts_long_has_many_cells():
    found = side(np.ones((3, 2)), stamps=[0.0, 1.0, 5.0])
    counts = np.bincount(found.cells)
    assert counts[2] > counts[1] > counts[0] >= 1


def test_a_long_video_is_thinned():
    found = side(np.ones((5000, 2)))
    assert len(found.cells) == MAX_CELLS_A_SIDE
    assert (np.diff(found.cells) >= 2).all()
    assert found.cells[-1] >= 4997


@pytest.mark.parametrize(
    ('video', 'labels', 'message'),
    [
        (np.ones(3), None, r'embedding_a must be \(T, D\)'),
        ([[1.0], [np.nan]], None, 'embedding_a is not finite at frame 1'),
        (np.ones((2, 2)), [0], 'labels_a must hold one label per frame .2.'),
    ],
)
def test_bad_arguments_are_named(video, labels, message):
    with pytest.raises(ValueError, match=message):
        side(video, labels)
