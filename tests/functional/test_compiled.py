import runpy
import subprocess
import sys
import threading

import numba
import numpy as np
import pytest
import torch

from carl_mm.functional import _compiled, cosine_dtw
from tests.faults.damage import full_disk

PROGRAM = """
import numba.core.caching as caching
caching.CacheImpl._locator_classes = []  # as where no folder can be written
from carl_mm.functional import cosine_dtw
print(cosine_dtw([[1.0, 0.0]], [[1.0, 0.0], [0.0, 1.0]]).tolist())
"""


def test_the_result_is_that_of_the_plain_function():
    def add(a, b):
        return a + 2 * b

    assert _compiled.compiled(add)(3, 4.5) == 12


def test_machine_code_is_kept_where_it_can_be():
    from carl_mm.functional.warping import step_table

    assert isinstance(step_table._fill, numba.core.dispatcher.Dispatcher)
    assert step_table._fill.stats.cache_path


@pytest.mark.slow
def test_without_a_folder_to_keep_it_in_it_is_compiled_each_time():
    done = subprocess.run(
        [sys.executable, '-c', PROGRAM], capture_output=True, text=True, check=True
    )
    assert done.stdout == '[[0, 0], [0, 1]]\n'


KEPT = """
from carl_mm.functional._compiled import compiled

@compiled
def add(a, b):
    return a + 2 * b
"""


def test_a_full_disk_or_damaged_machine_code_ends_nothing(tmp_path):
    (tmp_path / 'program.py').write_text(KEPT)

    def hits():
        """As in a new process."""
        add = runpy.run_path(str(tmp_path / 'program.py'))['add']
        assert add(3, 4.5) == 12
        return sum(add.stats.cache_hits.values())

    with full_disk(0):
        assert hits() == 0
    assert [hits(), hits()] == [0, 1]
    for file in (tmp_path / '__pycache__').glob('*.nb?'):
        file.write_bytes(bytes(100))
    assert hits() == 0


def test_threads_compute_what_one_does():
    videos = np.random.default_rng(0).normal(size=(8, 60, 5))
    found = {}

    def align(place):
        found[place] = cosine_dtw(videos[place], videos[-1]).tolist()

    threads = [threading.Thread(target=align, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expected = {n: cosine_dtw(v, videos[-1]).tolist() for n, v in enumerate(videos)}
    assert found == expected


class Paths(torch.utils.data.Dataset):
    def __len__(self):
        return 4

    def __getitem__(self, index):
        a, b = np.random.default_rng(index).normal(size=(2, 30, 4))
        return cosine_dtw(a, b)


def test_forked_workers_do_not_hang():
    here = [Paths()[index].tolist() for index in range(4)]
    loader = torch.utils.data.DataLoader(
        Paths(),
        batch_size=None,
        num_workers=2,
        multiprocessing_context='fork',
        timeout=60,
    )
    assert [path.tolist() for path in loader] == here
