import cv2
import numpy as np
import pytest
import torch

from carl_mm.models import OpticalFlowGrid


def moving_patch(steps, height=64, width=64):
    """A textured patch on a smooth ground, at x and y offsets of the middle."""
    rng = np.random.default_rng(0)
    ground = cv2.resize(
        rng.integers(90, 160, (8, 8, 3)).astype(np.uint8), (width, height)
    )
    patch = cv2.resize(rng.integers(0, 256, (6, 6, 3)).astype(np.uint8), (20, 20))
    frames = []
    for x, y in steps:
        frame = ground.copy()
        top, left = (height - 20) // 2 + y, (width - 20) // 2 + x
        frame[top : top + 20, left : left + 20] = patch
        frames.append(frame)
    return torch.from_numpy(np.stack(frames)).permute(0, 3, 1, 2)


@pytest.mark.parametrize(
    ('step', 'channel'), [((3, 0), 0), ((-3, 0), 0), ((0, -3), 1), ((0, 3), 2)]
)
def test_each_direction_has_its_channel(step, channel):
    video = moving_patch([(0, 0), step])
    found = OpticalFlowGrid(size=64, grid=1)(video)
    assert found.shape == (2, 3)
    assert found.dtype == torch.float32
    assert not found[0].any()
    assert found[1].argmax() == channel
    others = found[1].sum() - found[1, channel]
    assert found[1, channel] > 3 * others


def test_cells_are_where_things_move():
    video = moving_patch([(-20, 16), (-17, 16)])
    cells = OpticalFlowGrid(size=64, grid=2)(video)[1].view(3, 2, 2)
    assert cells[0].flatten().argmax() == 2  # below, left
    # By hand: the patch covers 20 x 20 of the cell's 32 x 32 pixels and moves by 3.
    assert 0.5 * 400 / 1024 * 3 < cells[0, 1, 0] < 2.5 * 400 / 1024 * 3


def test_the_cameras_motion_is_taken_off():
    rng = np.random.default_rng(0)
    wide = cv2.resize(rng.integers(0, 256, (20, 30, 3)).astype(np.uint8), (96, 64))
    pan = np.stack([wide[:, :64], wide[:, 4:68]])
    found = OpticalFlowGrid(size=64, grid=4)(torch.from_numpy(pan).permute(0, 3, 1, 2))
    assert found[1].mean() < 0.5  # of the 4 pixels a frame


def test_a_mirrored_video_moves_alike():
    video = moving_patch([(0, 0), (3, 2), (6, -1)])
    flow = OpticalFlowGrid(size=64, grid=1)
    torch.testing.assert_close(flow(video), flow(video.flip(3)), atol=0.05, rtol=0.2)


def test_the_frame_before_counts():
    video = moving_patch([(0, 0), (3, 0), (6, 0)])
    flow = OpticalFlowGrid(size=64, grid=2)
    assert torch.equal(flow(video[1:], video[0]), flow(video)[1:])


def test_over_time_smooths_and_takes_the_root():
    flow = OpticalFlowGrid(size=16, grid=1, sigma=1.0)
    speeds = torch.zeros(9, 3)
    speeds[4, 1] = 4.0
    weights = np.exp(-0.5 * np.arange(-3, 4) ** 2)
    weights /= weights.sum()
    found = flow.over_time(speeds)
    expected = np.sqrt(4 * np.concatenate([[0], weights, [0]]))
    np.testing.assert_allclose(found[:, 1], expected, rtol=1e-5, atol=1e-6)
    assert not found[:, 0].any()
    # A constant speed stays, at the ends too; the first frame moves as the second.
    steady = torch.tensor([0.0, 4, 4, 4, 4])[:, None].expand(5, 3)
    torch.testing.assert_close(flow.over_time(steady), torch.full((5, 3), 2.0))
    plain = OpticalFlowGrid(size=16, grid=1, sigma=0)
    assert torch.equal(plain.over_time(speeds), speeds.sqrt())


@pytest.mark.parametrize('length', [0, 1, 2])
def test_few_frames(length):
    flow = OpticalFlowGrid(size=32, grid=4)
    video = torch.zeros(length, 3, 40, 40, dtype=torch.uint8)
    found = flow.over_time(flow(video))
    assert found.shape == (length, flow.out_channels)
    assert not found.any()


@pytest.mark.parametrize(
    'options', [{'size': 130}, {'grid': 0}, {'sigma': -1}, {'size': 8, 'grid': 2}]
)
def test_bad_settings_are_told(options):
    with pytest.raises(ValueError, match='multiple of grid'):
        OpticalFlowGrid(**options)


def test_normalised_frames_are_refused():
    with pytest.raises(ValueError, match='uint8 frames, got torch.float32'):
        OpticalFlowGrid()(torch.zeros(2, 3, 64, 64))
