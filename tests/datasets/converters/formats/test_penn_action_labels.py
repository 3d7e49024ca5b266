"""Penn Action's .mat and .npy files."""

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import scipy.io

from carl_mm.datasets.converters.formats.penn_action_labels import (
    NUM_PHASES,
    PhaseFile,
    find_phase_files,
    penn_action_phases,
    read_mat,
    read_phases,
)


def test_the_class_list():
    """Table of the paper's data, in CARL's order, which its action labels count."""
    table = """baseball_pitch 4, baseball_swing 3, bench_press 2, bowl 3,
    clean_and_jerk 6, golf_swing 3, jumping_jacks 4, pushup 2, pullup 2, situp 2,
    squat 4, tennis_forehand 3, tennis_serve 4"""
    rows = [row.split() for row in table.split(',')]
    assert list(NUM_PHASES.items()) == [(name, int(count)) for name, count in rows]
    assert penn_action_phases()['bowl'] == ['phase_0', 'phase_1', 'phase_2']


def test_phase_files_are_found_by_their_video(tmp_path):
    for name in ('train/squat/0001_a.npy', 'val/bow/0002.npy', 'val/bow/.0003.npy'):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    found = find_phase_files(tmp_path)
    assert found == {
        '0001': PhaseFile(tmp_path / 'train/squat/0001_a.npy', 'train', 'squat'),
        '0002': PhaseFile(tmp_path / 'val/bow/0002.npy', 'test', 'bow'),
    }
    (tmp_path / 'val/bow/0001_b.npy').touch()
    (tmp_path / 'dev').mkdir()
    (tmp_path / 'val/bow').rename(tmp_path / 'dev/bow')
    with pytest.raises(ValueError, match='2 problems') as error:
        find_phase_files(tmp_path)
    assert "unknown split 'dev'; known: train, val, test" in str(error.value)


@pytest.mark.slow
def test_no_process_is_left_behind_by_one_that_is_killed(tmp_path):
    path = tmp_path / '0001.mat'
    scipy.io.savemat(path, {'action': 'bowl', 'nframes': 7})
    code = (
        'import os, pathlib, signal\n'
        'from carl_mm.datasets.converters.formats import penn_action_labels as labels\n'
        f'labels.read_mat(pathlib.Path({str(path)!r}))\n'
        'print(*labels._mat_reader(os.getpid())._processes, flush=True)\n'
        'os.kill(os.getpid(), signal.SIGKILL)\n'
    )
    said = tmp_path / 'said'
    with said.open('w') as stream:  # not a pipe: it would be open as long as a reader
        subprocess.run([sys.executable, '-c', code], stdout=stream)
    (reader,) = map(int, said.read_text().split())
    until = time.monotonic() + 20
    while time.monotonic() < until and _runs(reader):
        time.sleep(0.05)
    assert not _runs(reader)


def _runs(process):
    try:
        state = Path(f'/proc/{process}/stat').read_text().rsplit(')', 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != 'Z'


def test_a_mat_file_gives_action_and_length(tmp_path):
    path = tmp_path / '0001.mat'
    scipy.io.savemat(path, {'action': 'bowl', 'nframes': 7, 'x': np.zeros((7, 13))})
    assert read_mat(path) == ('bowl', 7)
    path.write_bytes(path.read_bytes()[:150])
    with pytest.raises(ValueError, match=r'^labels/0001\.mat: action and nframes'):
        read_mat(path)


def test_phases_are_one_number_per_frame(tmp_path):
    path = tmp_path / 'p.npy'
    np.save(path, np.array([-1.0, 0, 1, 1]))
    labels = read_phases(path, 2)
    assert (labels.tolist(), labels.dtype) == ([-1, 0, 1, 1], np.int64)
    for bad, message in (([], 'contains no label'), ([0, 2], 'frame 1: label 2')):
        np.save(path, np.array(bad))
        with pytest.raises(ValueError, match=rf'p\.npy: {message}'):
            read_phases(path, 2)
