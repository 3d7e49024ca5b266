"""Lengths of videos, with embeddings or without."""

import numpy as np
import pytest

from carl_mm.app.project.videos import num_frames, timestamps
from carl_mm.datasets.video_io.video_writer import write_mp4
from tests.app.circle_library import CircleLibrary
from tests.conftest import moving_square


class HalfReady(CircleLibrary):
    """One of its videos has no embeddings yet."""

    def path(self, name):
        if name == 'new.mp4':
            return self.folder / name
        return super().path(name)


def test_a_video_without_embeddings_is_opened(tmp_path):
    library = HalfReady(**{'old.mp4': range(7)})
    library.folder = tmp_path
    write_mp4(tmp_path / 'new.mp4', moving_square(9, 32), 25)
    assert num_frames(library, 'old.mp4') == 7
    assert num_frames(library, 'new.mp4') == 9
    np.testing.assert_allclose(timestamps(library, 'new.mp4'), np.arange(9) / 25)
    with pytest.raises(ValueError, match='no such video'):
        num_frames(library, 'none.mp4')
