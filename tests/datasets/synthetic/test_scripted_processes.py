"""The scripted processes."""

import numpy as np
import pytest

from carl_mm.datasets.synthetic.motion import draw_poses
from carl_mm.datasets.synthetic.scene import draw_scene, render_frame
from carl_mm.datasets.synthetic.scripted_processes import PROCESSES

NAMES = [process.name for process in PROCESSES]


def test_processes_differ_in_phases_and_motions():
    assert len(PROCESSES) >= 8
    assert len(set(NAMES)) == len(NAMES)
    assert len({tuple(process.phase_names) for process in PROCESSES}) == len(PROCESSES)
    paths = []
    for process in PROCESSES:
        assert len(process.phases) >= 5
        assert len(set(process.phase_names)) == len(process.phases)
        rows = [[20 * c, 20 * c + 19, c] for c in range(len(process.phases))]
        poses = draw_poses(process, rows, np.random.default_rng(0))
        even = np.linspace(0, len(poses) - 1, 50).astype(int)
        paths.append(poses[even, :4] / [1, 1, 90, 1])
    for a, path in enumerate(paths):
        for other in paths[a + 1 :]:
            assert np.abs(path - other).mean() > 0.05


@pytest.mark.parametrize('process', PROCESSES, ids=NAMES)
def test_look_alike_phases_share_their_still_frames(process):
    there, back = (process.phase_names.index(name) for name in process.look_alike)
    rng = np.random.default_rng(3)
    rows = [[30 * c, 30 * c + 29, c] for c in range(len(process.phases))]
    poses = draw_poses(process, rows, rng)
    scene = draw_scene(process, rng, 64)
    middle = poses[30 * there + 15]
    candidates = poses[30 * back : 30 * back + 30]
    gaps = np.abs((candidates - middle) / [1, 1, 90, 1, 1, 1]).sum(1)
    twin = candidates[gaps.argmin()]

    def difference(pose):
        a, b = (
            render_frame(scene, p, np.random.default_rng(5)).astype(float)
            for p in (middle, pose)
        )
        return np.abs(a - b).mean()

    # The nearest frames of two samplings of a path are half a step of it apart.
    ends = poses[30 * there], poses[30 * there + 29]
    assert difference(twin) < 0.35 * min(difference(end) for end in ends)
    assert difference(middle) == 0
