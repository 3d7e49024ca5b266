import decord
import numpy as np
import pytest

from carl_mm.visualization import Tile, grid_video, write_grid_video

CLOCK = np.arange(6) / 10


def painted(inds, height=60, width=60, taken=None):
    """Frames whose gray level tells their index, one by one."""
    for index in inds:
        if taken is not None:
            taken.append(index)
        yield np.full((height, width, 3), index * 10 + 50, np.uint8)


def tile(inds, name='a', **kwargs):
    inds = np.asarray(inds)
    frames = painted(np.unique(inds[inds >= 0]), **kwargs)
    return Tile(frames, inds, np.where(inds < 0, np.nan, inds / 10), name)


def read(path):
    reader = decord.VideoReader(str(path))
    return reader.get_batch(range(len(reader))).asnumpy(), reader.get_avg_fps()


def test_each_tile_shows_its_frame_of_the_moment(tmp_path):
    inds = [[0, 1, 2, 3, 4, 5], [2, 2, 2, 5, 7, 9], [-1, -1, 0, 1, 2, -1]]
    count = write_grid_video(tmp_path / 'g.mp4', [tile(i) for i in inds], CLOCK, 10.0)
    video, fps = read(tmp_path / 'g.mp4')
    assert count == len(video) == 6
    assert fps == pytest.approx(10)
    columns, width, height = grid_video._layout([(60, 60)] * 3)
    for place, each in enumerate(inds):
        top = grid_video.TEXT_HEIGHT + place // columns * (
            height + grid_video.TEXT_HEIGHT + grid_video.GAP
        )
        left = place % columns * (width + grid_video.GAP)
        middle = video[:, top + 10 : top + height - 10, left + 10 : left + width - 10]
        levels = middle.mean(axis=(1, 2, 3))
        expected = [grid_video.BACKGROUND if i < 0 else i * 10 + 50 for i in each]
        np.testing.assert_allclose(levels, expected, atol=4)


def test_frames_are_taken_as_they_are_needed():
    taken = []
    pictures = grid_video._pictures([tile([0, 0, 3, 5, 5, 8], taken=taken)], CLOCK)
    counts = []
    for _ in pictures:
        counts.append(len(taken))
    assert counts == [1, 1, 2, 3, 3, 4]


@pytest.mark.parametrize('count', [1, 2, 5, 36])
@pytest.mark.parametrize('shape', [(1080, 1920), (1920, 1080), (100, 100)])
def test_the_grid_fits_a_screen(count, shape):
    columns, width, height = grid_video._layout([shape] * count)
    rows = -(-count // columns)
    assert columns * (width + 4) - 4 <= 1920
    assert 22 + rows * (height + 26) - 4 <= 1080
    assert width / height == pytest.approx(shape[1] / shape[0], rel=0.1)


def test_a_video_without_any_moment_and_other_shapes(tmp_path):
    tiles = [tile([-1] * 6), tile([0] * 6, 'a very long name ' * 9, height=20)]
    write_grid_video(tmp_path / 'g.mp4', tiles, CLOCK, 5.0)
    video, _ = read(tmp_path / 'g.mp4')
    assert video.shape[1] % 2 == video.shape[2] % 2 == 0


@pytest.mark.parametrize(
    ('tiles', 'said'),
    [
        ([], 'holds 1 to 36 videos, got 0'),
        ([tile([0] * 6)] * 37, 'holds 1 to 36 videos, got 37'),
        ([tile([0, 1], 'b')], 'b: must hold a frame and a time for each of 6'),
        ([tile([0, 1, 2, 1, 3, 4], 'b')], 'b: frame_inds must ascend'),
        ([Tile(painted([0]), np.arange(6), CLOCK, 'b')], 'b: there is no frame 1'),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path, tiles, said):
    with pytest.raises(ValueError, match=said):
        write_grid_video(tmp_path / 'g.mp4', tiles, CLOCK, 10.0)
    assert not list(tmp_path.iterdir())
