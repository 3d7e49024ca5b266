"""Frames drawn of a scene and a pose."""

from dataclasses import replace

import numpy as np
import pytest

from carl_mm.datasets.synthetic.scene import draw_scene, render_frame
from carl_mm.datasets.synthetic.scripted_processes import PROCESSES

AWAY, GRIPS, POURS = (
    [0, 0, 0, near, 1, flow] for near, flow in ((0, 0), (1, 0), (1, 1))
)


@pytest.fixture
def scene():
    """One that neither shakes nor is noisy."""
    drawn = draw_scene(PROCESSES[0], np.random.default_rng(2), 64)
    return replace(drawn, shake=0.0, noise=0.0)


def render(scene, pose, seed=0):
    return render_frame(scene, np.array(pose, float), np.random.default_rng(seed))


def test_a_frame_is_the_scene_in_a_pose(scene):
    frame = render(scene, AWAY)
    assert frame.shape == (64, 64, 3) and frame.dtype == np.uint8
    np.testing.assert_array_equal(frame, render(scene, AWAY))
    for pose in (GRIPS, [0.3, 0, 0, 0, 1, 0], [0, 0, 90, 0, 1, 0], [0, 0, 0, 0, 2, 0]):
        assert np.abs(frame.astype(int) - render(scene, pose)).max() > 50, pose


def test_what_pours_falls_from_the_mouth(scene):
    changed = (
        np.abs(render(scene, POURS).astype(int) - render(scene, GRIPS)).max(2) > 40
    )
    rows, columns = np.nonzero(changed)
    x, y, w = scene.view @ [*scene.mouth, 1]
    assert len(rows) > 10
    assert abs(np.median(columns) - x / w / 3) < 6  # drawn at three times the size
    assert rows.max() > y / w / 3


def test_a_shaking_camera_moves_the_item_and_not_the_background(scene):
    still, *moved = (
        render(replace(scene, shake=shake), AWAY, 1) for shake in (0.0, 2.0)
    )
    changed = np.abs(still.astype(int) - moved[0]).max(2) > 40
    assert changed.any() and not changed.all()


def test_scenes_of_a_process_differ():
    scenes = [draw_scene(PROCESSES[0], np.random.default_rng(s), 32) for s in (0, 1)]
    first, second = (render(scene, AWAY).astype(int) for scene in scenes)
    assert np.abs(first - second).mean() > 10
