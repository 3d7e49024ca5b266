import numpy as np
import pytest

from carl_mm.datasets.synthetic.motion import draw_phase_rows, draw_poses
from carl_mm.datasets.synthetic.scene import draw_scene, render_frame
from carl_mm.datasets.synthetic.scripted_processes import PROCESSES
from carl_mm.datasets.synthetic.tampering import KINDS, render_tampered_video

SIZE = 16


def stream(seed):
    return np.random.default_rng(seed)


def plain(process, seed):
    """Rows, and the frames before anything is done to them, without noise."""
    rng = stream(seed)
    rows = draw_phase_rows(process, rng)
    poses = draw_poses(process, rows, rng)
    scene = draw_scene(process, rng, SIZE)
    return rows, np.stack([render_frame(scene, pose, stream(0)) for pose in poses])


def likeness(a, b):
    """Mean difference in grey levels, less each frame's own brightness."""
    gap = a.astype(float) - b
    return np.abs(gap - np.median(gap, axis=(1, 2), keepdims=True)).mean(axis=(1, 2, 3))


def row_of(process, rows, name):
    return rows[process.phase_names.index(name)]


@pytest.mark.parametrize('process', PROCESSES[:2], ids=lambda process: process.name)
@pytest.mark.parametrize('kind', KINDS)
@pytest.mark.parametrize('seed', range(3))
def test_frames_outside_of_the_phase_are_kept(process, kind, seed):
    made = render_tampered_video(process, kind, stream(seed), SIZE)
    rows, frames = plain(process, seed)
    first, last, label = row_of(process, rows, made.phase)
    assert 0 < label < len(rows) - 1
    assert made.kind == kind
    cut = kind == 'skipped'
    assert len(made.frames) == len(frames) - cut * (last - first + 1)
    after = first if cut else last + 1
    for ours, theirs in (
        (made.frames[:first], frames[:first]),
        (made.frames[after:], frames[last + 1 :]),
    ):
        assert likeness(ours, theirs).mean() < 12  # shake and noise
    expected = np.zeros(len(made.frames), dtype=bool)
    if cut:
        expected[max(0, first - 5) : first + 5] = True
    else:
        expected[first : last + 1] = True
    assert made.tampered.tolist() == expected.tolist()


@pytest.mark.parametrize('seed', range(4))
def test_a_reversed_phase_runs_backward_and_moves(seed):
    process = PROCESSES[0]
    made = render_tampered_video(process, 'reversed', stream(seed), SIZE)
    rows, frames = plain(process, seed)
    first, last, _ = row_of(process, rows, made.phase)
    assert made.phase != 'pour'  # which only swings
    inside = made.frames[first : last + 1]
    forward = frames[first : last + 1]
    assert likeness(inside, forward[::-1]).mean() < likeness(inside, forward).mean()


@pytest.mark.parametrize('kind', ['foreign motion', 'foreign video'])
def test_foreign_frames_differ_and_keep_the_scene_or_do_not(kind):
    gaps = []
    for seed in range(5):
        made = render_tampered_video(PROCESSES[0], kind, stream(seed), SIZE)
        rows, frames = plain(PROCESSES[0], seed)
        first, last, _ = row_of(PROCESSES[0], rows, made.phase)
        inside = slice(first, last + 1)
        gaps.append(likeness(made.frames[inside], frames[inside]).mean())
    low, high = (3, 25) if kind == 'foreign motion' else (15, 200)
    assert low < np.mean(gaps) < high


def test_equal_streams_give_equal_videos():
    for kind in KINDS:
        a, b = (
            render_tampered_video(PROCESSES[1], kind, stream(7), SIZE) for _ in 'ab'
        )
        assert np.array_equal(a.frames, b.frames)
        assert a.tampered.tolist() == b.tampered.tolist()


def test_an_unknown_kind_is_named():
    with pytest.raises(ValueError, match="'shuffled'"):
        render_tampered_video(PROCESSES[0], 'shuffled', stream(0))
