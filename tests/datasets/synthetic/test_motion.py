"""Phase lengths and poses."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from carl_mm.datasets.synthetic.motion import draw_phase_rows, draw_poses
from carl_mm.datasets.synthetic.scripted_processes import PROCESSES


@settings(max_examples=50, deadline=None)
@given(process=st.sampled_from(PROCESSES), seed=st.integers(0, 2**32))
def test_rows_cover_every_frame_with_each_phase_once_in_order(process, seed):
    rows = draw_phase_rows(process, np.random.default_rng(seed))
    assert [label for _, _, label in rows] == list(range(len(process.phases)))
    covered = [f for first, last, _ in rows for f in range(first, last + 1)]
    assert covered == list(range(rows[-1][1] + 1))
    assert 60 <= len(covered) <= 150
    assert min(last - first + 1 for first, last, _ in rows) >= 4


def test_poses_follow_the_script():
    """Of 'pour': reach, tilt, pour, untilt, bring, let go."""
    process = PROCESSES[0]
    rows = [[30 * c, 30 * c + 29, c] for c in range(6)]
    poses = draw_poses(process, rows, np.random.default_rng(0))
    assert poses.shape == (180, 6)
    ends = poses[29::30]
    assert ends[:, 3].tolist() == [1, 1, 1, 1, 1, 0]  # the hand grips until it lets go
    # What returns to a place of the script returns exactly; on the way it moves on.
    np.testing.assert_allclose(ends[3, :3], ends[0, :3])
    assert (np.diff(poses[30:60, 2]) > 0).all()
    flow = poses[:, 5]
    assert (flow[60:90] == 1).all() and flow.sum() == 30
    # Only the phase with a wave leaves the straight line between its ends.
    assert poses[60:90, 2].std() > 1


def test_scripted_places_vary_from_video_to_video():
    process = PROCESSES[0]
    rows = [[10 * c, 10 * c + 9, c] for c in range(6)]
    poses = [draw_poses(process, rows, np.random.default_rng(s)) for s in range(50)]
    starts = np.stack([pose[19, :3] for pose in poses])  # x, y, angle once tilted
    assert (np.abs(starts.mean(0) - [0.05, -0.35, 105]) < [0.03, 0.03, 3]).all()
    assert (starts.std(0) > [0.02, 0.02, 2]).all()
