import csv
import hashlib
import os
import zipfile

import pytest

from carl_mm.files import (
    atomic_path,
    atomic_write,
    atomic_write_csv,
    atomic_write_text,
    check_archive,
    check_names,
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


def test_a_writer_that_needs_a_name_is_given_one(tmp_path):
    path = tmp_path / 'new' / 'a.mp4'
    with atomic_path(path, '.mp4') as part:
        part.write_bytes(b'new')
        assert part.name == f'.a.{os.getpid()}.part.mp4'
        assert not path.exists()
    assert path.read_bytes() == b'new'
    said = r'a\.mp4 cannot be written: .*b\.png: No such'
    with pytest.raises(OSError, match=said), atomic_path(path) as part:
        part.write_bytes(b'half')
        (tmp_path / 'b.png').read_bytes()
    assert os.listdir(path.parent) == ['a.mp4']
    with pytest.raises(RuntimeError, match='^other$'), atomic_path(path):
        raise RuntimeError('other')


def archive(path, **entries):
    with zipfile.ZipFile(path, 'w') as made:
        for name, content in entries.items():
            made.writestr(name, content)
    return path


def test_an_archive_is_checked_to_its_last_byte(tmp_path):
    path = archive(tmp_path / 'a.zip', first=b'abc', second=b'd' * 2**21)
    check_archive(path)
    content = path.read_bytes()
    path.write_bytes(content.replace(b'dd', b'de', 1))
    with pytest.raises(ValueError, match=r"a\.zip: damaged or cut off .*'second'"):
        check_archive(path)
    path.write_bytes(b'')
    with pytest.raises(ValueError, match=r'a\.zip: damaged or cut off'):
        check_archive(path)
    with pytest.raises(FileNotFoundError):
        check_archive(tmp_path / 'none.zip')


def test_an_entry_that_is_hidden_from_the_list_is_missed(tmp_path):
    """The comment of the first is made so long that it covers the second."""
    path = archive(tmp_path / 'a.zip', first=b'abc', second=b'def')
    with zipfile.ZipFile(path) as whole:
        check_names(whole)
    content = bytearray(path.read_bytes())
    start = content.index(b'PK\x01\x02')
    content[start + 32] = 46 + len('second')
    path.write_bytes(content)
    with zipfile.ZipFile(path) as damaged:
        assert damaged.namelist() == ['first']
        with pytest.raises(ValueError, match='2 entries are listed, 1 can be seen'):
            check_names(damaged)


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


def test_a_folder_changes_with_its_files(tmp_path):
    (tmp_path / '1.png').write_bytes(b'abc')
    before, times = file_state(tmp_path), (0, tmp_path.stat().st_mtime_ns)
    assert file_state(tmp_path) == before
    (tmp_path / '1.png').write_bytes(b'abcd')
    os.utime(tmp_path, ns=times)
    assert file_state(tmp_path) != before


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


@pytest.mark.parametrize('ending', ['', '.mp4'])
def test_a_name_may_be_as_long_as_the_file_system_takes(tmp_path, ending):
    """Titles of videos in Chinese are."""
    path = tmp_path / ('倒' * 83 + 'ab.mp4')
    with atomic_path(path, ending) as part:
        assert part.name.endswith(f'.part{ending}')
        part.write_bytes(b'new')
    assert path.read_bytes() == b'new'
    assert [each.name for each in tmp_path.iterdir()] == [path.name]
