import hashlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import decord
import pytest

from carl_mm.datasets.annotations import load_annotations
from carl_mm.datasets.synthetic.dataset import make_synthetic_dataset
from carl_mm.datasets.synthetic.scripted_processes import PROCESSES
from carl_mm.datasets.synthetic.video import VideoPlan

ROOT = Path(__file__).parents[3]


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


def test_a_video_has_the_frames_and_phases_that_its_annotations_say(made):
    annotations = load_annotations(made / 'annotations.json')
    assert annotations['metainfo']['phases'] == {'pour': PROCESSES[0].phase_names}
    splits = [entry['split'] for entry in annotations['data_list']]
    assert splits == ['train', 'train', 'test']
    for entry in annotations['data_list']:
        reader = decord.VideoReader(str(made / 'videos' / entry['filename']))
        assert len(reader) == entry['num_frames'] == entry['phases'][-1][1] + 1
        assert reader[0].shape == (32, 32, 3)


@pytest.mark.slow
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


@pytest.mark.slow
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
