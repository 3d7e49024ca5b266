import numpy as np
import pytest

from carl_mm.apis.embedding.array_video import ArrayVideo

FRAMES = np.random.default_rng(0).integers(0, 256, (6, 16, 20, 3), dtype=np.uint8)


def test_it_is_read_like_a_file():
    video = ArrayVideo(FRAMES, 4)
    assert (video.num_frames, video.fps) == (6, 4.0)
    assert video.timestamps.tolist() == [0, 0.25, 0.5, 0.75, 1, 1.25]
    assert [frame.tolist() for frame in video.stream([4, 1])] == FRAMES[[4, 1]].tolist()


@pytest.mark.parametrize('fps', [0, -1, float('nan')])
def test_a_rate_must_be_positive(fps):
    with pytest.raises(ValueError, match='fps must be > 0'):
        ArrayVideo(FRAMES, fps)
