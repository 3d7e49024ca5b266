from pathlib import Path

import pytest

from carl_mm.apis import shipped_files
from carl_mm.apis.shipped_files import find_config, shipped


def test_a_clone_has_them_beside_the_package():
    assert (shipped('configs') / 'carl_folder.py').is_file()
    assert (shipped('tools') / 'train.py').is_file()


def test_a_wheel_has_them_inside(tmp_path, monkeypatch):
    inside = tmp_path / 'carl_mm' / '.mim' / 'tools'
    inside.mkdir(parents=True)
    (tmp_path / 'tools').mkdir()  # another package's
    fake = tmp_path / 'carl_mm' / 'apis' / 'shipped_files.py'
    monkeypatch.setattr(shipped_files, '__file__', str(fake))
    assert shipped('tools') == inside
    with pytest.raises(FileNotFoundError, match='install carl_mm anew'):
        shipped('configs')


@pytest.mark.parametrize(
    'name', ['carl_folder.py', 'configs/carl_folder.py', './carl_folder.py']
)
def test_a_config_is_found_among_the_shipped_ones(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert find_config(name) == shipped('configs') / 'carl_folder.py'


def test_one_in_a_folder_of_configs_is_found(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    expected = shipped('configs') / 'tcc' / 'tcc_pouring.py'
    assert expected.is_file()
    assert find_config('tcc/tcc_pouring.py') == expected


def test_a_config_of_the_users_comes_first(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / 'carl_folder.py').touch()
    assert find_config('carl_folder.py') == Path('carl_folder.py')
    assert find_config(str(tmp_path / 'carl_folder.py')) == tmp_path / 'carl_folder.py'


@pytest.mark.parametrize(
    ('name', 'said'),
    [
        ('carl_foldr.py', 'carl_foldr.py: no such config file; of the shipped ones .*'
         'carl_folder.py'),
        ('configs/carl_foldr.py', 'carl_folder.py'),
        ('../tools/train.py', 'train.py: no such config file'),
        ('/nowhere/carl_folder.py', '^/nowhere/carl_folder.py: no such config file'),
        ('xyzzy.py', '^xyzzy.py: no such config file$'),
        ('', '^: no such config file'),
        ('configs', '^configs: no such config file'),
    ],
)  # fmt: skip
def test_no_such_config_names_those_that_are_near(name, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileNotFoundError, match=said) as info:
        find_config(name)
    assert '\n' not in str(info.value)
