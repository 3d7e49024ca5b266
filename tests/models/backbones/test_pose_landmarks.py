import os
import pickle
import sys
from copy import deepcopy
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import torch
from mmaction.registry import MODELS

from carl_mm.functional import relative_landmarks
from carl_mm.models import PoseLandmarks
from carl_mm.models.backbones import pose_landmarks

POSE_FILE = os.environ.get(
    'POSE_LANDMARK_FILE', 'node_modules/@mediapipe/pose/pose_landmark_full.tflite'
)
needs_network = pytest.mark.skipif(
    find_spec('ai_edge_litert') is None or not Path(POSE_FILE).is_file(),
    reason=f'ai-edge-litert is not installed, or there is no {POSE_FILE}',
)


class Finder:
    """A stand-in: the 'person' is where it is bright, its circle twice its width."""

    def __init__(self):
        self.pictures = []

    def __call__(self, picture):
        assert picture.shape == (1, 256, 256, 3) and picture.dtype == np.float32
        self.pictures.append(picture[0])
        bright = picture[0, :, :, 0] > 0.5
        points = np.zeros((39, 5), dtype=np.float32)
        if not bright.any():
            return points.reshape(1, -1), 0.1
        rows, columns = np.nonzero(bright)
        centre = columns.mean() + 0.5, rows.mean() + 0.5
        points[:, :2] = centre
        points[11:13, 1] -= np.ptp(rows) / 2  # shoulders
        points[34, 0] += np.ptp(columns) + 1
        points[15, 3] = 2.0
        share = bright.mean()  # surer the larger it looks
        return points.reshape(1, -1), min(1.0, 0.4 + 10 * share)


@pytest.fixture
def finder(monkeypatch):
    stand_in = Finder()
    monkeypatch.setattr(pose_landmarks, 'load_network', lambda *args: stand_in)
    return stand_in


def video(places, height=128, width=128, side=12):
    frames = torch.zeros(len(places), 3, height, width, dtype=torch.uint8)
    for frame, place in zip(frames, places, strict=True):
        if place is not None:
            x, y = place
            frame[:, y : y + side, x : x + side] = 255
    return frames


def test_places_are_in_the_frames_own_coordinates(finder):
    found = PoseLandmarks()(video([(90, 20), (10, 100)]))
    across, down, visibility = found.split(33, dim=1)
    np.testing.assert_allclose(across[:, 23], [96 / 128, 16 / 128], atol=0.01)
    np.testing.assert_allclose(down[:, 23], [26 / 128, 106 / 128], atol=0.01)
    # By hand: 1 / (1 + exp(-2)) and 1 / 2.
    np.testing.assert_allclose(visibility[:, 15], 0.8808, atol=1e-4)
    np.testing.assert_allclose(visibility[:, 16], 0.5)
    assert found.shape == (2, PoseLandmarks.out_channels)
    assert found.dtype == torch.float32


def test_the_second_look_is_at_the_person(finder):
    PoseLandmarks()(video([(90, 20)]))
    whole, close = ((picture[..., 0] > 0.5).mean() for picture in finder.pictures)
    assert whole == pytest.approx(12 * 12 / 128**2, rel=0.1)
    # The square has a side of 2 x 1.25 x 12 pixels around the 12 x 12 ones.
    assert close == pytest.approx(1 / 2.5**2, rel=0.15)


def test_a_wide_frame_is_not_squeezed(finder):
    found = PoseLandmarks()(video([(150, 20)], height=64, width=192))
    assert found[0, 23] == pytest.approx(156 / 192, abs=0.01)
    assert found[0, 33 + 23] == pytest.approx(26 / 192, abs=0.01)


def test_frames_without_a_person_take_their_neighbours_values(finder):
    pose = PoseLandmarks(sigma=0)
    raw = pose(video([None, (10, 20), None, (30, 60)]))
    assert raw.isnan().all(1).tolist() == [True, False, True, False]
    found = pose.over_time(raw)
    assert not found.isnan().any()
    assert torch.equal(found[0], found[1])
    nobody = pose.over_time(pose(video([None, None])))
    assert torch.equal(nobody, torch.zeros(2, 99))


def test_over_time_is_relative_to_the_body():
    rng = np.random.default_rng(0)
    places = torch.from_numpy(rng.random((6, 33, 2), dtype=np.float32))
    visibility = torch.from_numpy(rng.random((6, 33), dtype=np.float32))
    raw = torch.cat((places[..., 0], places[..., 1], visibility), dim=1)
    pose = PoseLandmarks.__new__(PoseLandmarks)
    torch.nn.Module.__init__(pose)
    pose.sigma = 0.0
    found = pose.over_time(raw)
    expected = relative_landmarks(places)
    torch.testing.assert_close(found[:, :33], expected[..., 0])
    torch.testing.assert_close(found[:, 33:66], expected[..., 1])
    torch.testing.assert_close(found[:, 66:], visibility)
    pose.sigma = 1.0  # smooth before it is made relative
    assert (
        pose.over_time(raw)[:, :66].diff(dim=0).norm()
        < found[:, :66].diff(dim=0).norm()
    )


@pytest.mark.parametrize('length', [0, 1])
def test_few_frames(finder, length):
    pose = PoseLandmarks()
    found = pose.over_time(pose(video([(40, 40)] * length)))
    assert found.shape == (length, 99)
    assert not found.isnan().any()


def test_copies_load_the_network_again(finder):
    pose = PoseLandmarks(min_presence=0.3)
    copied = deepcopy(pose)
    frames = video([(40, 40)])
    assert torch.equal(copied(frames), pose(frames))
    assert copied.min_presence == 0.3
    state = pose.__getstate__()
    assert state['_network'] is None
    assert pickle.loads(pickle.dumps(pose)).extra_repr() == pose.extra_repr()


def test_settings_are_in_the_name_of_cached_features(finder):
    text = repr(PoseLandmarks('some/pose_landmark_lite.tflite', 0.25, 2.0))
    assert 'pose_landmark_lite.tflite, min_presence=0.25, sigma=2.0' in text
    assert 'some' not in text


@pytest.mark.parametrize(
    'options', [{'min_presence': 1.5}, {'sigma': -1}, {'num_threads': 0}]
)
def test_bad_settings_are_told(options):
    with pytest.raises(ValueError, match=r'min_presence must be in \[0, 1\]'):
        PoseLandmarks(**options)


def test_normalised_frames_are_refused(finder):
    with pytest.raises(ValueError, match='uint8 frames, got torch.float32'):
        PoseLandmarks()(torch.zeros(2, 3, 64, 64))


def test_what_is_missing_is_named(monkeypatch):
    cfg = {'type': 'PoseLandmarks', 'model_file': 'no/pose_landmark.tflite'}
    monkeypatch.setitem(sys.modules, 'ai_edge_litert', None)
    with pytest.raises(ImportError, match='pip install ai-edge-litert'):
        MODELS.build(cfg)
    fake = type(sys)('ai_edge_litert.interpreter')
    fake.Interpreter = None
    monkeypatch.setitem(sys.modules, 'ai_edge_litert', type(sys)('ai_edge_litert'))
    monkeypatch.setitem(sys.modules, 'ai_edge_litert.interpreter', fake)
    message = 'no/pose_landmark.tflite: no such model_file.*npm install @mediapipe/pose'
    with pytest.raises(FileNotFoundError, match=message):
        MODELS.build(cfg)


@needs_network
def test_the_network_finds_nobody_in_an_empty_picture():
    pose = PoseLandmarks(POSE_FILE)
    found = pose(torch.full((1, 3, 96, 96), 128, dtype=torch.uint8))
    assert found.isnan().all()
    points, presence = pose._network(np.zeros((1, 256, 256, 3), dtype=np.float32))
    assert points.size == 39 * 5
    assert 0 <= presence <= 1
