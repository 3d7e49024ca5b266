"""A training killed again and again, and resumed, ends as if it had never been."""

import contextlib
import os
import random
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest
import torch

from tests.tools.processes import (
    environment,
    load,
    python_tool,
    run,
    shell_tool,
    write_config,
)

MAX_EPOCHS = 24


def descendants(pid):
    """Find all processes that one has started; torchrun's ranks are no group of it."""
    parents = {}
    for stat in Path('/proc').glob('[0-9]*/stat'):
        with contextlib.suppress(OSError):
            fields = stat.read_text().rsplit(')', 1)[1].split()
            parents[int(stat.parent.name)] = int(fields[1])
    found = [pid]
    for ancestor in found:
        found += [child for child, parent in parents.items() if parent == ancestor]
    return found[1:]


def kill_once(command, folder, delay_s):
    """Start a training; kill it and all it has started with -9 after so many seconds.

    Returns its exit status, None if it was still running.
    """
    process = subprocess.Popen(
        [str(part) for part in command],
        cwd=folder,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        return process.wait(timeout=delay_s)
    except subprocess.TimeoutExpired:
        return None
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGSTOP)  # so that it starts no more
            for pid in [process.pid, *descendants(process.pid)]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            process.wait()


def equal_tensors(work, whole):
    """Check that two trainings ended with the same weights, bit by bit; how many."""
    name = f'epoch_{MAX_EPOCHS}.pth'
    ours, theirs = load(work / name), load(whole / name)
    assert ours['meta']['iter'] == theirs['meta']['iter']
    ours, theirs = ours['state_dict'], theirs['state_dict']
    assert ours.keys() == theirs.keys()
    different = [name for name in ours if not torch.equal(ours[name], theirs[name])]
    assert different == []
    return len(ours)


def kill_again_and_again(folder, num_processes, num_kills, seed, record_property):
    config = write_config(folder, cached=True, max_epochs=MAX_EPOCHS, batch_size=1)
    train = [*python_tool('train'), config]
    if num_processes > 1:
        train = [*shell_tool('dist_train'), config, num_processes]
    start = time.monotonic()
    run(*train, '--work-dir', folder / 'whole', cwd=folder)
    whole_s = time.monotonic() - start
    rng = random.Random(seed)
    work, kills, epochs, trainings = folder / 'killed', 0, [], []
    options = ['--work-dir', work]
    while kills < num_kills:
        # From before the first import until after the last epoch.
        status = kill_once([*train, *options], folder, rng.uniform(0.2, 1) * whole_s)
        if status is not None:  # it ended: begin anew, and go on killing
            assert status == 0
            trainings.append(equal_tensors(work, folder / 'whole'))
            shutil.rmtree(work)
            options = ['--work-dir', work]
            continue
        kills += 1
        options = ['--work-dir', work, '--resume']
        epochs.append(len(list(work.glob('epoch_*.pth'))))
    run(*train, *options, cwd=folder)
    trainings.append(equal_tensors(work, folder / 'whole'))
    record_property('seconds_of_a_run', round(whole_s, 1))
    record_property('epochs_at_each_kill', epochs)
    record_property('equal_tensors_of_each_training', trainings)


@pytest.fixture
def folder(make_videos):
    return make_videos(lengths=(30, 24, 36, 20, 28, 22), test_share=0)


@pytest.mark.slow
@pytest.mark.parametrize('num_processes', [1, 2])
def test_three_kills_change_no_weight(folder, num_processes, record_property):
    kill_again_and_again(folder, num_processes, 3, 0, record_property)


@pytest.mark.rare
@pytest.mark.parametrize('num_processes', [1, 2])
def test_ten_kills_change_no_weight(folder, num_processes, record_property):
    seed = int(os.environ.get('CARL_MM_KILL_SEED', '1'))
    kill_again_and_again(folder, num_processes, 10, seed, record_property)
