"""A few damaged files of each kind here; `fuzz.py` makes thousands."""

import random

import pytest

from tests.security.fuzz import fuzz, main, mutate, verdict
from tests.security.readers import READERS

# What reads .mat files starts a process, which on busy cores takes seconds.
QUICK = [
    pytest.param(kind, marks=pytest.mark.slow) if kind == 'mat' else kind
    for kind in READERS
]


@pytest.mark.parametrize('kind', QUICK)
def test_a_damaged_file_is_one_clear_error(tmp_path, kind):
    if kind == 'parquet':
        pytest.importorskip('pyarrow')
    done, wrong = fuzz(kind, 60, seed=1, folder=tmp_path)
    assert (done, wrong) == (60, {})


@pytest.mark.slow
def test_2000_damaged_files_of_each_kind(capsys):
    assert main(['--minutes', '5']) == 0, capsys.readouterr().out
    assert capsys.readouterr().out.count(' 2000 read, 0 wrong') == len(READERS)


def test_mutations_follow_the_seed():
    made = [mutate(random.Random(seed), bytes(100)) for seed in (1, 1, 2)]
    assert made[0] == made[1] != made[2]


def test_what_is_wrong_is_seen(tmp_path):
    def fail(path):
        raise KeyError('a')

    assert verdict(fail, tmp_path).startswith('KeyError')
    assert verdict(lambda path: bytearray(1100 * 2**20), tmp_path).endswith('MB')
    assert verdict(lambda path: None, tmp_path) == ''
