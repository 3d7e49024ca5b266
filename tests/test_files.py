import csv
import hashlib
import os

import pytest

from carl_mm.files import (
    atomic_write,
    atomic_write_csv,
    atomic_write_text,
    file_sha256,
    file_state,
    path_seen_from,
)


def test_a_file_is_the_old_one_until_it_is_whole(tmp_path):
    path = tmp_path / 'new' / 'a.txt'
    atomic_write_text(path, 'old')

    def write(stream):
        stream.write(b'half')
        assert path.read_text() == 'old'
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        atomic_write(path, write)
    assert path.read_text() == 'old'
    atomic_write(path, lambda stream: stream.write(b'new'))
    assert path.read_text() == 'new'
    assert os.listdir(path.parent) == ['a.txt']


def test_an_error_names_the_file(tmp_path):
    def full(stream):
        raise OSError(28, 'No space left on device')

    with pytest.raises(OSError, match=r'a\.txt cannot be written: No space') as info:
        atomic_write(tmp_path / 'a.txt', full)
    assert info.value.errno == 28
    (tmp_path / 'file').touch()
    with pytest.raises(OSError):
        atomic_write_text(tmp_path / 'file' / 'a.txt', '')


def test_a_table_is_read_back(tmp_path):
    rows = [('a, "b".mp4', 1), ('\n', 2.5)]
    atomic_write_csv(tmp_path / 'a.csv', ('name', 'value'), rows)
    with (tmp_path / 'a.csv').open(newline='') as file:
        assert list(csv.reader(file)) == [
            ['name', 'value'],
            ['a, "b".mp4', '1'],
            ['\n', '2.5'],
        ]


def test_names_that_are_no_text_are_escaped(tmp_path):
    atomic_write_text(tmp_path / 'a.txt', 'ü\udcff')
    assert (tmp_path / 'a.txt').read_text('utf-8') == 'ü\\udcff'


def test_the_state_tells_size_and_time(tmp_path):
    path = tmp_path / 'a'
    path.write_bytes(b'abc')
    os.utime(path, ns=(1, 12345))
    assert file_state(path) == file_state(str(path)) == (3, 12345)
    with pytest.raises(FileNotFoundError):
        file_state(tmp_path / 'none')


@pytest.mark.parametrize('size', [0, 2**20, 2**20 + 1])
def test_the_hash_is_of_the_whole_file(tmp_path, size):
    content = os.urandom(size)
    (tmp_path / 'a').write_bytes(content)
    assert file_sha256(tmp_path / 'a') == hashlib.sha256(content).hexdigest()


def test_a_relative_path_is_seen_from_the_folder(tmp_path, monkeypatch):
    (tmp_path / 'own').mkdir()
    monkeypatch.chdir(tmp_path / 'own')
    assert path_seen_from('out', 'videos/a.mp4') == '../videos/a.mp4'
    assert path_seen_from('.', 'videos/a.mp4') == 'videos/a.mp4'
    assert path_seen_from('videos', 'videos/a.mp4') == 'a.mp4'
    assert path_seen_from(tmp_path / 'out', './a.mp4') == '../own/a.mp4'
    absolute = tmp_path / 'a.mp4'
    assert path_seen_from('out', absolute) == absolute.as_posix()


def test_a_moved_folder_of_videos_and_results_still_works(tmp_path, monkeypatch):
    """Also if the results' folder was named by a link to it."""
    (tmp_path / 'all' / 'deep' / 'out').mkdir(parents=True)
    (tmp_path / 'all' / 'a.mp4').touch()
    (tmp_path / 'all' / 'link').symlink_to('deep/out')
    monkeypatch.chdir(tmp_path / 'all')
    for folder in ('deep/out', 'link'):
        seen = path_seen_from(folder, 'a.mp4')
        assert (tmp_path / 'all' / folder / seen).exists()
        (tmp_path / 'all').rename(tmp_path / 'moved')
        assert (tmp_path / 'moved' / folder / seen).exists()
        (tmp_path / 'moved').rename(tmp_path / 'all')
