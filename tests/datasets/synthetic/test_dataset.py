import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import decord
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from carl_mm.datasets.annotations import frame_labels, load_annotations
from carl_mm.datasets.synthetic.dataset import (
    PROCESSES,
    VideoPlan,
    make_synthetic_dataset,
    render_video,
)
from carl_mm.datasets.synthetic.motion import draw_phase_rows, draw_poses
from carl_mm.datasets.synthetic.scene import draw_scene, render_frame

ROOT = Path(__file__).parents[3]
TOOL = ROOT / 'tools' / 'make_synthetic_videos.py'
NAMES = [process.name for process in PROCESSES]


def digests(out_dir):
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted((out_dir / 'videos').iterdir())
    }


def make(out_dir, **changes):
    numbers = {'num_train': 2, 'num_test': 1, 'size': 32, 'workers': 1} | changes
    return make_synthetic_dataset(out_dir, **numbers)


@pytest.fixture(scope='module')
def made(tmp_path_factory):
    out_dir = tmp_path_factory.mktemp('synthetic')
    make(out_dir)
    return out_dir


@settings(max_examples=50, deadline=None)
@given(process=st.sampled_from(PROCESSES), seed=st.integers(0, 2**32))
def test_rows_cover_every_frame_with_each_phase_once_in_order(process, seed):
    rows = draw_phase_rows(process, np.random.default_rng(seed))
    assert [label for _, _, label in rows] == list(range(len(process.phases)))
    covered = [f for first, last, _ in rows for f in range(first, last + 1)]
    assert covered == list(range(rows[-1][1] + 1))
    assert 60 <= len(covered) <= 150
    assert min(last - first + 1 for first, last, _ in rows) >= 4


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


def test_a_video_has_the_frames_and_phases_that_its_annotations_say(made):
    annotations = load_annotations(made / 'annotations.json')
    assert annotations['metainfo']['phases'] == {'pour': PROCESSES[0].phase_names}
    splits = [entry['split'] for entry in annotations['data_list']]
    assert splits == ['train', 'train', 'test']
    for entry in annotations['data_list']:
        reader = decord.VideoReader(str(made / 'videos' / entry['filename']))
        assert len(reader) == entry['num_frames'] == entry['phases'][-1][1] + 1
        assert reader[0].shape == (32, 32, 3)


def test_a_video_depends_on_its_seed_only(made, tmp_path):
    make(tmp_path, num_train=1, num_test=2, num_processes=2, workers=2)
    first, second = digests(made), digests(tmp_path)
    shared = first.keys() & second.keys()
    assert shared == {'pour_train_0000.mp4', 'pour_test_0000.mp4'}
    assert all(first[name] == second[name] for name in shared)
    assert len(set(second.values())) == 6


def test_a_video_is_the_same_every_time(tmp_path):
    # At 64 px x264's look-ahead gave other bytes in about one run of three.
    made = set()
    for index in range(6):
        make(tmp_path / str(index), num_train=1, num_test=0, size=64)
        made |= set(digests(tmp_path / str(index)).values())
    assert len(made) == 1


def test_another_seed_or_split_is_another_video(made, tmp_path):
    make(tmp_path, seed=1)
    assert not set(digests(made).values()) & set(digests(tmp_path).values())
    entries = load_annotations(made / 'annotations.json')['data_list']
    assert entries[0]['phases'] != entries[2]['phases']


def test_only_what_is_missing_or_broken_is_remade(tmp_path):
    make(tmp_path)
    whole = digests(tmp_path)
    stamps = {p.name: p.stat().st_mtime_ns for p in (tmp_path / 'videos').iterdir()}
    (tmp_path / 'videos' / 'pour_train_0000.mp4').unlink()
    cut = tmp_path / 'videos' / 'pour_train_0001.mp4'
    cut.write_bytes(cut.read_bytes()[:-100])
    make(tmp_path)
    assert digests(tmp_path) == whole
    again = {p.name: p.stat().st_mtime_ns for p in (tmp_path / 'videos').iterdir()}
    remade = {name for name in stamps if again[name] != stamps[name]}
    assert remade == {'pour_train_0000.mp4', 'pour_train_0001.mp4'}


def test_a_change_of_settings_remakes_all_and_leaves_nothing_old(tmp_path):
    make(tmp_path)
    before = digests(tmp_path)
    make(tmp_path, seed=4, num_train=1)
    after = digests(tmp_path)
    assert after.keys() == {'pour_train_0000.mp4', 'pour_test_0000.mp4'}
    assert not set(before.values()) & set(after.values())
    stranger = tmp_path / 'videos' / 'mine.mp4'
    stranger.write_bytes(b'kept')
    make(tmp_path, seed=4, num_train=0)
    assert stranger.read_bytes() == b'kept'


def test_a_killed_run_leaves_no_half_file_and_the_next_finishes(tmp_path):
    code = (
        'from carl_mm.datasets.synthetic.dataset import make_synthetic_dataset as make;'
        f'make({str(tmp_path)!r}, num_train=30, num_test=1, size=32, workers=1)'
    )
    process = subprocess.Popen([sys.executable, '-c', code], cwd=ROOT)
    try:
        deadline = time.monotonic() + 120
        while len(list(tmp_path.glob('videos/pour_*.mp4'))) < 2:
            assert process.poll() is None and time.monotonic() < deadline
            time.sleep(0.02)
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert not (tmp_path / 'annotations.json').exists()
    finished = list(tmp_path.glob('videos/pour_*.mp4'))
    assert 2 <= len(finished) < 31
    for path in finished:
        plan = VideoPlan('train', 0, int(path.stem[-4:]), 0, 32)
        assert len(decord.VideoReader(str(path))) == plan.entry()['num_frames']
    (tmp_path / 'videos' / '.pour_train_0009.7.part.mp4').write_bytes(b'left over')
    make(tmp_path, num_train=4)
    names = {path.name for path in (tmp_path / 'videos').iterdir()}
    kept = {f'pour_train_{i:04d}.mp4' for i in range(4)} | {'pour_test_0000.mp4'}
    assert kept <= names
    assert not any(name.startswith('.') for name in names)


def test_frames_are_drawn_as_they_are_asked_for():
    frames, rows = render_video(PROCESSES[0], np.random.default_rng(0), size=48)
    first = next(frames)
    assert first.shape == (48, 48, 3) and first.dtype == np.uint8
    assert 1 + sum(1 for _ in frames) == rows[-1][1] + 1


@pytest.mark.parametrize(
    ('changes', 'message'),
    [
        ({'num_train': -1}, 'num_train must be at least 0, got -1'),
        ({'num_train': 0, 'num_test': 0}, r'num_train \+ num_test must be at least 1'),
        ({'num_processes': 99}, 'num_processes must be at most .*pour.*got 99'),
        ({'size': 33}, 'size must be even.*got 33'),
        ({'workers': 0}, 'workers must be at least 1, got 0'),
    ],
)
def test_bad_settings_are_named(tmp_path, changes, message):
    with pytest.raises(ValueError, match=message):
        make(tmp_path, **changes)


def test_the_tool_says_what_it_made(tmp_path):
    command = [sys.executable, str(TOOL), '--num-train', '1', '--num-test', '1']
    command += ['--size', '32', '--workers', '1']
    env = {**os.environ, 'PYTHONPATH': str(ROOT)}
    run = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    path = tmp_path / 'data' / 'synthetic' / 'annotations.json'
    entries = json.loads(path.read_text())['data_list']
    for entry in entries:
        summary = f'{entry["split"]:7} 1 videos, {entry["num_frames"]} frames'
        assert summary in run.stdout
        assert (path.parent / 'videos' / entry['filename']).is_file()
    assert 'pour: ' + ', '.join(PROCESSES[0].phase_names) in run.stdout
