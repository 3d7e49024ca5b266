"""One synthetic video: what its labels and looks tell of each other."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from carl_mm.datasets.annotations import frame_labels
from carl_mm.datasets.synthetic.motion import draw_phase_rows, draw_poses
from carl_mm.datasets.synthetic.scene import draw_scene, render_frame
from carl_mm.datasets.synthetic.scripted_processes import PROCESSES
from carl_mm.datasets.synthetic.video import VideoPlan, render_video


@pytest.mark.parametrize('process', range(len(PROCESSES)))
@pytest.mark.parametrize('seed', [0, 1, 2])
def test_position_alone_says_little(process, seed):
    def split(name, count):
        entries = [VideoPlan(name, process, i, seed, 64).entry() for i in range(count)]
        times = [np.arange(e['num_frames']) / e['num_frames'] for e in entries]
        labels = [frame_labels(e['phases'], e['num_frames']) for e in entries]
        return (np.concatenate(times) * 20).astype(int), np.concatenate(labels)

    # The commonest train label of each twentieth of the time: no probe of time
    # alone does much better.
    votes = np.zeros((20, len(PROCESSES[process].phases)))
    np.add.at(votes, split('train', 50), 1)
    part, labels = split('test', 20)
    assert (votes.argmax(1)[part] == labels).mean() < 0.55


@pytest.mark.parametrize('seed', [0, 1, 2])
def test_mean_colour_says_nothing(seed):
    def split(name, count):
        colours, labels = [], []
        for index in range(count):
            rng = VideoPlan(name, 0, index, seed, 32).rng()
            rows = draw_phase_rows(PROCESSES[0], rng)
            poses = draw_poses(PROCESSES[0], rows, rng)[::4]
            scene = draw_scene(PROCESSES[0], rng, 32)
            means = np.stack(
                [render_frame(scene, pose, rng).mean((0, 1)) for pose in poses]
            )
            colours.append(np.hstack([means, means - means.mean(0)]))
            labels.append(frame_labels(rows, rows[-1][1] + 1)[::4])
        return np.concatenate(colours), np.concatenate(labels)

    probe = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    colours, labels = split('test', 20)
    commonest = np.bincount(labels).max() / len(labels)
    assert probe.fit(*split('train', 50)).score(colours, labels) < commonest + 0.08


def test_frames_are_drawn_as_they_are_asked_for():
    frames, rows = render_video(PROCESSES[0], np.random.default_rng(0), size=48)
    first = next(frames)
    assert first.shape == (48, 48, 3) and first.dtype == np.uint8
    assert 1 + sum(1 for _ in frames) == rows[-1][1] + 1


def test_an_entry_is_that_of_the_rendered_video():
    plan = VideoPlan('test', 1, 3, seed=5, size=32)
    frames, rows = render_video(PROCESSES[1], plan.rng(), 32)
    assert plan.entry() == {
        'filename': 'open_drawer_test_0003.mp4',
        'action': 'open_drawer',
        'split': 'test',
        'num_frames': sum(1 for _ in frames),
        'phases': rows,
    }
